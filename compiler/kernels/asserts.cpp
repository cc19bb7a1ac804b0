#include "compiler/kernels/asserts.hpp"

#include <fovea/error.hpp>

namespace fovea::kernels {
namespace {

using namespace Halide::Internal;

class AssertStripper : public IRMutator {
 public:
  using IRMutator::visit;

  Stmt visit(const AssertStmt* assertion) override {
    const Call* message = assertion->message.as<Call>();
    if (message && message->name == "halide_error_access_out_of_bounds")
      check(*assertion, *message);
    return Evaluate::make(0);
  }

 private:
  // Arguments: which buffer, dimension, first and last element needed, first and last there are.
  static void check(const AssertStmt& assertion, const Call& message) {
    const Halide::Expr condition = simplify(assertion.condition);
    if (is_const_one(condition))
      return;
    const auto text = [&](size_t k) {
      const auto value = as_const_int(simplify(message.args[k]));
      return value ? std::to_string(*value) : "?";
    };
    const auto* buffer = message.args[0].as<StringImm>();
    throw Error({.what = "schedule: it makes the kernel " +
                         std::string("access memory outside ") +
                         (buffer ? buffer->value : "a tensor"),
                 .where = {},
                 .expected = "elements " + text(4) + ".." + text(5) + " of its dimension " +
                             text(1) + ", counted from the innermost",
                 .got = text(2) + ".." + text(3),
                 .detail = {},
                 .hint = "a tail rounds up beyond the end or shifts before the start: use `guard`, "
                         "or a factor that divides the extent",
                 .trail = {}});
  }
};

} // namespace

Stmt check_and_strip_asserts(const Stmt& body) { return AssertStripper().mutate(body); }

} // namespace fovea::kernels
