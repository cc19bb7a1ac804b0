#include "compiler/kernels/asserts.hpp"

#include <fovea/error.hpp>

namespace fovea::kernels {
namespace {

using namespace Halide::Internal;

class AssertStripper : public IRMutator {
 public:
  explicit AssertStripper(const BufferExtents& extents) : extents_(extents) {}
  using IRMutator::visit;

  Stmt visit(const AssertStmt* assertion) override {
    const Call* message = assertion->message.as<Call>();
    if (message && message->name == "halide_error_access_out_of_bounds")
      check(*message);
    if (message && message->name == "halide_error_explicit_bounds_too_small")
      check_bound(*assertion, *message);
    return Evaluate::make(0);
  }

  // What is left of code behind a bound that never holds.
  Halide::Expr visit(const Call* call) override {
    if (call->is_intrinsic(Call::unreachable))
      refuse_bounds("a stage has", "fewer");
    return IRMutator::visit(call);
  }

  Stmt visit(const For* loop) override {
    const ScopedBinding<Interval> bind(ranges_, loop->name,
                                       Interval(loop->min, simplify(loop->min + loop->extent - 1)));
    return IRMutator::visit(loop);
  }
  Stmt visit(const LetStmt* let) override {
    values_.emplace_back(let->name, let->value);
    const Stmt result = IRMutator::visit(let);
    values_.pop_back();
    return result;
  }

 private:
  // With what its names stand for, so that only the variables of loops are left. Done for bounds
  // alone, which are short: a value that is used many times over would grow without limit.
  Halide::Expr inlined(Halide::Expr expr) const {
    for (auto let = values_.rbegin(); let != values_.rend(); ++let)
      expr = substitute(let->first, let->second, expr);
    return simplify(expr);
  }

  // A promise of the schedule's: where it does not hold, elements would be missing.
  void check_bound(const AssertStmt& assertion, const Call& message) const {
    if (!can_prove(inlined(assertion.condition), ranges_))
      refuse_bounds("'" + message.args[0].as<StringImm>()->value + "' has",
                    "fewer in '" + message.args[1].as<StringImm>()->value + "'");
  }

  [[noreturn]] static void refuse_bounds(const std::string& whose, const std::string& got) {
    throw Error({.what = "schedule: " + whose + " bounds that are too small",
                 .expected = "bounds that hold all elements which are read",
                 .got = got,
                 .hint = "leave `bound` and `bound_extent` out, or make them larger"});
  }

  // Arguments: "Input buffer V", dimension, first and last element touched, then what there is.
  void check(const Call& message) const {
    const std::string label = message.args[0].as<StringImm>()->value;
    const std::string name = label.substr(label.rfind(' ') + 1);
    const auto dimension = as_const_int(message.args[1]);
    const auto first = as_const_int(simplify(message.args[2]));
    const auto last = as_const_int(simplify(message.args[3]));
    const auto known = extents_.find(name);
    if (known == extents_.end() || !dimension)
      refuse(name, "a buffer of the kernel", label);
    const int64_t extent = known->second.at(static_cast<size_t>(*dimension));
    if (!first || !last)
      refuse(name, "elements known at compile time", "others");
    if (*first <= *last && (*first < 0 || *last >= extent))
      refuse(name,
             "0.." + std::to_string(extent - 1) + " in dimension " + std::to_string(*dimension) +
                 ", counted from the innermost",
             std::to_string(*first) + ".." + std::to_string(*last));
  }

  [[noreturn]] static void refuse(const std::string& buffer, const std::string& expected,
                                  const std::string& got) {
    throw Error(
        {.what = "schedule: under it the kernel would access memory outside '" + buffer + "'",
         .expected = expected,
         .got = got,
         .hint = "a tail rounds up beyond the end or shifts before the start: use `guard`, "
                 "or a factor that divides the extent"});
  }

  const BufferExtents& extents_;
  Scope<Interval> ranges_;                                   // of loops
  std::vector<std::pair<std::string, Halide::Expr>> values_; // of names, outermost first
};

} // namespace

Stmt check_and_strip_asserts(const Stmt& body, const BufferExtents& extents) {
  return AssertStripper(extents).mutate(body);
}

} // namespace fovea::kernels
