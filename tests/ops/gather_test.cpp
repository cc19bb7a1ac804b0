// Reads at indices from another tensor: gather, gather_elements, gather_nd. Outside source: ONNX's
// reference implementation (tests/data/make_onnx_gather_values.py).
#include "check_op.hpp"
#include "torch_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

template <class Op>
Op with(int64_t attribute) {
  Op op;
  op.visit([&](const char*, int64_t& field) { field = attribute; });
  return op;
}
const auto gather_along = with<ops::Gather>;
const auto elements_along = with<ops::GatherElements>;
const auto nd_sharing = with<ops::GatherNd>;

TEST(GatherOps, AgreeWithOnnx) {
  const host::TensorMap values =
      host::read_safetensors(repository_file("tests/data/onnx_gather.safetensors"));
  const auto compare = [&](const std::string& name, const auto& op) {
    compare_with_torch(values, name, make_op(op));
  };
  compare("gather.rows", gather_along(0));
  compare("gather.columns", gather_along(1));
  compare("gather.last", gather_along(-1));
  compare("gather.one", gather_along(0));
  compare("gather.of_a_line", gather_along(0));
  compare("gather_elements.first", elements_along(0));
  compare("gather_elements.middle", elements_along(-2));
  compare("gather_nd.rows", nd_sharing(0));
  compare("gather_nd.elements", nd_sharing(0));
  compare("gather_nd.batch", nd_sharing(1));
}

// Places of all kinds: most of the random ones are outside.
template <class Op>
void check_gather(const Op& op, const Shape& x, const Shape& places, DType dtype = DType::f32) {
  for (const DType index : {DType::i64, DType::i8}) {
    const Types types{{dtype, x}, {index, places}};
    ASSERT_TRUE(op.infer(types).ok());
    check_definition(std::string(Op::name) + " " + to_string(x) + " at " + to_string(places) + " " +
                         std::string(name_of(dtype)) + " " + std::string(name_of(index)),
                     op.definition(types), {.dtype = dtype});
  }
}

TEST(GatherOps, Shapes) {
  check_gather(gather_along(0), {17, 24}, {3, 5});
  check_gather(gather_along(-1), {2, 3, 40}, {7});
  check_gather(gather_along(1), {3, 1, 8}, {});
  check_gather(elements_along(1), {3, 9, 7}, {2, 17, 7});
  check_gather(nd_sharing(0), {3, 4, 8}, {5, 2});
  check_gather(nd_sharing(1), {3, 4, 5}, {3, 6, 2});
}

TEST(GatherOps, OtherTypes) {
  for (const DType dtype : {DType::f16, DType::u8, DType::i64, DType::boolean})
    check_gather(gather_along(0), {6, 5}, {9}, dtype);
}

TEST(GatherOps, Infer) {
  const auto types = [](const Shape& x, const Shape& p, DType index = DType::i64) {
    return Types{{DType::f32, x}, {index, p}};
  };
  EXPECT_EQ(shape_or_refusal(gather_along(1), types({2, 3, 4}, {5, 6})), "2x5x6x4");
  EXPECT_EQ(shape_or_refusal(gather_along(3), types({2, 3, 4}, {5})),
            "the axis is no dimension of the input 2x3x4; expected -3 to 2, got 3");
  EXPECT_EQ(shape_or_refusal(gather_along(0), types({2, 3}, {5}, DType::f32)),
            "its indices are no integers; expected an integer type");
  EXPECT_EQ(shape_or_refusal(gather_along(0), types({2, 3, 1, 1, 1, 1, 1}, {5, 1, 1, 1, 1, 1, 1})),
            "the result has more dimensions than a tensor may have; expected rank <= 12, got more");
  EXPECT_EQ(shape_or_refusal(elements_along(1), types({2, 3, 4}, {2, 9, 3})), "2x9x3");
  EXPECT_EQ(shape_or_refusal(elements_along(1), types({2, 3, 4}, {2, 9, 5})),
            "the indices go beyond the input 2x3x4 beside the axis; expected a shape of the same "
            "rank, not larger, got 2x9x5");
  EXPECT_EQ(shape_or_refusal(nd_sharing(1), types({2, 3, 4}, {2, 9, 1})), "2x9x4");
  EXPECT_EQ(shape_or_refusal(nd_sharing(2), types({2, 3, 4}, {2, 9})),
            "the number of shared dimensions is wrong; expected 0 to 1, got 2");
  EXPECT_EQ(shape_or_refusal(nd_sharing(1), types({2, 3, 4}, {5, 1})),
            "the input 2x3x4 and its indices differ in the dimensions they share; expected 2, got "
            "5");
  EXPECT_EQ(shape_or_refusal(nd_sharing(1), types({2, 3, 4}, {2, 3})),
            "a place has more indices than the input 2x3x4 has dimensions; expected at most 2, got "
            "3");
}

} // namespace
} // namespace fovea
