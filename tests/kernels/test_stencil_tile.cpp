// Elementwise windows of neighbouring rows, computed together.
#include "compiler/kernels/normalise.hpp"
#include "compiler/kernels/stencil_tile.hpp"
#include "compiler/kernels/tile.hpp"
#include "tests/kernels/forms.hpp"

#include <fovea/filters.hpp>

#include <gmock/gmock.h>

namespace fovea::kernel_test {
namespace {

using kernels::StencilTile;
using ::testing::HasSubstr;

// Vectors of 512 bits, 32 KB of first and 1 MB of second cache.
catalogue::Target wide_target(int threads = 1) {
  return catalogue::parse_target("x86-64-v4 threads=" + std::to_string(threads) +
                                 " l1=32768 l2=1048576");
}

Definition image_filter(const std::string& name, DType type, int64_t height, int64_t width) {
  const std::map<std::string, filters::Filter> known = {{"median", filters::median(3)},
                                                        {"sobel", filters::sobel()},
                                                        {"laplacian", filters::laplacian()},
                                                        {"gaussian5x5", filters::gaussian5x5()},
                                                        {"bilateral", filters::bilateral(1.5, 30)}};
  return known.at(name).definition({type, {height, width}});
}

// Of the last stage.
StencilTile tile_of(const Definition& definition, int64_t lanes) {
  const Definition stages = kernels::split_stages(kernels::simplify(definition));
  const auto root = static_cast<size_t>(stages.results[0]);
  return kernels::choose_stencil_tile(stages, kernels::place(stages), root, stages.equations[root],
                                      wide_target(), lanes);
}

TEST(StencilTile, RowsThatShareWhatTheyRead) {
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 100, 100), 16).rows, 4);
  EXPECT_EQ(tile_of(image_filter("laplacian", DType::f32, 100, 100), 16).rows, 3);
  // Columns of three elements, two apart: the first rows that share are two apart.
  EXPECT_EQ(tile_of(bound("apart(x: 100x64xf32)\n"
                          "Z(i, j) = x(i, j) + x(i + 2, j)*x(i + 4, j) where i < 96"),
                    16)
                .rows,
            4);
}

TEST(StencilTile, NoneWhereRowsShareNothing) {
  EXPECT_EQ(tile_of(bound("along(x: 100x64xf32)\n"
                          "Z(i, j) = x(i, j) + x(i, j + 1)*x(i, j + 2) where j < 62"),
                    16)
                .rows,
            1);
  EXPECT_EQ(tile_of(bound("bias(x: 100x64xf32, b: 64xf32)\nZ(i, j) = x(i, j) + b(j)"), 16).rows, 1)
      << "what all rows read is no neighbour's";
  EXPECT_EQ(tile_of(bound("halved(x: 100x64xf32)\n"
                          "Z(i, j) = x(2*i, j) + x(2*i + 1, j) where i < 50"),
                    16)
                .rows,
            1);
}

TEST(StencilTile, NoMoreThanIsQuickToCompile) {
  EXPECT_EQ(tile_of(image_filter("bilateral", DType::f32, 100, 100), 16).rows, 1);
  EXPECT_EQ(tile_of(image_filter("sobel", DType::f32, 100, 100), 16).rows, 3);
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 15, 100), 16).rows, 3) << "few rows";
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 100, 15), 16).rows, 1) << "no vector";
}

// Rows 4 KB apart share the 8 places of a set: 5 of 3x3 windows, and 3 that are written.
TEST(StencilTile, RowsInTheWayOfEachOtherAreFewer) {
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 100, 1024), 16).rows, 3);
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 100, 1025), 16).rows, 4);
  EXPECT_EQ(tile_of(bound("column(x: 100x1024xf32)\n"
                          "Z(i, j) = x(i, j) + x(i + 1, j)*x(i + 2, j) where i < 98"),
                    16)
                .rows,
            4)
      << "each line is needed for one vector only";
}

