#include "compiler/kernels/scratch.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <map>

namespace fovea::kernels {
namespace {

using namespace Halide::Internal;

constexpr int64_t alignment = 128;         // of blocks, and the size of their header
constexpr int64_t stack_limit = 16 * 1024; // up to here Halide's code generator uses the stack
constexpr int64_t slack = 128; // vectors may read beyond the end: the generator adds padding

class Scratch : public IRVisitor {
 public:
  explicit Scratch(const Halide::Module& module) {
    for (const LoweredFunc& function : module.functions())
      functions_.emplace(function.name, &function);
  }

  int64_t of(const std::string& name) {
    if (const auto known = known_.find(name); known != known_.end())
      return known->second;
    known_[name] = 0; // a function that names itself, in its own metadata
    const LoweredFunc& function = *functions_.at(name);
    const auto task = tasks_.find(name);
    if (task == tasks_.end())
      return known_[name] = of(function.body);
    ScopedBinding<Interval> bind(ranges_, function.args.at(1).name, task->second);
    return known_[name] = of(function.body);
  }

 private:
  using IRVisitor::visit;

  // The most that is held at once anywhere in `stmt`.
  template <class Node>
  int64_t of(const Node& node) {
    const int64_t outer = most_;
    most_ = 0;
    if (node.defined())
      node.accept(this);
    const int64_t result = most_;
    most_ = std::max(outer, result);
    return result;
  }

  void visit(const Allocate* allocation) override {
    const int64_t own = heap_bytes(*allocation);
    const int64_t outer = most_;
    most_ = 0;
    IRVisitor::visit(allocation);
    most_ = std::max(outer, own + most_);
  }

  // A closure is named where it is handed to the thread pool.
  void visit(const Variable* variable) override { note(variable->name); }
  void visit(const StringImm* text) override { note(text->value); }
  void visit(const Call* call) override {
    if (call->name == "halide_do_par_for")
      note_tasks(*call);
    note(call->name);
    IRVisitor::visit(call);
  }
  // A loop's body that has become a function takes the loop's variable behind the context: here is
  // where it goes. Arguments: function, first and number.
  void note_tasks(const Call& call) {
    if (const auto* function = call.args.at(0).as<Variable>()) {
      const Interval first = bounds_of_expr_in_scope(call.args.at(1), ranges_);
      const Interval count = bounds_of_expr_in_scope(call.args.at(2), ranges_);
      if (first.is_bounded() && count.has_upper_bound())
        tasks_[plain(function->name)] = {first.min, simplify(first.max + count.max - 1)};
    }
  }
  static std::string plain(const std::string& name) { // of a function's address
    return name.rfind("::", 0) == 0 ? name.substr(2) : name;
  }
  void note(const std::string& text) {
    const std::string name = plain(text);
    if (functions_.count(name))
      most_ = std::max(most_, of(name));
  }

  void visit(const For* loop) override {
    ranges_.push(loop->name, Interval(loop->min, simplify(loop->min + loop->extent - 1)));
    IRVisitor::visit(loop);
    ranges_.pop(loop->name);
  }

  void visit(const LetStmt* let) override {
    let->value.accept(this);
    ranges_.push(let->name, bounds_of_expr_in_scope(let->value, ranges_));
    let->body.accept(this);
    ranges_.pop(let->name);
  }

  int64_t heap_bytes(const Allocate& allocation) {
    int64_t elements = 1;
    bool constant = true;
    for (const Halide::Expr& extent : allocation.extents) {
      constant = constant && is_const(extent);
      elements *= upper_bound(allocation.name, extent);
    }
    const int64_t bytes = (elements + allocation.padding) * allocation.type.bytes();
    const bool on_stack = allocation.memory_type == Halide::MemoryType::Stack ||
                          allocation.memory_type == Halide::MemoryType::Register;
    const bool fits = constant && bytes <= stack_limit;
    if (on_stack && !fits)
      refuse_stack(allocation.name, constant ? std::to_string(bytes) + " bytes" : "a varying size");
    if (fits && allocation.memory_type != Halide::MemoryType::Heap)
      return 0;
    return (bytes + slack + alignment - 1) / alignment * alignment + alignment;
  }

  [[noreturn]] static void refuse_stack(const std::string& name, const std::string& got) {
    throw Error({.what = "schedule: stage '" + name + "' does not fit the stack",
                 .expected = "at most " + std::to_string(stack_limit) + " bytes",
                 .got = got,
                 .hint = "use store_in(heap), or compute less of it at once"});
  }

  int64_t upper_bound(const std::string& name, const Halide::Expr& extent) {
    const Interval bounds = bounds_of_expr_in_scope(extent, ranges_);
    if (bounds.has_upper_bound())
      if (const auto constant = as_const_int(simplify(bounds.max)))
        return std::max<int64_t>(*constant, 0);
    throw Error({.what = "internal: the memory of stage '" + name +
                         "' has no size known before "
                         "the run",
                 .expected = "a constant extent",
                 .got = "another",
                 .hint = "give the stage compute_root or a bound_extent"});
  }

  std::map<std::string, const LoweredFunc*> functions_;
  std::map<std::string, int64_t> known_;
  std::map<std::string, Interval> tasks_; // what a function's loop variable may be
  Scope<Interval> ranges_;
  int64_t most_ = 0;
};

} // namespace

int64_t scratch_bytes(const Halide::Module& module, const std::string& entry) {
  return Scratch(module).of(entry);
}

} // namespace fovea::kernels
