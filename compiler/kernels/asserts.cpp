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
    return Evaluate::make(0);
  }

 private:
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
         .where = {},
         .expected = expected,
         .got = got,
         .detail = {},
         .hint = "a tail rounds up beyond the end or shifts before the start: use `guard`, "
                 "or a factor that divides the extent",
         .trail = {}});
  }

  const BufferExtents& extents_;
};

} // namespace

Stmt check_and_strip_asserts(const Stmt& body, const BufferExtents& extents) {
  return AssertStripper(extents).mutate(body);
}

} // namespace fovea::kernels
