#include "compiler/command/command.hpp"
#include "compiler/command/compile_flags.hpp"
#include "compiler/command/explain_equations.hpp"
#include "compiler/command/explain_measure.hpp"
#include "compiler/command/model_source.hpp"
#include "compiler/command/table.hpp"
#include "compiler/command/warnings.hpp"
#include "compiler/driver/explain.hpp"
#include "compiler/driver/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace fovea::command {
namespace {

using driver::KernelExplanation;

void print_section(const std::string& title, const std::string& text) {
  fmt::print("{}", section(title, text));
}

int64_t macs_of(const KernelExplanation& kernel) {
  return count_macs(kernel.request.definition);
}

class ExplainCommand {
 public:
  explicit ExplainCommand(CLI::App& verb) {
    model_.add_to(verb);
    verb.get_option("MODEL")->description(
        "model file, zoo:NAME or equations; behind a colon the layer "
        "to explain: zoo:lenet5:conv1 (default: all kernels)");
    verb.add_flag("--statement", statement_, "also Halide's loops, as they were lowered");
    verb.add_flag("--llvm", llvm_, "also the LLVM IR");
    verb.add_flag("--assembly", assembly_, "also the assembly");
    verb.add_flag("--measure", measure_,
                  "also run each kernel, by its algorithm and by every other that could compute "
                  "it: what was estimated beside what it takes (all cores; weights are needed)");
    verb.add_flag("--json", json_, "for machines");
    flags_.add_to(verb);
  }

  void run() {
    const std::string layer = model_.take_layer();
    CompileOptions options = flags_.options();
    options.warning = warnings_.printer();
    if (measure_)
      check_measurable(options);
    const Network network = model_.network(measure_ ? Need::weights : Need::shapes_only);
    std::vector<KernelExplanation> kernels = driver::explain(network, options, nowhere);
    if (!layer.empty())
      keep(network, kernels, layer);
    if (measure_)
      measured_.emplace(network, options, kernels);
    std::optional<Definition> equations; // a model that is one op
    if (model_.is_equations())
      equations = network.nodes()[0].op->definition({});
    if (json_)
      print_kernels_json(network, kernels, equations);
    else if (equations)
      print_equations(*equations, kernels);
    else if (layer.empty() && !statement_ && !llvm_ && !assembly_)
      print_overview(network, kernels);
    else
      for (size_t k = 0; k < kernels.size(); ++k)
        print_kernel(kernels[k], k > 0, true);
  }

 private:
  static void check_measurable(const CompileOptions& options) {
    if (options.target && !driver::runs_here(*options.target))
      throw Error({.what = "--measure: this machine cannot run code for the target",
                   .expected = "at most " + to_string(catalogue::Target::host()),
                   .got = to_string(*options.target),
                   .hint = "without --measure, the estimates for it are shown"});
  }

  // Leaves the kernel that computes `layer`.
  static void keep(const Network& network, std::vector<KernelExplanation>& kernels,
                   const std::string& layer) {
    std::vector<std::string> known;
    for (KernelExplanation& kernel : kernels)
      for (const auto* names : {&kernel.layers, &kernel.same_as_it}) {
        known.insert(known.end(), names->begin(), names->end());
        if (std::ranges::find(*names, layer) == names->end())
          continue;
        KernelExplanation found = std::move(kernel);
        kernels.clear();
        kernels.push_back(std::move(found));
        return;
      }
    const bool exists = std::ranges::any_of(
        network.nodes(), [&](const NodeInfo& node) { return node.layer == layer; });
    if (exists)
      throw Error({.what = "layer '" + layer +
                           "' is part of no kernel: it only gives a tensor "
                           "another shape, or nothing reads it",
                   .expected = "one of " + joined(known)});
    throw Error({.what = "network '" + network.name() + "' has no layer '" + layer + "'",
                 .expected = "one of " + joined(known)});
  }

  void print_overview(const Network& network, const std::vector<KernelExplanation>& kernels) const {
    std::vector<Table::Column> columns{{"layers", Table::Align::left, true},
                                       {"ops", Table::Align::left, true},
                                       {"algorithm"},
                                       {"MACs", Table::Align::right},
                                       {"bytes", Table::Align::right},
                                       {"runs", Table::Align::right},
                                       {"estimate", Table::Align::right}};
    if (measure_)
      columns.push_back({"measured", Table::Align::right});
    Table table(columns);
    const auto add = [&](std::vector<std::string> cells, const KernelExplanation& kernel,
                         const std::string& algorithm, const catalogue::Cost& cost) {
      cells.push_back(human_seconds(cost.seconds));
      if (measure_)
        cells.push_back(measured(kernel, algorithm));
      table.add(std::move(cells));
    };
    for (const KernelExplanation& kernel : kernels) {
      const std::string& chosen = kernel.request.algorithm;
      add({joined(kernel.layers), kernel.ops, chosen, with_commas(macs_of(kernel)),
           human_bytes(kernel.cost.bytes), std::to_string(kernel.calls())},
          kernel, chosen, kernel.cost);
      if (measure_)
        for (const auto& other : kernel.alternatives)
          add({"", "", "or " + other.algorithm, "", "", ""}, kernel, other.algorithm, other.cost);
    }
    fmt::print(
        "{}: {} distinct kernels for {}\n\n{}\n", network.name(), kernels.size(),
        to_string(kernels.empty() ? catalogue::Target::host() : kernels.front().request.target),
        table.to_string());
    fmt::print("One of them in full: fovea explain MODEL:LAYER\n");
  }

