// Weights in a file beside the library: what is found, what is refused and with which words.
#include "counting_allocator.hpp"
#include "hand_program.hpp"
#include "scratch_folder.hpp"
#include "weights_bytes.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea_test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t offsets[] = {128};
constexpr std::uint64_t fingerprint = 0x1234;
constexpr std::uint64_t file_bytes = 128 + columns * sizeof(float);
constexpr fovea_weights_file table_entry{sizeof(fovea_weights_file), "hand.weights", file_bytes,
                                         fingerprint, offsets};

int descriptors() {
  return int(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

// How the file is mapped into this process: "r--p", or "" if it is not.
std::string mapping_of(const fs::path& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find(path.string()) != std::string::npos)
      return line.substr(line.find(' ') + 1, 4);
  return {};
}

struct FileProgram : HandProgram {
  ScratchFolder folder;
  CountingAllocator counter;
  char text[1024] = "";
  fovea_model* model = nullptr;

  FileProgram() {
    parameter_data = {nullptr};
    program.weights_file = &table_entry;
  }
  ~FileProgram() { fovea_core_model_close(model); }

  std::string good() const { return weights_bytes({"hand", fingerprint, w}); }

  fovea_status open(const char* path, const fovea_buffer* parameters = nullptr) {
    fovea_model_options options{};
    options.weights_path = path;
    options.parameters = parameters;
    options.parameter_count = parameters ? program.parameter_count : 0;
    options.allocator = &counter.allocator;
    options.message = text;
    options.message_bytes = sizeof text;
    return fovea_core_model_open(&program, &options, &model);
  }

  // Also: nothing of the attempt is left.
  void expect_refused(const fs::path& path, const std::string& words) {
    int before = descriptors();
    EXPECT_EQ(open(path.c_str()), FOVEA_ERROR_WEIGHTS_FILE) << text;
    EXPECT_NE(std::string(text).find(words), std::string::npos) << text << "\nexpected: " << words;
    EXPECT_NE(std::string(text).find("(file '" + path.string() + "')"), std::string::npos) << text;
    EXPECT_EQ(model, nullptr);
    EXPECT_TRUE(counter.all_returned());
    EXPECT_EQ(descriptors(), before);
    EXPECT_EQ(mapping_of(path), "");
  }
  void expect_bytes_refused(const std::string& bytes, const std::string& words) {
    expect_refused(folder.write(bytes), words);
  }
};

TEST(WeightsFile, IsMappedAsLongAsSomebodyNeedsIt) {
  FileProgram hand;
  fs::path path = hand.folder.write(hand.good());
  int before = descriptors();
  ASSERT_EQ(hand.open(path.c_str()), FOVEA_OK) << hand.text;
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(mapping_of(path), "r--p");
  fovea_context* context = nullptr;
  ASSERT_EQ(fovea_core_context_create(hand.model, nullptr, &context), FOVEA_OK);
  fovea_core_model_close(hand.model);
  hand.model = nullptr;
  EXPECT_EQ(mapping_of(path), "r--p");
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(fovea_core_run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_TRUE(hand.correct());
  fovea_core_context_destroy(context);
  EXPECT_EQ(mapping_of(path), "");
}

TEST(WeightsFile, OfTheWrongLength) {
  FileProgram hand;
  const std::string good = hand.good();
  ASSERT_EQ(good.size(), file_bytes);
  for (std::size_t length = 0; length < good.size(); ++length)
    hand.expect_bytes_refused(good.substr(0, length),
                              "hand: weights truncated: expected 256 bytes, got " +
                                  std::to_string(length) + "; copy");
  hand.expect_bytes_refused(good + '\0', "hand: weights too long: expected 256 bytes, got 257");
}

// One bit of any byte is enough, and each field of the header has its own words.
TEST(WeightsFile, DamagedAnywhere) {
  struct Field {
    std::size_t end;
    const char* words;
  };
  const Field fields[] = {
      {8, "hand: not a weights file: expected it to begin with FOVEAWTS, got '"},
      {16, "hand: weights of another format: expected version 1, got "},
      {24, "hand: weights of another layout: expected a file of 256 bytes, got one that states "},
      {32, "hand: weights of another version of 'hand': expected fingerprint 0000000000001234, "},
      {40, "hand: weights damaged: expected hash "},
      {48, "hand: weights: expected 1 parameters, got "},
      {file_bytes, "hand: weights damaged: expected hash "},
  };
  FileProgram hand;
  const std::string good = hand.good();
  const Field* field = fields;
  for (std::size_t position = 0; position < good.size(); ++position) {
    if (position == field->end)
      ++field;
    std::string damaged = good;
    damaged[position] = char(damaged[position] ^ 0x10);
    hand.expect_bytes_refused(damaged, field->words);
  }
}

TEST(WeightsFile, OfAnotherModel) {
  FileProgram hand;
  hand.expect_bytes_refused(
      weights_bytes({"resnet18", 99, hand.w}),
      "hand: weights of another model: expected 'hand', got 'resnet18'; use the "
      "file that was emitted with this library");
  // A name from a file is not to be trusted: neither its characters nor its end.
  hand.expect_bytes_refused(weights_bytes({"bell\a", 99, hand.w}), "got 'bell?'");
  hand.expect_bytes_refused(weights_bytes({std::string(80, 'n'), 99, hand.w}),
                            "got '" + std::string(80, 'n') + "'");
  hand.expect_bytes_refused(weights_bytes({"hand", 99, hand.w}),
                            "hand: weights of another version of 'hand'");
}

TEST(WeightsFile, ThatIsNoFile) {
  FileProgram hand;
  const fs::path folder = hand.folder.path();
  hand.expect_refused(folder / "missing", "hand: weights cannot be opened: No such file");
  hand.expect_refused(folder, "hand: weights: expected a regular file, got a directory");
  hand.expect_refused("/dev/null", "hand: weights: expected a regular file, got a device");
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0); // nobody writes into it: opening must not wait
  hand.expect_refused(pipe, "hand: weights: expected a regular file, got a pipe");
  if (geteuid() != 0) {
    const fs::path secret = hand.folder.write(hand.good(), "secret");
    fs::permissions(secret, fs::perms::none);
    hand.expect_refused(secret, "hand: weights cannot be opened: Permission denied");
  }
}

TEST(WeightsFile, IsLeftAloneWhereNothingIsNeededFromIt) {
  FileProgram hand;
  fovea_buffer parameter = buffer_for(hand.parameters[0], hand.w);
  EXPECT_EQ(hand.open(nullptr, &parameter), FOVEA_OK) << hand.text;
  fovea_core_model_close(hand.model);
  EXPECT_EQ(hand.open("/missing", &parameter), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_STREQ(hand.text,
               "hand: expected no weights_path, since all parameters are given; got '/missing'");
  hand.program.weights_file = nullptr;
  EXPECT_EQ(hand.open("/missing"), FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT_STREQ(hand.text, "hand: expected no weights_path, since the program has no weights file; "
                          "got '/missing'");
  EXPECT_EQ(hand.open(nullptr), FOVEA_ERROR_NULL_POINTER);
  EXPECT_STREQ(hand.text, "hand: parameter 'w' is not embedded: expected it in the options' "
                          "parameters");
  EXPECT_TRUE(hand.counter.all_returned());
}

int copy_parameters(void*, const void* const*, void* const* outputs, const void* const* parameters,
                    void*) {
  for (int i = 0; i < 2; ++i)
    std::memcpy(static_cast<float*>(outputs[0]) + i, parameters[i], sizeof(float));
  return 0;
}

TEST(WeightsFile, GivesWhatTheCallerDoesNot) {
  FileProgram hand;
  hand.program.entry = copy_parameters;
  hand.parameters = {tensor_info("v", {16}), tensor_info("w", {16})};
  hand.parameter_data = {nullptr, nullptr};
  hand.update();
  const std::uint64_t two_offsets[] = {128, 192};
  fovea_weights_file entry = table_entry;
  entry.offsets = two_offsets;
  hand.program.weights_file = &entry;
  fs::path path = hand.folder.write(weights_bytes({"hand", fingerprint, hand.w, 2}));
  std::vector<float> given(16, 77.0f);
  fovea_buffer parameters[2] = {buffer_for(hand.parameters[0], given),
                                buffer_for(hand.parameters[1], given)};
  parameters[1].data = nullptr;
  ASSERT_EQ(hand.open(path.c_str(), parameters), FOVEA_OK) << hand.text;
  fovea_context* context = nullptr;
  ASSERT_EQ(fovea_core_context_create(hand.model, nullptr, &context), FOVEA_OK);
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(fovea_core_run(context, &input, 1, &output, 1), FOVEA_OK);
  EXPECT_EQ(hand.y[0], 77.0f);
  EXPECT_EQ(hand.y[1], hand.w[16]);
  fovea_core_context_destroy(context);
}

TEST(WeightsFile, OfAProgramThatLiesInNoFile) {
  FileProgram hand; // its table is on the stack
  EXPECT_EQ(hand.open(nullptr), FOVEA_ERROR_WEIGHTS_FILE);
  EXPECT_STREQ(hand.text, "hand: the library's own folder is not known: expected the path of "
                          "'hand.weights' in the options' weights_path, got null");
}

const fovea_tensor_info parameter_of_this_program = tensor_info("w", {columns});

// Linked into an executable, whose name the dynamic linker knows only as argv[0].
fovea_program program_in_this_executable{sizeof(fovea_program),
                                         FOVEA_ABI_VERSION,
                                         "hand",
                                         0,
                                         nullptr,
                                         0,
                                         nullptr,
                                         1,
                                         &parameter_of_this_program,
                                         nullptr,
                                         0,
                                         0,
                                         affine,
                                         0,
                                         nullptr,
                                         &table_entry,
                                         0,
                                         nullptr,
                                         0,
                                         0,
                                         0,
                                         nullptr,
                                         0,
                                         nullptr,
                                         nullptr};

TEST(WeightsFile, BesideTheExecutable) {
  char text[1024] = "";
  fovea_model_options options{};
  options.message = text;
  options.message_bytes = sizeof text;
  fovea_model* model = nullptr;
  EXPECT_EQ(fovea_core_model_open(&program_in_this_executable, &options, &model),
            FOVEA_ERROR_WEIGHTS_FILE);
  const fs::path expected = fs::read_symlink("/proc/self/exe").parent_path() / "hand.weights";
  EXPECT_NE(std::string(text).find("(file '" + expected.string() + "')"), std::string::npos)
      << text;
}

} // namespace