TEST(StencilTile, MinimaOfIntegersInShorterVectors) {
  EXPECT_EQ(tile_of(image_filter("median", DType::u8, 100, 200), 64).lanes, 32);
  EXPECT_EQ(tile_of(image_filter("median", DType::u8, 100, 200), 32).lanes, 32);
  EXPECT_EQ(tile_of(image_filter("median", DType::i32, 100, 200), 16).lanes, 8);
  EXPECT_EQ(tile_of(image_filter("median", DType::f32, 100, 200), 16).lanes, 16);
  EXPECT_EQ(tile_of(image_filter("sobel", DType::u8, 100, 200), 16).lanes, 16);
}

// Of i32, but kept in a byte each.
TEST(StencilTile, OfMinimaThatAreKeptInBytes) {
  const Definition definition = bound("kept(x: 102x204xu8) -> Z\n"
                                      "T(i, j) = max(i32(x(i, j)), max(i32(x(i + 1, j)), "
                                      "i32(x(i + 2, j))))\n"
                                      "Z(i, j) = sum(m)(T(i, j + m)) where m < 5");
  EXPECT_THAT(generic_schedule(definition, wide_target()),
              HasSubstr("T: compute_root split(i, i_o, i_i, 4) split(j, j_o, j_i, 32) "));
  check(definition);
}

TEST(StencilTile, StandsInTheSchedule) {
  EXPECT_THAT(generic_schedule(image_filter("median", DType::f32, 100, 100), wide_target()),
              HasSubstr("Z: split(i, i_o, i_i, 4) split(j, j_o, j_i, 16) reorder(j_i, i_i, j_o) "
                        "vectorize(j_i) unroll(i_i)"));
  const std::string in_strips =
      generic_schedule(image_filter("gaussian5x5", DType::f32, 2048, 2000), wide_target());
  EXPECT_THAT(in_strips, HasSubstr("Z: split(i, i_o, i_i, 4) split(i_o, i_strip, i_part, "));
  EXPECT_THAT(in_strips, HasSubstr("R: compute_at(Z, i_strip)"));
}

// Sums along rows share nothing with the rows above and below; sums along columns do.
TEST(StencilTile, TilesOfSums) {
  const Definition box = kernels::split_stages(
      kernels::simplify(filters::box(5).definition({DType::f32, {512, 512}})));
  std::vector<kernels::Tile> tiles;
  for (const Equation& equation : box.equations)
    if (equation.reduction)
      tiles.push_back(kernels::choose_tile(box, equation, wide_target()));
  ASSERT_EQ(tiles.size(), 2u);
  EXPECT_EQ(tiles[0].vectors, 4) << "along rows: vectors beside each other";
  EXPECT_EQ(tiles[0].unrolled.size(), 1u);
  EXPECT_EQ(tiles[0].unrolled[0].size, 2);
  EXPECT_EQ(tiles[1].vectors, 1) << "along columns: rows";
  EXPECT_GE(tiles[1].unrolled[0].size, 8);
}

// Vectors at either border have loops of their own, also where no other read crosses both: of ten
// in a row, eight are loaded without a look at places.
TEST(StencilTile, LoopsBetweenBorders) {
  for (const char* const text :
       {"left(x: 40x160xf32)\nZ(i, j) = x(i, reflect(j - 1)) - x(i, j)",
        "right(x: 40x160xf32)\nZ(i, j) = x(i, reflect(j + 1)) - x(i, j)",
        "both(x: 40x160xf32)\n"
        "Z(i, j) = x(i, reflect(j + 1)) - x(i, reflect(j - 1)) + x(i, j)"}) {
    catalogue::KernelRequest request;
    request.definition = bound(text);
    request.target = wide_target();
    request.symbol = "borders";
    const std::string statement = kernels::make_halide_compiler()->dump(request).statement;
    const bool is_both = request.definition.name == "both";
    EXPECT_THAT(statement, HasSubstr(is_both ? ", 0, 8) {" : ", 0, 9) {"));
    check(request.definition);
  }
}