  void print_equations(const Definition& equations,
                       const std::vector<KernelExplanation>& kernels) const {
    fmt::print("{}", explain_equations(equations));
    for (const KernelExplanation& kernel : kernels)
      print_kernel(kernel, true,
                   canonical_text(kernel.request.definition) != canonical_text(equations));
  }

  void print_kernel(const KernelExplanation& kernel, bool more, bool with_definition) const {
    fmt::print("{}kernel of {}: {}\n", more ? "\n" : "", joined(kernel.layers), kernel.ops);
    if (!kernel.same_as_it.empty())
      fmt::print("also runs for: {}\n", joined(kernel.same_as_it));
    for (const auto& [layer, doc] : kernel.docs)
      print_section("doc of " + layer, doc);
    if (with_definition)
      print_definition(kernel);
    const auto time = [&](const std::string& algorithm, const catalogue::Cost& cost) {
      return "estimated " + human_seconds(cost.seconds) +
             (measure_ ? ", measured " + measured(kernel, algorithm) : "");
    };
    fmt::print("algorithm: {} ({}), {}\n", kernel.request.algorithm, kernel.algorithm_summary,
               time(kernel.request.algorithm, kernel.cost));
    for (const auto& other : kernel.alternatives)
      fmt::print("  instead: {} ({}), {}\n", other.algorithm, other.summary,
                 time(other.algorithm, other.cost));
    print_section(kernel.schedule_is_given ? "schedule (given)" : "schedule (the default)",
                  kernel.request.schedule->to_string());
    fmt::print("target: {}\n", to_string(kernel.request.target));
    if (!statement_ && !llvm_ && !assembly_)
      return;
    const catalogue::KernelDump dump = driver::dump(kernel);
    if (statement_)
      print_section("statement", dump.statement);
    if (llvm_)
      print_section("LLVM IR", dump.llvm);
    if (assembly_)
      print_section("assembly", dump.assembly);
  }

  static void print_definition(const KernelExplanation& kernel) {
    print_section("definition", to_string(kernel.request.definition));
    fmt::print("{}", work_line(macs_of(kernel), kernel.cost.bytes));
  }

  void print_kernels_json(const Network& network, const std::vector<KernelExplanation>& kernels,
                          const std::optional<Definition>& equations) const {
    Json list = Json::array();
    for (const KernelExplanation& kernel : kernels) {
      Json entry{{"layer", kernel.layer},
                 {"layers", kernel.layers},
                 {"ops", kernel.ops},
                 {"docs", Json::object()},
                 {"same_kernel", kernel.same_as_it},
                 {"definition", to_string(kernel.request.definition)},
                 {"algorithm", kernel.request.algorithm},
                 {"schedule", kernel.request.schedule->to_string()},
                 {"schedule_is_given", kernel.schedule_is_given},
                 {"target", to_string(kernel.request.target)},
                 {"macs", macs_of(kernel)},
                 {"bytes", kernel.cost.bytes},
                 {"estimated_seconds", kernel.cost.seconds},
                 {"alternatives", Json::array()}};
      for (const auto& [layer, doc] : kernel.docs)
        entry["docs"][layer] = doc;
      if (measure_)
        entry["measured_seconds"] = measured_->seconds(kernel.layer, kernel.request.algorithm);
      for (const auto& other : kernel.alternatives) {
        Json alternative{{"algorithm", other.algorithm},
                         {"summary", other.summary},
                         {"estimated_seconds", other.cost.seconds}};
        if (measure_)
          alternative["measured_seconds"] = measured_->seconds(kernel.layer, other.algorithm);
        entry["alternatives"].push_back(std::move(alternative));
      }
      if (statement_ || llvm_ || assembly_) {
        const catalogue::KernelDump dump = driver::dump(kernel);
        if (statement_)
          entry["statement"] = dump.statement;
        if (llvm_)
          entry["llvm"] = dump.llvm;
        if (assembly_)
          entry["assembly"] = dump.assembly;
      }
      list.push_back(std::move(entry));
    }
    Json json{
        {"model", network.name()}, {"kernels", std::move(list)}, {"warnings", warnings_.json()}};
    if (equations)
      json["equations"] = explain_equations_json(*equations);
    print_json(json);
  }

  std::string measured(const KernelExplanation& kernel, const std::string& algorithm) const {
    const double seconds = measured_->seconds(kernel.layer, algorithm);
    return seconds > 0 ? human_seconds(seconds) : "-";
  }

  ModelSource model_;
  CompileFlags flags_;
  bool statement_ = false, llvm_ = false, assembly_ = false, json_ = false, measure_ = false;
  Warnings warnings_;
  std::optional<MeasuredKernels> measured_;
};

} // namespace

void add_explain(CLI::App& fovea) {
  CLI::App* verb = add_verb(
      fovea, "explain",
      "Show how a layer is computed: definition, algorithm, schedule, and the code if asked for.",
      "  fovea explain zoo:lenet5\n"
      "  fovea explain zoo:lenet5:conv2\n"
      "  fovea explain zoo:lenet5 --measure\n"
      "  fovea explain 'Z(i) = sum(m)(x(i + m) * w(m))' --shape x=8 --shape w=3\n"
      "  fovea explain lenet5.mlir:conv2 --statement --assembly | less\n");
  auto command = std::make_shared<ExplainCommand>(*verb);
  verb->callback([command] { command->run(); });
}

} // namespace fovea::command
