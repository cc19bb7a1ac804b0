#define XXH_INLINE_ALL
#include "compiler/driver/kernel_cache_entry.hpp"

#include <fovea/error.hpp>

#include <cstdint>
#include <stdexcept>

#include <xxhash.h>

// magic, version, size of the file, then the fields in the order of `write`; at the end XXH3-128 of
// everything before it. Integers are little-endian; texts and lists have their length in front.
namespace fovea::driver {
namespace {

constexpr std::string_view magic = "fovea kernel\n";
constexpr uint64_t version = 1;
constexpr size_t hash_bytes = 16;

class Damaged : public std::exception {};

std::string hash_of(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  return {reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest)};
}

class Writer {
 public:
  std::string bytes;

  void number(uint64_t value) {
    for (int k = 0; k < 8; ++k)
      bytes += static_cast<char>(value >> (8 * k) & 0xff);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes += value;
  }
  void types(const std::vector<TensorType>& types) {
    number(types.size());
    for (const TensorType& type : types) {
      number(static_cast<uint64_t>(type.dtype));
      number(static_cast<uint64_t>(type.shape.rank()));
      for (const int64_t extent : type.shape)
        number(static_cast<uint64_t>(extent));
    }
  }
};

// Throws Damaged rather than read beyond the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(uint64_t count) {
    if (count > rest_.size())
      throw Damaged();
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }
  uint64_t number() {
    uint64_t value = 0;
    const std::string_view raw = take(8);
    for (size_t k = 8; k-- > 0;)
      value = value << 8 | static_cast<unsigned char>(raw[k]);
    return value;
  }
  uint64_t number(uint64_t most) {
    const uint64_t value = number();
    if (value > most)
      throw Damaged();
    return value;
  }
  std::string text() { return std::string(take(number())); }
  std::vector<TensorType> types() {
    std::vector<TensorType> types;
    // Grows as it reads: a count that the file cannot hold takes no memory.
    for (uint64_t left = number(); left > 0; --left) {
      TensorType type;
      type.dtype = static_cast<DType>(number(dtype_names.size() - 1));
      for (uint64_t rank = number(max_rank); rank > 0; --rank)
        type.shape.push_back(static_cast<int64_t>(number(INT64_MAX)));
      types.push_back(type);
    }
    return types;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

CacheEntry read(std::string_view bytes) {
  if (bytes.size() < hash_bytes || hash_of(bytes.substr(0, bytes.size() - hash_bytes)) !=
                                       bytes.substr(bytes.size() - hash_bytes))
    throw Damaged();
  Reader reader(bytes.substr(0, bytes.size() - hash_bytes));
  if (reader.take(magic.size()) != magic || reader.number() != version ||
      reader.number() != bytes.size())
    throw Damaged();
  CacheEntry entry;
  entry.key.text = reader.text();
  entry.key.what = reader.text();
  entry.key.target = reader.text();
  entry.object.symbol = reader.text();
  entry.object.object = reader.text();
  entry.object.thread_scratch_bytes = static_cast<int64_t>(reader.number(INT64_MAX));
  entry.object.operands = reader.types();
  entry.object.results = reader.types();
  entry.object.schedule = catalogue::Schedule::parse(reader.text());
  if (!reader.at_end())
    throw Damaged();
  return entry;
}

} // namespace

std::string to_bytes(const KernelKey& key, const catalogue::KernelObject& object) {
  Writer writer;
  writer.bytes = magic;
  writer.number(version);
  const size_t size = writer.bytes.size();
  writer.number(0); // the file's size, set below
  writer.text(key.text);
  writer.text(key.what);
  writer.text(key.target);
  writer.text(object.symbol);
  writer.text(object.object);
  writer.number(static_cast<uint64_t>(object.thread_scratch_bytes));
  writer.types(object.operands);
  writer.types(object.results);
  writer.text(object.schedule.to_string());
  Writer total;
  total.number(writer.bytes.size() + hash_bytes);
  writer.bytes.replace(size, total.bytes.size(), total.bytes);
  return writer.bytes + hash_of(writer.bytes);
}

std::optional<CacheEntry> parse_entry(std::string_view bytes) {
  try {
    return read(bytes);
  } catch (const Damaged&) {
  } catch (const Error&) { // a schedule that does not parse
  }
  return std::nullopt;
}

} // namespace fovea::driver