// One or two stages that read windows at random places, by random rules, with planes or without.
Definition random_windows(Random& random) {
  const auto pick = [&](int64_t least, int64_t most) {
    return std::uniform_int_distribution<int64_t>(least, most)(random);
  };
  constexpr DType types[] = {DType::f32, DType::f32, DType::u8, DType::i32, DType::f64, DType::f16};
  constexpr Boundary rules[] = {Boundary::clamp, Boundary::reflect, Boundary::wrap};
  constexpr ScalarOp ops[] = {ScalarOp::add, ScalarOp::min, ScalarOp::max, ScalarOp::sub};
  const DType type = types[pick(0, 5)];
  const bool planes = pick(0, 3) == 0;
  const Shape shape =
      planes ? Shape{2, pick(4, 40), pick(16, 90)} : Shape{pick(4, 40), pick(16, 90)};
  std::vector<IndexRange> free = {{"i", shape[shape.rank() - 2]}, {"j", shape[shape.rank() - 1]}};
  if (planes)
    free.insert(free.begin(), {"c", 2});
  const int i = planes ? 1 : 0, j = i + 1;
  Builder builder("windows");
  int last = builder.operand("X", type, shape);
  const int64_t stages = pick(1, 2);
  for (int64_t s = 0; s < stages; ++s) {
    const int64_t rule = pick(0, 3);
    const auto at = [&](int number, int64_t reach) {
      const IndexExpr place = index(number) + fixed(pick(-reach, reach));
      return rule == 3 ? At(place, Boundary::fill, constant(2, type)) : At(place, rules[rule]);
    };
    Expr value;
    for (int64_t terms = pick(4, 9); terms > 0; --terms) {
      std::vector<At> places = {at(i, 1), at(j, 1)};
      if (planes)
        places.insert(places.begin(), At(index(0)));
      const Expr term = builder.read(last, places);
      value = value ? op(ops[pick(0, 3)], {value, term}) : term;
    }
    last = builder.equation("S" + std::to_string(s), free, value);
  }
  return builder.results({last});
}

TEST(StencilTile, RandomWindows) {
  const uint64_t seed = base_seed(1);
  int tiled = 0;
  for (uint64_t k = 0; k < (runs_all() ? 300 : 20); ++k) {
    SCOPED_TRACE("seed " + std::to_string(seed + k));
    Random random(seed + k);
    const Definition definition = random_windows(random);
    catalogue::Target target = test_target();
    target.threads = k % 2 ? 4 : 1;
    if (k % 3 == 0)
      target.l2_bytes = 4096; // strips
    std::vector<Bytes> operands;
    for (const Operand& operand : definition.operands)
      operands.push_back(random_tensor(operand.type, static_cast<uint32_t>(k)));
    tiled +=
        generic_schedule(definition, target).find("reorder(j_i, i_i, j_o)") != std::string::npos;
    expect_interpreted(definition, operands, run(definition, operands, std::nullopt, target));
  }
  EXPECT_GT(tiled, 0) << "windows of neighbouring rows overlap";
}

// Vectors of all lengths, and heights that four rows do not divide, down to the least with a tile.
TEST(StencilTile, Filters) {
  for (const catalogue::Target& target : instruction_sets())
    for (const int64_t height : {8, 13, 19})
      for (const DType type : {DType::f32, DType::u8}) {
        const Definition definition = image_filter("median", type, height, 70);
        SCOPED_TRACE(to_string(target) + ", height " + std::to_string(height));
        const std::vector<Bytes> operands = {random_tensor(definition.operands[0].type, 5)};
        expect_interpreted(definition, operands, run(definition, operands, std::nullopt, target));
      }
}

} // namespace
} // namespace fovea::kernel_test
