#pragma once
#include <fovea/blocks/name.hpp>
#include <fovea/graph/network.hpp>

#include <string>

// Blocks: functions from a tensor to a tensor, as values. `conv(6, 5) | tanh | avg_pool(2)` is a
// small type whose shape the compiler knows; `Block` is the type-erased one, for loops and vectors.
namespace fovea {

struct BlockBase {};
template <class T>
concept IsBlock = std::derived_from<T, BlockBase>;

class Block;

// One op with its attributes; `named` gives the layer, and so its weights, a name.
template <class Op>
struct Layer : BlockBase {
  Op op;
  Name name;
  SourceLocation location;

  constexpr Layer(const Op& op, SourceLocation location) : op(op), location(location) {}
  constexpr Layer named(const Name& text) const {
    Layer copy = *this;
    copy.name = text;
    return copy;
  }
  // A name that is made while the program runs: named(std::to_string(k)).
  template <std::same_as<std::string> Text>
  Block named(const Text& text) const;
  constexpr Inferred infer(const Types& inputs) const { return op.infer(operands_of(op, inputs)); }
  Tensor<> operator()(const Tensor<>& input) const {
    return input.network().apply(make_op(op), {input}, std::string(name.view()), location)[0];
  }
};

// An op that is written without parentheses: `| relu |`. `relu` is a function Map -> Map, so it
// joins the overload set of <cmath>'s names (`tanh`) instead of clashing with it.
struct MapTable {
  Inferred (*infer)(const Types& inputs);
  OpPtr (*make)();
};
struct Map : BlockBase {
  const MapTable* table = nullptr;

  constexpr Inferred infer(const Types& inputs) const { return table->infer(inputs); }
  Tensor<> operator()(const Tensor<>& input) const {
    return input.network().apply(table->make(), {input}, "", {})[0];
  }
};
using MapFunction = Map (*)(Map);

namespace detail {
template <class Op>
struct MapOf {
  static constexpr Inferred infer(const Types& inputs) {
    return Op{}.infer(operands_of(Op{}, inputs));
  }
  static OpPtr make() { return make_op(Op{}); }
  static constexpr MapTable table{&infer, &make};
};
} // namespace detail
// The op with its default attributes.
template <class Op>
constexpr Map map_of() {
  return Map{{}, &detail::MapOf<Op>::table};
}

// Applies an op to one tensor, or to several.
Tensor<> apply(const OpPtr& op, const std::vector<Tensor<>>& inputs, SourceLocation location);
template <class Op>
Tensor<> apply(const Op& op, const std::vector<Tensor<>>& inputs, SourceLocation location) {
  return apply(make_op(op), inputs, location);
}

// b after a.
template <IsBlock A, IsBlock B>
struct Sequence : BlockBase {
  A first;
  B second;

  constexpr Sequence(const A& first, const B& second) : first(first), second(second) {}
  constexpr Inferred infer(const Types& inputs) const {
    const Inferred middle = first.infer(inputs);
    return middle.ok() ? second.infer(Types{middle.results[0]}) : middle;
  }
  Tensor<> operator()(const Tensor<>& input) const { return second(first(input)); }
  // The block's name prefixes the names inside with a dot.
  constexpr auto named(const Name& text) const;
};

// A block whose inner names start with `name.`.
template <IsBlock Inner>
struct Named : BlockBase {
  Inner inner;
  Name name;

  constexpr Named(const Inner& inner, const Name& name) : inner(inner), name(name) {}
  constexpr Inferred infer(const Types& inputs) const { return inner.infer(inputs); }
  Tensor<> operator()(const Tensor<>& input) const {
    const Network::Scope scope(input.network(), std::string(name.view()));
    return inner(input);
  }
};
template <IsBlock A, IsBlock B>
constexpr auto Sequence<A, B>::named(const Name& text) const {
  return Named<Sequence>(*this, text);
}

// Any block, type-erased. The empty block is the identity, so that loops start from it:
//   Block stage; for (int k = 0; k < 3; ++k) stage |= residual(64).named(...);
class Block : public BlockBase {
 public:
  Block() = default;
  template <class B>
  requires IsBlock<B> &&(!std::same_as<B, Block>)Block(const B& block)
      : self_(std::make_shared<Model<B>>(block)) {} // NOLINT(*-explicit-*)
  Block(MapFunction map) : Block(map(Map{})) {}     // NOLINT(*-explicit-*)

