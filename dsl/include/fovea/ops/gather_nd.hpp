#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/op/gather.hpp>

namespace fovea {
namespace ops {

// Parts of X that start at the places P names, each by one index for each of X's dimensions behind
// the first `batch_dims`, which both share: Z(b, i, d) = X(b, P(b, i, 0), P(b, i, 1) ..., d). A
// negative index counts from the end.
struct GatherNd : OpBase<GatherNd> {
  static constexpr const char* name = "gather_nd";
  static constexpr int inputs = 2;

  int64_t batch_dims = 0;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("batch_dims", self.batch_dims);
  }

  constexpr Inferred infer(const Types& operands) const {
    if (const ShapeError error = check_gather(operands, 1); error.what)
      return error;
    const Shape &x = operands[0].shape, &p = operands[1].shape;
    const int shared = x.rank() < p.rank() ? x.rank() : p.rank();
    if (batch_dims < 0 || batch_dims >= shared)
      return ShapeError{"the number of shared dimensions is wrong",
                        "0 to {0}",
                        "{1}",
                        "",
                        {Shape{shared - 1}, Shape{batch_dims}}};
    const int batch = static_cast<int>(batch_dims);
    if (!(x.slice(0, batch) == p.slice(0, batch)))
      return ShapeError{"the input {in} and its indices differ in the dimensions they share",
                        "{0}",
                        "{1}",
                        "",
                        {x.slice(0, batch), p.slice(0, batch)}};
    const int64_t places = p[p.rank() - 1];
    if (places > x.rank() - batch)
      return ShapeError{"a place has more indices than the input {in} has dimensions",
                        "at most {0}",
                        "{1}",
                        "",
                        {Shape{x.rank() - batch}, Shape{places}}};
    const TensorType result{operands[0].dtype,
                            p.slice(0, p.rank() - 1) +
                                x.slice(batch + static_cast<int>(places), x.rank())};
    if (const ShapeError error = check_result(result); error.what)
      return error;
    return result;
  }

  Definition definition(const Types& operands) const {
    const Shape &x = operands[0].shape, &p = operands[1].shape;
    const int batch = static_cast<int>(batch_dims), places = static_cast<int>(p[p.rank() - 1]);
    const Tensor<any_rank> P(1, "P", operands[1]);
    const IndexPack<'i'> i(p.slice(0, p.rank() - 1));
    const IndexPack<'d'> d(x.slice(batch + places, x.rank()));
    std::vector<Subscript> at;
    for (int k = 0; k < batch; ++k)
      at.push_back({i[k].expr, Boundary::none, nullptr});
    for (int k = 0; k < places; ++k) {
      const auto place = P(i, IndexValue<Letters<>>{IndexExpr{k, {}}});
      at.push_back({{}, Boundary::clamp, nullptr, from_end(place, x[batch + k]).expr});
    }
    for (int k = 0; k < d.rank(); ++k)
      at.push_back({d[k].expr, Boundary::none, nullptr});
    const Scalar<Letters<'i', 'd'>> element{
        make_read(0, nullptr, operands[0].dtype, std::move(at))};
    return bind(name, {{"X", operands[0]}, {"P", operands[1]}}, {Z(i, d) = element});
  }
};

} // namespace ops

// The parts of `x` at the places that the rows of `indices` name.
inline Tensor<> gather_nd(const Tensor<>& x, const Tensor<>& indices, int64_t batch_dims = 0,
                          SourceLocation location = SourceLocation::current()) {
  ops::GatherNd op;
  op.batch_dims = batch_dims;
  return apply(op, {x, indices}, location);
}

} // namespace fovea
