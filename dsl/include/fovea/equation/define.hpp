#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>

#include <functional>

// An op of the user's own, written as an equation:
//   auto total = define("pair_sum", [](Tensor<1> x, Tensor<1> w) {
//     Index<'i'> i; Index<'m'> m;
//     return Z(i) = sum(m)(x(i + m) * w(m));
//   });
//   Tensor y = total(image, weights);
namespace fovea {

// The op of a user's equation: its definition is made anew for each list of operand types.
class EquationOp final : public AnyOp {
 public:
  // Makes the definition from operand types; throws Error. `ranks`: what each operand's rank is in
  // the equation; leading dimensions beyond it are mapped over (a batch).
  EquationOp(std::string name, std::vector<int> ranks, SourceLocation location,
             std::function<Definition(const Types&)> make);
  std::string name() const override { return "equation"; }
  std::string layer_name() const override { return name_; }
  int inputs() const override { return static_cast<int>(ranks_.size()); }
  Attributes attributes() const override { return {{"name", name_}}; }
  Attributes chosen_attributes() const override { return attributes(); }
  Parameters parameters(const Types&) const override { return {}; }
  Inferred infer(const Types& operands) const override;
  Definition definition(const Types& operands) const override;
  OpPtr expanded(const Types&) const override { return nullptr; }

 private:
  std::string name_;
  std::vector<int> ranks_;
  SourceLocation location_;
  std::function<Definition(const Types&)> make_;
};

namespace detail {
template <class T>
struct LambdaOperands;
template <int... Ranks>
struct RankList {};
template <class T>
struct RankOf;
template <int R>
struct RankOf<Tensor<R>> {
  static constexpr int value = R;
};
template <class C, class Return, class... Operands>
struct LambdaOperands<Return (C::*)(Operands...) const> {
  using ranks = RankList<RankOf<std::remove_cvref_t<Operands>>::value...>;
};

template <class Lambda, int... Ranks, size_t... K>
Definition call(const std::string& name, const Lambda& lambda, const Types& types,
                SourceLocation location, RankList<Ranks...>, std::index_sequence<K...>) {
  std::vector<Operand> operands{{"t" + std::to_string(K), types[K]}...};
  StatementPtr result = lambda(Tensor<Ranks>(static_cast<int>(K), operands[K].name, types[K])...);
  return bind(name, operands, {result}, location);
}
template <int... Ranks>
std::vector<int> ranks_of(RankList<Ranks...>) {
  return {Ranks...};
}
} // namespace detail

// A user's equation as something to call with tensors.
class UserEquation {
 public:
  UserEquation(std::shared_ptr<const EquationOp> op, SourceLocation location)
      : op_(std::move(op)), location_(location) {}
  template <class... Rest>
  Tensor<> operator()(const Tensor<>& first, const Rest&... rest) const {
    return first.network().apply(op_, {first, rest...}, "", location_)[0];
  }
  // The definition for these operand types; throws Error.
  Definition definition(const Types& operands) const { return op_->definition(operands); }

 private:
  std::shared_ptr<const EquationOp> op_;
  SourceLocation location_;
};

// `lambda` takes `Tensor<R>` operands and returns an equation. Operands with more than R dimensions
// are mapped over their leading ones.
template <class Lambda>
UserEquation define(std::string name, Lambda lambda,
                    SourceLocation location = SourceLocation::current()) {
  using Ranks = typename detail::LambdaOperands<decltype(&Lambda::operator())>::ranks;
  const auto ranks = detail::ranks_of(Ranks{});
  auto make = [=](const Types& types) {
    return [&]<int... R>(detail::RankList<R...> list) {
      return detail::call(name, lambda, types, location, list,
                          std::make_index_sequence<sizeof...(R)>{});
    }
    (Ranks{});
  };
  return {std::make_shared<EquationOp>(name, ranks, location, make), location};
}

} // namespace fovea
