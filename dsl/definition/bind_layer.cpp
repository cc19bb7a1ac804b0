// What a layer's options say: the extents of indices and the shapes of weights.
#include "dsl/definition/binding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::binding {
namespace {

using Names = std::vector<std::string>;

std::string listed(const Names& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

// Where the indices of a system stand.
class Places {
 public:
  explicit Places(const System& system) : inputs_(static_cast<int>(system.inputs)) {
    for (const auto* list : {&system.statements, &system.results})
      for (const StatementPtr& statement : *list)
        visit(*statement);
  }

  // Whether any equation leaves an index open, and what else the last one states.
  struct Index {
    bool open = false;
    int64_t stated = -1;
  };
  const std::map<std::string, Index>& indices() const { return indices_; }
  Names all() const {
    Names names;
    for (const auto& [name, index] : indices_)
      names.push_back(name);
    return names;
  }
  // Open free indices that stand in weights and in no input.
  Names filters() const {
    Names names;
    for (const std::string& name : free_)
      if (in_weights_.count(name) && !in_inputs_.count(name))
        names.push_back(name);
    return names;
  }
  // Open reduction indices that stand in an input beside a free one.
  Names windows() const {
    Names names;
    for (const std::string& name : windows_)
      if (indices_.at(name).open)
        names.push_back(name);
    return names;
  }

 private:
  void visit(const Statement& statement) {
    if (!visited_.insert(&statement).second)
      return;
    std::map<int, std::string> names; // of symbols
    std::set<int> free;
    for (const DeclaredIndex& index : statement.left) {
      declare(index, names);
      if (index.extent < 0)
        free_.insert(index.name);
      free.insert(index.symbol);
    }
    for_each_node(statement.body, [&](const Node& node) {
      for (const DeclaredIndex& index : node.reduced)
        declare(index, names);
    });
    for_each_node(statement.body, [&](const Node& node) {
      if (node.kind != Node::Kind::read)
        return;
      if (node.source)
        return visit(*node.source);
      for (const Subscript& subscript : node.subscripts)
        note(subscript, node.tensor < inputs_, names, free);
    });
  }

  void declare(const DeclaredIndex& index, std::map<int, std::string>& names) {
    names[index.symbol] = index.name;
    if (index.extent < 0)
      indices_[index.name].open = true;
    else
      indices_[index.name].stated = index.extent;
  }

  void note(const Subscript& subscript, bool of_input, const std::map<int, std::string>& names,
            const std::set<int>& free) {
    std::set<int> symbols;
    add_symbols_of(subscript.index, symbols);
    if (subscript.computed)
      symbols.merge(symbols_of(subscript.computed));
    const bool moves = std::any_of(symbols.begin(), symbols.end(),
                                   [&](int symbol) { return free.count(symbol) != 0; });
    for (const int symbol : symbols) {
      const std::string& name = names.at(symbol);
      (of_input ? in_inputs_ : in_weights_).insert(name);
      if (of_input && moves && !free.count(symbol) && in_windows_.insert(name).second)
        windows_.push_back(name);
    }
  }

  int inputs_;
  std::set<const Statement*> visited_;
  std::map<std::string, Index> indices_;
  std::set<std::string> free_; // open
  std::set<std::string> in_inputs_, in_weights_, in_windows_;
  Names windows_; // in the order of reads
};

// From a layer's options to extents by name.
class Options {
 public:
  Options(const System& system, const LayerOptions& options)
      : options_(options), places_(system), reporter_(system.name, system.location, system.locate),
        from_(system.is_layer() ? "the layer" : "outside") {}

  // Those of indices that the equations leave open.
  std::map<std::string, int64_t> extents() {
    for (const auto& [name, extent] : options_.extents) {
      const auto index = places_.indices().find(name);
      if (index == places_.indices().end())
        reporter_.fail({}, {.what = fmt::format("'{}' has a range, but is no index", name),
                            .expected = "one of " + listed(places_.all()),
                            .got = name});
      if (!index->second.open && index->second.stated != extent)
        reporter_.fail({},
                       {.what = fmt::format("index {} has two ranges", name),
                        .expected = fmt::format("{}, as the equation states", index->second.stated),
                        .got = fmt::format("{} from {}", extent, from_)});
      state(name, extent);
    }
    if (options_.filters != 0)
      state_filters();
    if (!options_.kernel.shape.empty())
      state_kernel();
    return std::move(result_);
  }

 private:
  Names open(Names names) const {
    names.erase(std::remove_if(names.begin(), names.end(),
                               [&](const std::string& name) { return result_.count(name) != 0; }),
                names.end());
    return names;
  }

  void state_filters() {
    const Names names = open(places_.filters());
    if (names.size() != 1)
      reporter_.fail({}, {.what = "the number of filters has no index of its own",
                          .expected = "one free index that stands in weights alone",
                          .got = listed(names),
                          .hint = "give extents by name: .extents = {{\"i\", n}}"});
    state(names[0], options_.filters);
  }

  void state_kernel() {
    const Names names = open(places_.windows());
    const Shape& kernel = options_.kernel.shape;
    if (names.empty() || (kernel.rank() != 1 && kernel.rank() != static_cast<int>(names.size())))
      reporter_.fail({}, {.what = fmt::format("the {} kernel does not fit the equation's window",
                                              to_string(kernel)),
                          .expected = "an extent for all, or one for each, of the reduction "
                                      "indices beside a free one: " +
                                      listed(names),
                          .got = to_string(kernel),
                          .hint = "give extents by name: .extents = {{\"m\", n}}"});
    for (size_t d = 0; d < names.size(); ++d)
      state(names[d], entry(kernel, static_cast<int>(d), 1));
  }

  void state(const std::string& name, int64_t extent) {
    if (extent < 1)
      reporter_.fail({}, {.what = fmt::format("index {} has an empty range", name),
                          .expected = "extent >= 1",
                          .got = std::to_string(extent)});
    result_[name] = extent;
  }

  const LayerOptions& options_;
  Places places_;
  Reporter reporter_;
  const char* from_; // whoever gave the options
  std::map<std::string, int64_t> result_;
};

void set_shapes(System& system, const LayerOptions& options) {
  const Reporter reporter(system.name, system.location, system.locate);
  for (const auto& [name, shape] : options.weights) {
    Names weights;
    Operand* weight = nullptr;
    for (size_t k = system.inputs; k < system.operands.size(); ++k) {
      weights.push_back(system.operands[k].name);
      if (system.operands[k].name == name)
        weight = &system.operands[k];
    }
    if (!weight)
      reporter.fail({}, {.what = fmt::format("'{}' has a shape, but is no weight", name),
                         .expected = "one of " + listed(weights),
                         .got = name});
    const TensorType type{weight->type.dtype, shape};
    if (shape.rank() != weight->type.shape.rank() || type.bytes() < 0 ||
        std::any_of(shape.begin(), shape.end(), [](int64_t extent) { return extent < 1; }))
      reporter.fail({}, {.what = fmt::format("weight '{}' cannot have this shape", name),
                         .expected = fmt::format("{} extents >= 1, and a size below 2^63 bytes",
                                                 weight->type.shape.rank()),
                         .got = to_string(shape)});
    weight->type = type;
  }
}

} // namespace

Definition bind_layer(System system, const LayerOptions& options) {
  set_shapes(system, options);
  if (!options.extents.empty() || options.filters != 0 || !options.kernel.shape.empty())
    system.extents = Options(system, options).extents();
  return bind(std::move(system));
}

} // namespace fovea::binding
