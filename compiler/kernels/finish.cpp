#include "compiler/kernels/finish.hpp"

#include "compiler/kernels/math.hpp"

#include <algorithm>
#include <map>

namespace fovea::kernels {
namespace {

using namespace Halide::Internal;

class LoadsOfResults : public IRMutator {
 public:
  explicit LoadsOfResults(const std::vector<Halide::Func>& results) {
    for (Halide::Func result : results)
      results_.emplace(result.name(), result.output_buffer().parameter());
  }

 private:
  using IRMutator::visit;
  Halide::Expr visit(const Load* load) override {
    const auto result = results_.find(load->name);
    if (result == results_.end() || load->param.defined())
      return IRMutator::visit(load);
    return Load::make(load->type, load->name, mutate(load->index), load->image, result->second,
                      mutate(load->predicate), load->alignment);
  }

  std::map<std::string, Halide::Parameter> results_;
};

class MultiplyAdds : public IRMutator {
 private:
  using IRMutator::visit;

  Halide::Expr visit(const Call* call) override {
    const Halide::Expr same = IRMutator::visit(call);
    const int lanes = call->type.lanes();
    if (lanes == 1 || call->name.rfind("llvm.fma.", 0) != 0)
      return same;
    const bool whole = (lanes & (lanes - 1)) == 0 &&
                       std::all_of(call->args.begin(), call->args.end(),
                                   [&](const Halide::Expr& arg) { return is_whole(arg); });
    if (whole)
      return same;
    const std::vector<Halide::Expr>& args = same.as<Call>()->args;
    return strict_add(strict_mul(args[0], args[1]), args[2]);
  }

  Halide::Expr visit(const Let* let) override {
    values_.push(let->name, let->value);
    Halide::Expr result = IRMutator::visit(let);
    values_.pop(let->name);
    return result;
  }

  Stmt visit(const LetStmt* let) override {
    values_.push(let->name, let->value);
    Stmt result = IRMutator::visit(let);
    values_.pop(let->name);
    return result;
  }

  // One load of neighbours, or one value in every lane.
  bool is_whole(const Halide::Expr& expr) const {
    if (expr.type().is_scalar() || expr.as<Broadcast>())
      return true;
    if (const Cast* cast = expr.as<Cast>())
      return is_whole(cast->value);
    if (const Variable* variable = expr.as<Variable>())
      return values_.contains(variable->name) && is_whole(values_.get(variable->name));
    const Load* load = expr.as<Load>();
    const Ramp* index = load ? load->index.as<Ramp>() : nullptr;
    return index && is_const_one(index->stride) && index->base.type().is_scalar();
  }

  Scope<Halide::Expr> values_;
};

// Of flags: value ^ 0, where the 0 is the lowest bit of the context's address: no object of the
// runtime stands at an odd one, but LLVM does not know that.
class Fences : public IRMutator {
 private:
  using IRMutator::visit;

  Halide::Expr visit(const Call* call) override {
    if (call->name == bounds_fence)
      return mutate(call->args[0]);
    if (call->name != flag_fence)
      return IRMutator::visit(call);
    const Halide::Expr value = mutate(call->args[0]);
    const Halide::Type bits = value.type().with_code(Halide::Type::UInt);
    const Halide::Expr context = Variable::make(Halide::type_of<void*>(), "__user_context");
    Halide::Expr zero = Halide::cast(bits.element_of(), Halide::reinterpret<uint64_t>(context)) &
                        Halide::Internal::make_const(bits.element_of(), 1);
    if (bits.is_vector())
      zero = Broadcast::make(zero, bits.lanes());
    return Halide::reinterpret(value.type(), Halide::reinterpret(bits, value) ^ zero);
  }
};

} // namespace

Stmt erase_fences(const Stmt& body) {
  return Fences().mutate(body);
}

Stmt mark_loads_of_results(const Stmt& body, const std::vector<Halide::Func>& results) {
  return LoadsOfResults(results).mutate(body);
}

Stmt split_hopeless_multiply_adds(const Stmt& body) {
  return MultiplyAdds().mutate(body);
}

} // namespace fovea::kernels