  Inferred infer(const Types& inputs) const {
    return self_ ? self_->infer(inputs) : Inferred(inputs[0]);
  }
  Tensor<> operator()(const Tensor<>& input) const { return self_ ? self_->apply(input) : input; }
  // A name of any length in front of the names inside.
  Block named(std::string name) const;
  Block& operator|=(const Block& next) {
    if (!self_)
      return *this = next;
    return *this = Block(Sequence<Block, Block>(*this, next));
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual Inferred infer(const Types& inputs) const = 0;
    virtual Tensor<> apply(const Tensor<>& input) const = 0;
  };
  template <class B>
  struct Model final : Concept {
    explicit Model(const B& block) : block(block) {}
    Inferred infer(const Types& inputs) const override { return block.infer(inputs); }
    Tensor<> apply(const Tensor<>& input) const override { return block(input); }
    B block;
  };
  struct Renamed;
  std::shared_ptr<const Concept> self_;
};

struct Block::Renamed final : Block::Concept {
  Renamed(const Block& inner, std::string name) : inner(inner), name(std::move(name)) {}
  Inferred infer(const Types& inputs) const override { return inner.infer(inputs); }
  Tensor<> apply(const Tensor<>& input) const override {
    const Network::Scope scope(input.network(), name);
    return inner(input);
  }
  Block inner;
  std::string name;
};
inline Block Block::named(std::string name) const {
  Block copy;
  copy.self_ = std::make_shared<Renamed>(*this, std::move(name));
  return copy;
}

// A layer with a name of any length.
template <class Op>
struct NamedLayer : BlockBase {
  Layer<Op> layer;
  std::string name;

  NamedLayer(const Layer<Op>& layer, const std::string& name) : layer(layer), name(name) {}
  Inferred infer(const Types& inputs) const { return layer.infer(inputs); }
  Tensor<> operator()(const Tensor<>& input) const {
    return input.network().apply(make_op(layer.op), {input}, name, layer.location)[0];
  }
};
template <class Op>
template <std::same_as<std::string> Text>
Block Layer<Op>::named(const Text& text) const {
  return NamedLayer<Op>(*this, text);
}

template <IsBlock A, IsBlock B>
constexpr auto operator|(const A& a, const B& b) {
  return Sequence<A, B>(a, b);
}
template <IsBlock A>
constexpr auto operator|(const A& a, MapFunction map) {
  return Sequence<A, Map>(a, map(Map{}));
}
template <IsBlock B>
constexpr auto operator|(MapFunction map, const B& b) {
  return Sequence<Map, B>(map(Map{}), b);
}
template <IsBlock B>
Tensor<> operator|(const Tensor<>& input, const B& block) {
  return block(input);
}
inline Tensor<> operator|(const Tensor<>& input, MapFunction map) {
  return map(Map{})(input);
}

// Throws the Error of a refused shape. Not constexpr: in a static_assert the compiler names it.
[[noreturn]] void
fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule(const ShapeError& error,
                                                               const Shape& input);

// The shape that `block` makes of `input`; where the block refuses it: a compile error in constant
// expressions, else Error.
template <IsBlock B>
constexpr Shape shape_of(const B& block, const Shape& input, DType dtype = DType::f32) {
  const Inferred inferred = block.infer(Types{TensorType{dtype, input}});
  if (!inferred.ok())
    fovea_WHAT_the_block_refuses_this_input_WHY_see_its_shape_rule(inferred.error, input);
  return inferred.results[0].shape;
}
constexpr Shape shape_of(MapFunction map, const Shape& input) {
  return shape_of(map(Map{}), input);
}

} // namespace fovea
