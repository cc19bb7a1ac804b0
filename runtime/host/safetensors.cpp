// safetensors: header length (u64, little-endian), a JSON header, data.
//   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"k":
//   "v"}}
// Offsets count from the end of the header; the tensors cover the data without gap or overlap.
#include "runtime/host/file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace fovea::host {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "elements are read as they lie in the file");

namespace {

struct Entry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<std::int64_t>> shape;
  std::array<std::uint64_t, 2> offsets{};
  int offsets_read = -1; // no key yet
};

// Follows the grammar event by event and keeps entries only: a document tree of a hostile header
// would take many times its memory, nest as deep as it likes, and drop repeated keys without a
// word.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const InputFile& file) : file_(file) {}
  std::vector<Entry> take() { return std::move(entries_); }

  bool start_object(std::size_t) override {
    if (state_ == State::start)
      return enter(State::names);
    if (state_ == State::tensor)
      return enter(State::fields);
    if (state_ == State::metadata)
      return enter(State::metadata_keys);
    unexpected("an object");
  }

  bool end_object() override {
    if (state_ == State::fields) {
      const Entry& entry = entries_.back();
      if (!entry.dtype || !entry.shape || entry.offsets_read < 0)
        fail("tensor " + excerpt(entry.name) + ": incomplete", "dtype, shape and data_offsets",
             "fewer");
      return enter(State::names);
    }
    return enter(state_ == State::metadata_keys ? State::names : State::end);
  }

  bool key(std::string& key) override {
    if (state_ == State::names)
      return name(key);
    if (state_ == State::metadata_keys) {
      if (!metadata_.insert(key).second)
        fail("__metadata__: repeated key", "each key once", excerpt(key));
      return enter(State::metadata_value);
    }
    return field(key);
  }

  bool string(std::string& text) override {
    if (state_ == State::metadata_value)
      return enter(State::metadata_keys);
    if (state_ != State::dtype)
      unexpected("a string");
    entries_.back().dtype = text;
    return enter(State::fields);
  }

  bool start_array(std::size_t) override {
    if (in_array_)
      unexpected("an array inside an array");
    if (state_ == State::shape)
      entries_.back().shape.emplace();
    else if (state_ == State::offsets)
      entries_.back().offsets_read = 0;
    else
      unexpected("an array");
    in_array_ = true;
    return true;
  }

  bool end_array() override {
    in_array_ = false;
    if (state_ == State::offsets && entries_.back().offsets_read != 2)
      fail("tensor " + excerpt(entries_.back().name) + ": data_offsets", "two offsets", "fewer");
    return enter(State::fields);
  }

  bool number_unsigned(std::uint64_t value) override {
    if (!in_array_)
      unexpected("a number");
    Entry& entry = entries_.back();
    if (state_ == State::offsets) {
      if (entry.offsets_read == 2)
        fail("tensor " + excerpt(entry.name) + ": data_offsets", "two offsets", "more");
      entry.offsets[std::size_t(entry.offsets_read++)] = value;
      return true;
    }
    if (entry.shape->size() == FOVEA_MAX_RANK)
      fail("tensor " + excerpt(entry.name) + ": rank too large", "at most 12 dimensions", "more");
    if (value > std::uint64_t(INT64_MAX))
      fail("tensor " + excerpt(entry.name) + ": impossible extent", "at most 63 bits",
           std::to_string(value));
    entry.shape->push_back(std::int64_t(value));
    return true;
  }

  bool number_integer(std::int64_t value) override { unexpected(std::to_string(value)); }
  bool number_float(double, const std::string& text) override { unexpected(excerpt(text)); }
  bool null() override { unexpected("null"); }
  bool boolean(bool value) override { unexpected(value ? "true" : "false"); }
  bool binary(nlohmann::json::binary_t&) override { unexpected("binary"); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    fail("broken JSON at byte " + std::to_string(position), "JSON", error.what());
  }

 private:
  enum class State {
    start,
    names,
    tensor,
    fields,
    dtype,
    shape,
    offsets,
    metadata,
    metadata_keys,
    metadata_value,
    end
  };

  bool enter(State state) {
    state_ = state;
    return true;
  }

  bool name(const std::string& name) {
    if (!names_.insert(name).second)
      fail("repeated tensor name", "each name once", excerpt(name));
    if (name == "__metadata__")
      return enter(State::metadata);
    entries_.emplace_back().name = name;
    return enter(State::tensor);
  }

  bool field(const std::string& key) {
    const Entry& entry = entries_.back();
    if (key == "dtype" && !entry.dtype)
      return enter(State::dtype);
    if (key == "shape" && !entry.shape)
      return enter(State::shape);
    if (key == "data_offsets" && entry.offsets_read < 0)
      return enter(State::offsets);
    fail("tensor " + excerpt(entry.name) + ": unknown or repeated key",
         "dtype, shape and data_offsets, once each", excerpt(key));
  }

  [[noreturn]] void unexpected(const std::string& got) const {
    static constexpr const char* wanted[] = {
        "an object of tensors",
        "a tensor's name",
        "an object with dtype, shape, data_offsets",
        "a key",
        "dtype as a string",
        "shape as an array of whole numbers of 0 or more",
        "data_offsets as an array of two whole numbers of 0 or more",
        "an object of strings",
        "a key",
        "a string",
        "the end"};
    std::string where = entries_.empty() ? "" : ", tensor " + excerpt(entries_.back().name);
    fail("wrong header" + where, wanted[int(state_)], got);
  }
  [[noreturn]] void fail(const std::string& what, std::string expected, std::string got) const {
    file_.fail("safetensors: " + what, std::move(expected), std::move(got));
  }

  const InputFile& file_;
  State state_ = State::start;
  bool in_array_ = false;
  std::vector<Entry> entries_;
  std::set<std::string> names_, metadata_;
};

