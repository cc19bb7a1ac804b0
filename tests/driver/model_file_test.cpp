// Networks on disk: written and read again, whatever the file is.
#include "expect_error.hpp"
#include "networks.hpp"
#include "varied_networks.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace fovea::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ModelFile : public ::testing::Test {
 protected:
  ModelFile() {
    std::string name = (fs::temp_directory_path() / "fovea_model_file_XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~ModelFile() override { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
  }
  // What loading `text` is refused with.
  ErrorParts refusal(const std::string& text) const {
    const std::string file = write("hostile.mlir", text);
    return error_of([&] { load_network(file); });
  }

  fs::path folder;
};

// A relu, with `name` as its layer: the smallest model.
std::string relu_text(const std::string& name) {
  return "func.func @net(%x: tensor<4xf32> {fovea.name = \"x\"})\n"
         "    -> (tensor<4xf32> {fovea.name = \"y\"}) {\n"
         "  %y = fovea.relu %x layer \"" +
         name + "\" : (tensor<4xf32>) -> tensor<4xf32>\n  return %y : tensor<4xf32>\n}\n";
}

bool same_weights(const Network& a, const Network& b) {
  bool same = a.parameters().size() == b.parameters().size();
  for (size_t k = 0; same && k < a.parameters().size(); ++k) {
    const int x = a.parameters()[k], y = b.parameters()[k];
    const ValueInfo& info = a.values()[static_cast<size_t>(x)];
    same = info.name == b.values()[static_cast<size_t>(y)].name &&
           std::memcmp(a.weight(x).data, b.weight(y).data,
                       static_cast<size_t>(info.type.bytes())) == 0;
  }
  return same;
}

// ---- writing and reading -----------------------------------------------------------------------

TEST_F(ModelFile, comes_back_and_computes_the_same) {
  const Network net = small_network();
  net.save(path("small.mlir"));
  EXPECT_EQ(files(), 2u);
  EXPECT_THAT(read("small.mlir"), AllOf(HasSubstr("fovea.conv"), Not(HasSubstr("loc("))));
  const Network back = load_network(path("small.mlir"));
  EXPECT_TRUE(same_weights(net, back));
  EXPECT_EQ(to_string(summary(back)), to_string(summary(net)));
  EXPECT_EQ(canonical_text(definition_of(back)), canonical_text(definition_of(net)));
  const Array<float> image = random_array({1, 2, 9, 9}, 5);
  const Array<float> expected = compile(net)(image), got = compile(back)(image);
  EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.begin()));
}

TEST_F(ModelFile, keeps_every_kind_of_network) {
  for (const Network& net : varied_networks()) {
    net.save(path("a.mlir"));
    const Network back = load_network(path("a.mlir"));
    back.save(path("b.mlir"));
    EXPECT_EQ(read("b.mlir"), read("a.mlir"));
    EXPECT_EQ(back.name(), net.name());
    EXPECT_EQ(to_string(summary(back)), to_string(summary(net)));
  }
  EXPECT_EQ(files(), 2u); // no weights were set
}

TEST_F(ModelFile, is_overwritten) {
  Network net = small_network();
  net.save(path("net.mlir"));
  const std::vector<float> bias(5, 3.0f);
  net.set_weight("conv1.bias", bias.data(), bias.size() * sizeof(float));
  net.save(path("net.mlir"));
  EXPECT_TRUE(same_weights(load_network(path("net.mlir")), net));
  EXPECT_EQ(files(), 2u);
}

TEST_F(ModelFile, takes_weights_from_another_file_or_none) {
  const Network net = small_network();
  net.save(path("net.mlir"));
  fs::rename(path("net.safetensors"), path("trained.safetensors"));
  Network bare = load_network(path("net.mlir"));
  EXPECT_EQ(bare.weight(bare.parameters()[0]).data, nullptr);
  bare.randomize(7); // as small_network did
  EXPECT_TRUE(same_weights(bare, net));
  EXPECT_TRUE(
      same_weights(load_network(path("net.mlir"), {.weights = path("trained.safetensors")}), net));
  EXPECT_THAT(
      error_of([&] { load_network(path("net.mlir"), {.weights = path("none.safetensors")}); }).what,
      HasSubstr("none.safetensors"));
}

TEST_F(ModelFile, refuses_weights_that_do_not_fit) {
  small_network().save(path("net.mlir"));
  write("net.safetensors", "no weights at all");
  const ErrorParts error = error_of([&] { load_network(path("net.mlir")); });
  EXPECT_THAT(error.what, HasSubstr("net.safetensors"));
  EXPECT_THAT(error.where.file, HasSubstr("model_file_test.cpp"));
}

TEST_F(ModelFile, works_with_another_batch) {
  const Network net = small_network();
  net.save(path("net.mlir"));
  EXPECT_EQ(canonical_text(definition_of(with_batch(load_network(path("net.mlir")), 3))),
            canonical_text(definition_of(small_network(3))));
}

