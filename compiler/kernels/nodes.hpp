#pragma once
#include <fovea/definition/definition.hpp>

// Nodes of expressions, as rewritings make them.
namespace fovea::kernels {

inline Expr node_of(Node node) {
  return std::make_shared<const Node>(std::move(node));
}

inline Expr operation(ScalarOp op, DType type, std::vector<Expr> args) {
  Node node;
  node.kind = Node::Kind::op;
  node.op = op;
  node.type = type;
  node.args = std::move(args);
  return node_of(std::move(node));
}

inline Expr integer(int64_t value) {
  Node node;
  node.type = DType::i64;
  node.integer = value;
  return node_of(std::move(node));
}

// An index expression as a value.
inline Expr value_of(IndexExpr index) {
  Node node;
  node.kind = Node::Kind::index;
  node.type = DType::i64;
  node.index = std::move(index);
  return node_of(std::move(node));
}

Expr make_read(int tensor, DType type, std::vector<Subscript> subscripts);
Expr make_cast(Expr value, DType type); // value itself where it has the type

// `expr` with index k replaced by indices[k].
IndexExpr substitute(const IndexExpr& expr, const std::vector<IndexExpr>& indices);
// The same for every index of a scalar expression, fill values included.
Expr substitute(const Expr& expr, const std::vector<IndexExpr>& indices);

} // namespace fovea::kernels