fovea_dtype dtype_of(const InputFile& file, const Entry& entry) {
  static constexpr std::pair<const char*, fovea_dtype> known[] = {
      {"F16", FOVEA_F16}, {"BF16", FOVEA_BF16}, {"F32", FOVEA_F32},
      {"F64", FOVEA_F64}, {"I8", FOVEA_I8},     {"U8", FOVEA_U8},
      {"I32", FOVEA_I32}, {"I64", FOVEA_I64},   {"BOOL", FOVEA_BOOLEAN}};
  for (const auto& [name, dtype] : known)
    if (*entry.dtype == name)
      return dtype;
  file.fail("safetensors: tensor " + excerpt(entry.name) + ": unsupported dtype",
            "one of F16 BF16 F32 F64 I8 U8 I32 I64 BOOL", excerpt(*entry.dtype));
}

std::vector<Entry> read_header(InputFile& file) {
  constexpr std::uint64_t longest_header = 100'000'000; // the format's own limit
  std::uint64_t length = file.read_little_endian(8, "safetensors header length");
  std::string text = file.read_text(length, longest_header, "safetensors header");
  if (!text.starts_with('{'))
    file.fail("not a safetensors file", "a JSON header that begins with '{'",
              excerpt(std::string_view(text).substr(0, 16)));
  HeaderReader reader(file);
  nlohmann::json::sax_parse(text, &reader);
  return reader.take();
}

// Offsets lie within the data, fit dtype and shape, and leave no byte out or to two tensors.
void check_offsets(const InputFile& file, const std::vector<Entry>& entries,
                   std::uint64_t data_bytes) {
  std::uint64_t covered = 0;
  for (const Entry& entry : entries) {
    std::string where = "safetensors: tensor " + excerpt(entry.name);
    std::uint64_t begin = entry.offsets[0], end = entry.offsets[1];
    std::string range = "[" + std::to_string(begin) + ", " + std::to_string(end) + "]";
    if (begin > end || end > data_bytes)
      file.fail(where + ": offsets out of bounds",
                "a range within the data's " + std::to_string(data_bytes) + " bytes", range,
                "the file is truncated or damaged");
    fovea_dtype dtype = dtype_of(file, entry);
    std::uint64_t bytes = declared_bytes(file.path(), where, dtype, *entry.shape);
    if (bytes != end - begin)
      file.fail(where + ": offsets do not fit the shape",
                std::to_string(bytes) + " bytes for " + *entry.dtype + " of shape " +
                    to_string(*entry.shape),
                std::to_string(end - begin) + " bytes");
    if (begin != covered)
      file.fail(where + (begin < covered ? ": overlaps another tensor" : ": a gap before it"),
                "a begin of " + std::to_string(covered), range);
    covered = end;
  }
  if (covered != data_bytes)
    file.fail("safetensors: data after the last tensor", std::to_string(covered) + " bytes",
              std::to_string(data_bytes) + " bytes");
}

} // namespace

TensorMap read_safetensors(const std::filesystem::path& path) {
  InputFile file(path);
  std::vector<Entry> entries = read_header(file);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.offsets < b.offsets; });
  check_offsets(file, entries, file.remaining());

  TensorMap tensors;
  for (Entry& entry : entries) {
    std::string where = "safetensors: tensor " + excerpt(entry.name);
    HostTensor tensor =
        allocate_tensor(path, where, dtype_of(file, entry), std::move(*entry.shape));
    file.read(tensor.bytes(), tensor.size_bytes(), where.c_str());
    check_booleans(path, where, tensor);
    tensors.emplace(std::move(entry.name), std::move(tensor));
  }
  return tensors;
}

} // namespace fovea::host