TEST_F(ModelFile, is_not_written_with_half_of_its_weights) {
  Network net("half");
  net.output("y", net.input("x", {1, 2}) | dense(1).named("fc"));
  const float two[] = {1, 2};
  net.set_weight("fc.weight", two, sizeof two);
  const ErrorParts error = error_of([&] { net.save(path("half.mlir")); });
  EXPECT_THAT(error.what, HasSubstr("without contents: fc.bias"));
  EXPECT_THAT(error.where.file, HasSubstr("model_file_test.cpp"));
  EXPECT_EQ(files(), 0u);
}

TEST_F(ModelFile, refuses_names_that_would_not_be_found_again) {
  const Network net = small_network();
  EXPECT_THAT(error_of([&] { net.save(path("net.txt")); }).hint, HasSubstr("net.mlir"));
  EXPECT_THROW(net.save(path("net")), Error);
  EXPECT_THAT(error_of([&] { Network("").save(path("net.mlir")); }).what,
              HasSubstr("without a name"));
  EXPECT_EQ(files(), 0u);
  // The weights of another network would be taken for this one's.
  write("other.safetensors", "weights");
  Network bare("bare");
  bare.output("y", bare.input("x", {1, 2}) | relu);
  EXPECT_THAT(error_of([&] { bare.save(path("other.mlir")); }).what, HasSubstr("exists"));
  EXPECT_EQ(files(), 1u);
}

TEST_F(ModelFile, appears_whole_or_not_at_all) {
  const Network net = small_network();
  EXPECT_THROW(net.save(path("no such folder/net.mlir")), Error);
  fs::create_directory(path("net.safetensors")); // where the weights would go
  write("net.mlir", "old");
  EXPECT_THAT(error_of([&] { net.save(path("net.mlir")); }).what, HasSubstr("net.safetensors"));
  EXPECT_EQ(read("net.mlir"), "old");
  EXPECT_EQ(files(), 2u);
}

