// Libraries for several targets, as arguments of the command.
#include "run_command.hpp"
#include "small_models.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#if defined(__x86_64__)

namespace fovea::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class Targets : public ::testing::Test {
 protected:
  void SetUp() override {
    small_network().save((folder / "small.mlir").string());
    const CommandResult compiled =
        folder.fovea("compile small.mlir -o small.so --target x86-64 --target x86-64-v2 --json");
    ASSERT_EQ(compiled.code, 0) << compiled.err;
    EXPECT_EQ(Json::parse(compiled.out)["targets"], Json({"x86-64-v2", "x86-64"}));
  }
  const CommandFolder folder;
};

TEST_F(Targets, InspectShowsThemAndTheOneThatRunsHere) {
  const CommandResult wanted = folder.fovea("inspect small.so", "FOVEA_TARGET=x86-64");
  EXPECT_EQ(wanted.code, 0) << wanted.err;
  EXPECT_THAT(wanted.out, HasSubstr("x86-64-v2"));
  EXPECT_THAT(wanted.out, HasSubstr("runs here"));
  EXPECT_THAT(wanted.out, HasSubstr("any of its architecture"));
  for (const std::string target : {"x86-64", "x86-64-v2"}) {
    const Json json = Json::parse(
        folder.fovea("inspect small.so --json", "FOVEA_TARGET=" + target).out, nullptr, false);
    ASSERT_EQ(json["targets"].size(), 2u) << json;
    for (const Json& each : json["targets"])
      EXPECT_EQ(each["chosen"], each["target"] == target) << json;
    EXPECT_EQ(json["programs"][0]["cpu_features"].empty(), target == "x86-64");
  }
  const CommandResult other = folder.fovea("inspect small.so", "FOVEA_TARGET=other");
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_THAT(other.out, HasSubstr("got 'other'"));
}

TEST_F(Targets, BenchTakesTheOneThatIsWanted) {
  EXPECT_EQ(folder.fovea("bench small.so --repetitions 1", "FOVEA_TARGET=x86-64").code, 0);
  const CommandResult refused =
      folder.fovea("bench small.so --repetitions 1", "FOVEA_TARGET=x86-64-v9");
  EXPECT_NE(refused.code, 0);
  EXPECT_THAT(refused.err, HasSubstr("one of the library's targets, x86-64-v2, x86-64; got"));
}

TEST_F(Targets, WhereThereCanBeOne) {
  for (const std::string verb : {"explain small.mlir", "compile small.mlir --emit asm"}) {
    const CommandResult refused = folder.fovea(verb + " --target x86-64 --target x86-64-v2");
    EXPECT_NE(refused.code, 0);
    EXPECT_THAT(refused.err, HasSubstr("only a library can have more than one target"));
  }
  const CommandResult unknown = folder.fovea("compile small.mlir -o a.so --target x86-64-v9");
  EXPECT_THAT(unknown.err, HasSubstr("x86-64-v4"));
  EXPECT_THAT(folder.fovea("compile --help").out, HasSubstr("x86-64-v3"));
}

} // namespace
} // namespace fovea::testing

#endif
