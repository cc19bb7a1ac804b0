#include "networks.hpp"

#include <expect_error.hpp>

#include <gmock/gmock.h>

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;

class RunErrors : public ::testing::Test {
 protected:
  static const Model& model() {
    static const Model compiled = compile(small_network());
    return compiled;
  }
  const Array<float> image_ = random_array({1, 2, 9, 9}, 1);
  Array<float> probs_{Shape{1, 7}};
};

TEST_F(RunErrors, wrong_shape) {
  const Array<float> wrong({1, 2, 9, 8});
  const ErrorParts error = error_of([&] { model()(wrong); });
  EXPECT_THAT(error.what, HasSubstr("'image'"));
  EXPECT_EQ(error.expected, "1x2x9x9xf32");
  EXPECT_EQ(error.got, "1x2x9x8xf32");
  EXPECT_THAT(error.where.file, HasSubstr("run_errors_test.cpp"));
}

TEST_F(RunErrors, wrong_element_type) {
  const Array<double> wrong({1, 2, 9, 9});
  const ErrorParts error = error_of([&] { model().run({{"image", wrong}}, {{"probs", probs_}}); });
  EXPECT_THAT(error.what, HasSubstr("element type"));
  EXPECT_EQ(error.got, "1x2x9x9xf64");
}

TEST_F(RunErrors, wrong_output) {
  Array<float> wrong({7});
  EXPECT_THAT(error_of([&] {
                model().run({{"image", image_}}, {{"probs", wrong}});
              }).what,
              HasSubstr("output 'probs'"));
  EXPECT_THROW(model().operator()<int32_t>(image_), Error);
}

TEST_F(RunErrors, names) {
  const ErrorParts unknown = error_of([&] {
    model().run({{"picture", image_}}, {{"probs", probs_}});
  });
  EXPECT_THAT(unknown.what, HasSubstr("'picture'"));
  EXPECT_THAT(unknown.expected, HasSubstr("'image'"));
  EXPECT_THAT(error_of([&] { model().run({}, {{"probs", probs_}}); }).what, HasSubstr("not given"));
  EXPECT_THAT(error_of([&] {
                model().run({{"image", image_}, {"image", image_}}, {{"probs", probs_}});
              }).what,
              HasSubstr("twice"));
  EXPECT_THAT(error_of([&] { model().run({{"image", image_}}, {}); }).what, HasSubstr("'probs'"));
}

TEST_F(RunErrors, null_addresses) {
  const float* nowhere = nullptr;
  EXPECT_THAT(error_of([&] {
                model().run({{"image", {nowhere, Shape{1, 2, 9, 9}}}}, {{"probs", probs_}});
              }).what,
              HasSubstr("null"));
}

TEST_F(RunErrors, overlap) {
  std::vector<float> memory(1 * 2 * 9 * 9);
  EXPECT_THAT(error_of([&] {
                model().run({{"image", {memory.data(), Shape{1, 2, 9, 9}}}},
                            {{"probs", {memory.data(), Shape{1, 7}}}});
              }).what,
              HasSubstr("overlaps"));
}

TEST_F(RunErrors, a_failed_run_is_forgotten) {
  EXPECT_THROW(model().run({{"image", image_}}, {}), Error);
  model().run({{"image", image_}}, {{"probs", probs_}});
  EXPECT_GT(probs_(0, 0), 0);
}

TEST_F(RunErrors, contexts) {
  EXPECT_THROW(model().context({.threads = -1}), Error);
  EXPECT_THROW(Model().context(), Error);
}

} // namespace
} // namespace fovea::testing