TEST_F(ModelFile, leaves_the_old_files_where_the_disk_is_full) {
  Network("old").save(path("full.mlir"));
  const std::string old = read("full.mlir");
  Network net("large");
  net.output("y", net.input("x", {1, 512}) | dense(512).named("fc"));
  net.randomize(1);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{64 << 10, before.rlim_max}; // the text fits, the weights do not
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const ErrorParts error = error_of([&] { net.save(path("full.mlir")); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(error.what, HasSubstr("full.safetensors"));
  EXPECT_EQ(read("full.mlir"), old);
  EXPECT_EQ(files(), 1u);
}

// ---- hostile files -----------------------------------------------------------------------------

TEST_F(ModelFile, reads_regular_files_only) {
  const auto got = [&](const std::string& file) {
    const ErrorParts error = error_of([&] { load_network(file); });
    EXPECT_THAT(error.what, HasSubstr(file));
    EXPECT_THAT(error.where.file, HasSubstr("model_file_test.cpp"));
    return error.got;
  };
  EXPECT_EQ(got(path("missing.mlir")), "No such file or directory");
  EXPECT_EQ(got(folder.string()), "a folder");
  ASSERT_EQ(mkfifo(path("pipe.mlir").c_str(), 0600), 0);
  EXPECT_EQ(got(path("pipe.mlir")), "a pipe, socket or device");
  EXPECT_EQ(got("/dev/zero"), "a pipe, socket or device");
  EXPECT_EQ(got(write("empty.mlir", "")), "an empty file");
}

TEST_F(ModelFile, has_a_limit_of_size) {
  const std::string text = relu_text("r"), file = write("net.mlir", text);
  const auto size = static_cast<int64_t>(text.size());
  EXPECT_EQ(load_network(file, {.max_bytes = size}).nodes().size(), 1u);
  const ErrorParts error = error_of([&] { load_network(file, {.max_bytes = size - 1}); });
  EXPECT_EQ(error.expected, "at most " + std::to_string(size - 1) + " bytes");
  EXPECT_THROW(load_network(file, {.max_bytes = -1}), Error);
}

TEST_F(ModelFile, is_text) {
  ErrorParts error = refusal(std::string("module {\n  \0 }", 14));
  EXPECT_THAT(error.what, HasSubstr("NUL"));
  EXPECT_EQ(error.where.line, 2u);
  EXPECT_EQ(error.where.column, 3u);
  EXPECT_EQ(error.where.file, path("hostile.mlir"));
  error = refusal("module {\n\xff\n}");
  EXPECT_THAT(error.what, HasSubstr("not UTF-8"));
  EXPECT_EQ(error.where.line, 2u);
  EXPECT_EQ(error.where.column, 1u);
}

TEST_F(ModelFile, has_a_limit_of_nesting) {
  for (const char* bracket : {"(", "[", "{", "tuple<", "([{<"}) {
    std::string text = "module {\n";
    for (int k = 0; k < 100'000; ++k)
      text += bracket;
    const ErrorParts error = refusal(text);
    EXPECT_THAT(error.what, HasSubstr("nested too deeply"));
    EXPECT_EQ(error.where.line, 2u);
  }
  // Brackets in strings and comments are none, and neither is a relation or an arrow.
  const std::string many(1000, '[');
  EXPECT_EQ(load_network(write("ok.mlir", "// " + many + "\n" + relu_text("\\22" + many)))
                .nodes()[0]
                .layer,
            "\"" + many);
  const Network equations = equation_network();
  equations.save(path("equations.mlir"));
  EXPECT_EQ(load_network(path("equations.mlir")).nodes().size(), equations.nodes().size());
}

TEST_F(ModelFile, says_where_the_text_is_wrong) {
  ErrorParts error = refusal("module {\n  %y = fovea.nothing\n}");
  EXPECT_EQ(error.where.file, path("hostile.mlir"));
  EXPECT_EQ(error.where.line, 2u);
  EXPECT_EQ(error.where.column, 8u);
  // The op's own verifier, with its hint.
  error = refusal("func.func @net(%x: tensor<1x4xf32>) {\n"
                  "  %y = fovea.softmax %x axis 9 : (tensor<1x4xf32>) -> tensor<1x4xf32>\n"
                  "  return\n}");
  EXPECT_THAT(error.what, AllOf(HasSubstr("expects -2 to 1, got 9"), HasSubstr("the axis is no")));
  EXPECT_EQ(error.where.line, 2u);
  // What the reader of networks refuses.
  error = refusal("func.func @net(%x: tensor<4xf32>) {\n  return\n}");
  EXPECT_THAT(error.what, HasSubstr("argument 0 of the function has no name"));
  EXPECT_EQ(error.where.line, 1u);
  EXPECT_THAT(refusal("module {").what, HasSubstr("expected"));
  EXPECT_THAT(refusal("not a model").what, Not(HasSubstr("internal error")));
  EXPECT_THAT(refusal("   \n").what, HasSubstr("a module of one function"));
}

// Of a user's op: attributes of any kind, a schedule of any text.
TEST_F(ModelFile, says_what_is_wrong_with_an_op_of_the_users) {
  const Network net = user_layer_network();
  net.save(path("net.mlir"));
  const std::string right = read("net.mlir");
  const auto refused = [&](const std::string& part, const std::string& by) {
    std::string text = right;
    const size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part << "\n" << text;
    const ErrorParts error = refusal(text.replace(at, part.size(), by));
    EXPECT_EQ(error.where.file, path("hostile.mlir"));
    EXPECT_GT(error.where.line, 1u);
    return error.what;
  };
  EXPECT_THAT(refused("kernel = array<i64: 3>", "kernel = [3]"),
              HasSubstr("expects attribute 'kernel' to be a bool, i64, f64, string or array<i64>"));
  EXPECT_THAT(refused("shared = false", "shared = 3 : i8"), HasSubstr("attribute 'shared'"));
  EXPECT_THAT(refused("shared = false", "scale = false"), HasSubstr("duplicate key 'scale'"));
  EXPECT_THAT(refused("shared = false", "name = \"f\""), HasSubstr("names other than"));
  EXPECT_THAT(refused("parallel(i)", "paralel(i)"), HasSubstr("did you mean `parallel`?"));
  EXPECT_THAT(refused("doc \"", "doc [\""), HasSubstr("expected"));
}

// MLIR's parser goes down one call for each minus of an affine map, until the stack ends. With
// isolation that is somebody else's stack.
TEST_F(ModelFile, may_be_the_end_of_who_parses_it) {
  std::string minuses;
  for (int k = 0; k < 2'000'000; ++k)
    minuses += "- ";
  const ErrorParts error =
      refusal("module attributes {map = affine_map<(d0) -> (" + minuses + "d0)>} {\n}");
  EXPECT_THAT(error.what, AllOf(HasSubstr("reading"), HasSubstr("hostile.mlir"),
                                HasSubstr("ended by signal 11 (Segmentation fault)")));
  EXPECT_THAT(error.hint, HasSubstr("malformed"));
}

TEST_F(ModelFile, without_isolation_gives_the_same_errors) {
  for (const std::string& text : {std::string("module {\n  %y = fovea.nothing\n}"),
                                  std::string("func.func @net(%x: i32) {\n  return\n}")}) {
    const ErrorParts isolated = refusal(text);
    const ErrorParts direct =
        error_of([&] { load_network(path("hostile.mlir"), {.isolate = false}); });
    EXPECT_EQ(direct.what, isolated.what);
    EXPECT_EQ(direct.where.line, isolated.where.line);
    EXPECT_EQ(direct.where.column, isolated.where.column);
  }
  EXPECT_EQ(load_network(write("ok.mlir", relu_text("r")), {.isolate = false}).nodes().size(), 1u);
}

TEST_F(ModelFile, is_read_by_several_threads) {
  small_network().save(path("net.mlir"));
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int k = 0; k < 4; ++k)
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round)
        right += load_network(path("net.mlir")).nodes().size() == small_network().nodes().size();
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(right, 12);
}

} // namespace
} // namespace fovea::testing
