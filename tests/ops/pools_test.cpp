// Outside source: ONNX's reference implementation (tests/data/make_onnx_reduction_values.py).
#include "check_op.hpp"
#include "onnx_values.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

using namespace testing;

const OnnxValues& onnx() {
  static const OnnxValues values("onnx_reductions.safetensors");
  return values;
}

// The importer's SAME_LOWER: the odd element of padding in front.
template <class Pool, class... Options>
void compare_pools(const std::string& kind, Pool&& pool, const Options&... own) {
  const auto compare = [&](const char* name, const auto& layer) {
    onnx().compare(kind + name, layer);
  };
  compare(".plain", pool({2, 3}, stride({2, 3}), own...));
  if (kind != "MaxPool")
    compare(".asymmetric", pool(3, stride(1), pad({0, 2}, {1, 0}), own...));
  compare(".lower", pool(2, stride(1), pad(1, 0), own...));
  compare(".upper", pool(2, stride(1), same, own...));
  compare(".dilated", pool(2, stride(1), dilation({3, 2}), pad(1), own...));
  compare(".line", pool(3, stride(2), pad(1), own...));
  compare(".block", pool(2, stride({2, 1, 2}), own...));
  if (kind == "LpPool")
    return;
  compare(".ceil", pool(3, stride(2), ceil_mode, own...));
  compare(".ceil_padded", pool(3, stride(2), pad(1), ceil_mode, own...));
}

TEST(Pools, AgreeWithOnnx) {
  const auto average = [](const Extents& kernel, const auto&... options) {
    return avg_pool(kernel, options...);
  };
  compare_pools("AveragePool", average);
  compare_pools("AveragePool_counting", average, count_include_pad);
  compare_pools("MaxPool", [](const Extents& kernel, const auto&... options) {
    return max_pool(kernel, options...);
  });
  compare_pools("LpPool", [](const Extents& kernel, const auto&... options) {
    return lp_pool(kernel, norm_order(3), options...);
  });
  onnx().compare("LpPool.l1", lp_pool(2, stride(1), norm_order(1)));
  onnx().compare("LpPool.l2", lp_pool(2, stride(1)));
}

// Its values are compared with ONNX's by tests/models.
TEST(ArgMaxPool, Shapes) {
  check_op(arg_max_pool(2), {{1, 3, 6, 7}});
  check_op(arg_max_pool(3, stride(2), pad(1)), {{2, 2, 7, 8}});
  check_op(arg_max_pool(2, stride(1), ceil_mode), {{1, 2, 9}}, {.dtype = DType::i32});
  EXPECT_EQ(shape_or_refusal(arg_max_pool(2), {1, 3, 6, 7}), "1x3x3x3");
}

TEST(LpPool, Shapes) {
  check_op(lp_pool(2), {{1, 7, 6, 7}});
  check_op(lp_pool(3, stride(2), pad(1), norm_order(1)), {{2, 3, 7, 8}});
  check_op(lp_pool(3, stride(2), ceil_mode, norm_order(3)), {{1, 2, 9}});
}

TEST(GlobalPools, AgreeWithOnnx) {
  onnx().compare("GlobalAveragePool.plain", global_avg_pool);
  onnx().compare("GlobalMaxPool.plain", global_max_pool);
}

TEST(GlobalPools, Shapes) {
  check_op(global_avg_pool, {{1, 35, 7, 7}});
  check_op(global_avg_pool, {{2, 3, 33}});
  check_op(global_max_pool, {{1, 19, 5, 6}});
  check_op(global_max_pool, {{2, 3, 2, 3, 4}}, {.dtype = DType::u8});
  check_op(global_lp_pool, {{1, 5, 6, 7}});
  check_op(global_lp_pool(3), {{1, 2, 9}});
}

static_assert(shape_of(global_avg_pool, {2, 64, 7, 7}) == Shape{2, 64, 1, 1});

TEST(GlobalPools, Refuse) {
  EXPECT_EQ(shape_or_refusal(global_max_pool, {2, 3, 4, 5, 6}), "2x3x1x1x1");
  EXPECT_EQ(shape_or_refusal(ops::GlobalAvgPool{}, {{DType::i32, {1, 2, 3}}}),
            "its elements are integers; expected a float type");
  EXPECT_EQ(shape_or_refusal(global_lp_pool(0), {1, 2, 3}),
            "p is no order of a norm; expected 1 to 1000, got 0");
  EXPECT_EQ(shape_or_refusal(lp_pool(2, norm_order(-1)), {1, 2, 3}),
            "p is no order of a norm; expected 1 to 1000, got -1");
  EXPECT_EQ(shape_or_refusal(global_avg_pool, {2, 3}).substr(0, 57),
            "the input 2x3 has the wrong rank; expected rank 3 to 12, ");
}

} // namespace
} // namespace fovea
