#include "compiler/command/command.hpp"
#include "compiler/command/compile_flags.hpp"
#include "compiler/command/inspect_balance.hpp"
#include "compiler/command/inspect_library.hpp"
#include "compiler/command/inspect_svg.hpp"
#include "compiler/command/inspect_why.hpp"
#include "compiler/command/model_source.hpp"
#include "compiler/command/table.hpp"

#include <fovea/graph/drawing.hpp>
#include <fovea/graph/summary.hpp>
#include <fovea/runtime/output_files.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <variant>

namespace fovea::command {
namespace {

struct Inspect {
  ModelSource model;
  std::string dot, svg; // files to write; empty: none
  bool as_json = false;
  bool why = false, balance = false;
  CompileFlags flags; // what those two compile with

  // The option that needs a compiler; empty: none was given.
  std::string compiles() const { return why ? "--why" : balance ? "--balance" : ""; }
};

const ValueInfo& value_of(const Network& network, int number) {
  return network.values()[static_cast<size_t>(number)];
}

Json tensor_json(const std::string& name, const TensorType& type) {
  return {{"name", name},
          {"dtype", std::string(name_of(type.dtype))},
          {"shape", type.shape.to_vector()},
          {"bytes", type.bytes()}};
}

Json attributes_json(const AnyOp& op) {
  Json attributes = Json::object();
  for (const auto& [name, chosen] : op.attributes())
    std::visit([&, &name = name](const auto& value) { attributes[name] = value; }, chosen);
  return attributes;
}

Json layer_json(const Network& network, const NodeInfo& node, const SummaryRow& row) {
  Json operands = Json::array(), results = Json::array();
  for (int operand : node.operands)
    operands.push_back(value_of(network, operand).name);
  for (int result : node.results) {
    const TensorType& type = value_of(network, result).type;
    results.push_back({{"dtype", std::string(name_of(type.dtype))},
                       {"shape", type.shape.to_vector()},
                       {"bytes", type.bytes()}});
  }
  Json json = {{"layer", row.layer},
               {"op", row.op},
               {"attributes", attributes_json(*node.op)},
               {"operands", std::move(operands)},
               {"results", std::move(results)},
               {"parameters", row.parameters},
               {"macs", row.macs},
               {"receptive_field", nullptr}};
  if (row.reaches_input)
    json["receptive_field"] = row.receptive_field.to_vector();
  return json;
}

Json network_json(const Network& network, const Summary& facts) {
  Json inputs = Json::array(), outputs = Json::array(), layers = Json::array();
  for (int input : network.inputs())
    inputs.push_back(tensor_json(value_of(network, input).name, value_of(network, input).type));
  for (const OutputInfo& output : network.outputs())
    outputs.push_back(tensor_json(output.name, value_of(network, output.value).type));
  for (size_t k = 0; k < facts.rows.size(); ++k)
    layers.push_back(layer_json(network, network.nodes()[k], facts.rows[k]));
  return {{"model", network.name()},
          {"inputs", std::move(inputs)},
          {"outputs", std::move(outputs)},
          {"layers", std::move(layers)},
          {"parameters", facts.parameters},
          {"parameter_bytes", facts.parameter_bytes},
          {"weights_set", has_weights(network)},
          {"macs", facts.macs},
          {"peak_bytes", facts.peak_bytes}};
}

void print_tensors(const Network& network) {
  Table table({{"tensor"},
               {"name", Table::Align::left, true},
               {"shape", Table::Align::left, true},
               {"type"},
               {"bytes", Table::Align::right}});
  const auto add = [&](const char* role, const std::string& name, const TensorType& type) {
    table.add({role, name, to_string(type.shape), std::string(name_of(type.dtype)),
               with_commas(type.bytes())});
  };
  for (int input : network.inputs())
    add("input", value_of(network, input).name, value_of(network, input).type);
  for (const OutputInfo& output : network.outputs())
    add("output", output.name, value_of(network, output.value).type);
  std::fputs(table.to_string().c_str(), stdout);
}

void print_layers(const Summary& facts) {
  Table table({{"layer", Table::Align::left, true},
               {"op", Table::Align::left, true},
               {"attributes", Table::Align::left, true},
               {"output"},
               {"bytes", Table::Align::right},
               {"params", Table::Align::right},
               {"MACs", Table::Align::right},
               {"field"}});
  for (const SummaryRow& row : facts.rows)
    table.add(
        {row.layer, row.op, row.attributes, to_string(row.output), with_commas(row.output_bytes),
         with_commas(row.parameters), with_commas(row.macs),
         row.reaches_input && !row.receptive_field.empty() ? to_string(row.receptive_field) : ""});
  table.rule();
  table.add({"total", "", "", "", "", with_commas(facts.parameters), with_commas(facts.macs), ""});
  std::fputs(table.to_string().c_str(), stdout);
}

void print_network(const Network& network, const Summary& facts) {
  fmt::print("{}\n", network.name());
  print_tensors(network);
  fmt::print("\n");
  print_layers(facts);
  fmt::print("\nweights  {}{}\n"
             "memory   at most {} of values at once, if each layer runs on its own\n",
             human_bytes(facts.parameter_bytes),
             facts.parameters == 0 || has_weights(network) ? "" : ", not set",
             human_bytes(facts.peak_bytes));
}

void write_pictures(const Network& network, const Inspect& inspect) {
  const std::string dot = to_dot(network);
  host::OutputFiles files;
  if (!inspect.dot.empty())
    files.write(inspect.dot, dot);
  if (!inspect.svg.empty())
    files.write(inspect.svg, draw_svg(dot));
  files.commit();
}

void run(const Inspect& inspect) {
  if (inspect.compiles().empty() && !inspect.flags.first_given().empty())
    throw CLI::ValidationError(inspect.flags.first_given(),
                               "says how to compile, which only --why and --balance show");
  const bool draws = !inspect.dot.empty() || !inspect.svg.empty();
  if (inspect.model.is_library()) {
    if (draws)
      throw CLI::ValidationError(inspect.dot.empty() ? "--svg" : "--dot",
                                 inspect.model.name() +
                                     " is a library, which holds kernels and no graph; draw the "
                                     "model that it was compiled from");
    for (const std::string& option :
         {inspect.model.only_for_networks(), inspect.compiles(),
          std::string(inspect.model.weights_file().empty() ? "" : "--load")})
      if (!option.empty())
        throw CLI::ValidationError(option,
                                   inspect.model.name() + " is a library: it is compiled already");
    inspect_library(inspect.model.name(), inspect.as_json);
    return;
  }
  const Network network = inspect.model.network(Need::shapes_only);
  if (draws)
    write_pictures(network, inspect);
  if (inspect.why) {
    inspect_why(network, inspect.flags.options(), inspect.as_json);
    return;
  }
  if (inspect.balance) {
    inspect_balance(network, inspect.flags.options(), inspect.as_json);
    return;
  }
  const Summary facts = summary(network);
  if (inspect.as_json)
    print_json(network_json(network, facts));
  else
    print_network(network, facts);
}

} // namespace

void add_inspect(CLI::App& fovea) {
  CLI::App* verb =
      add_verb(fovea, "inspect",
               "Show what a model is made of. Of a network: its layers with their shapes, weights, "
               "multiply-accumulate operations (MACs) and receptive fields, and its graph as a "
               "picture. Of an emitted library: what it takes and gives, its kernels, its memory.",
               "  fovea inspect zoo:lenet5\n"
               "  fovea inspect lenet5.mlir --svg lenet5.svg\n"
               "  fovea inspect lenet5.mlir --batch 64 --json\n"
               "  fovea inspect zoo:lenet5 --why --max-workspace 64K\n"
               "  fovea inspect zoo:lenet5 --balance\n"
               "  fovea inspect lenet5.so\n");
  auto inspect = std::make_shared<Inspect>();
  inspect->model.add_to(*verb, true);
  verb->add_option("--dot", inspect->dot, "write the graph in Graphviz's language")
      ->option_text("FILE");
  verb->add_option("--svg", inspect->svg, "draw the graph (with Graphviz's `dot`)")
      ->option_text("FILE");
  CLI::Option* why = verb->add_flag(
      "--why", inspect->why,
      "why its kernels are what they are: of each the algorithms with estimated time "
      "and workspace, what was fused and what not, and how tensors lie in memory");
  CLI::Option* balance =
      verb->add_flag("--balance", inspect->balance,
                     "how its kernels fall to 4 to 64 threads, as their schedules for as many "
                     "would have it: tasks "
                     "for each thread, and what part of its time it works. Nothing is measured");
  balance->excludes(why);
  verb->add_flag("--json", inspect->as_json, "for machines");
  inspect->flags.add_to(*verb);
  verb->callback([inspect] { run(*inspect); });
}

} // namespace fovea::command
