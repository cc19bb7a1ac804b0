#include "compiler/import/onnx/model.hpp"

#include <fovea/error.hpp>
#include <fovea/kept_name.hpp>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <unistd.h>

namespace fovea::import {
namespace {

namespace fs = std::filesystem;
using Proto = ::onnx::TensorProto;

[[noreturn]] void refuse(const fs::path& path, SourceLocation where, std::string what,
                         std::string expected = {}, std::string got = {}) {
  throw Error({.what = path.string() + ": " + std::move(what),
               .where = where,
               .expected = std::move(expected),
               .got = std::move(got)});
}

// --- contents of tensors
// --------------------------------------------------------------------------

class TensorReader {
 public:
  TensorReader(const Proto& proto, const Model& model, const std::string& what)
      : proto_(proto), model_(model), what_(what) {}

  Constant read() {
    Constant constant;
    constant.name = proto_.name();
    constant.type = type();
    if (proto_.has_segment())
      fail("it is stored in segments, which no version of ONNX uses");
    if (proto_.data_location() == Proto::EXTERNAL)
      constant.data = external(constant.type);
    else if (proto_.has_raw_data())
      constant.data = raw(constant.type);
    else
      constant.data = typed(constant.type);
    return constant;
  }

 private:
  [[noreturn]] void fail(std::string what, std::string expected = {}, std::string got = {}) const {
    throw Error({.what = fmt::format("{}: {}: {}", model_.file, what_, what),
                 .expected = std::move(expected),
                 .got = std::move(got)});
  }

  TensorType type() const {
    TensorType type;
    if (!find_dtype(proto_.data_type(), type.dtype))
      fail("its element type is not supported",
           "FLOAT, FLOAT16, BFLOAT16, DOUBLE, INT8, UINT8, INT32, INT64 or BOOL",
           data_type_name(proto_.data_type()));
    if (proto_.dims_size() > max_rank)
      fail("it has too many dimensions", fmt::format("at most {}", max_rank),
           std::to_string(proto_.dims_size()));
    for (const int64_t extent : proto_.dims()) {
      if (extent < 0)
        fail("it has a negative extent", "extents >= 0", std::to_string(extent));
      type.shape.push_back(extent);
    }
    if (type.bytes() < 0) // also of no elements: {2^40, 2^40, 0}
      fail("it is too large", "a size in bytes below 2^63", to_string(type.shape));
    return type;
  }

  WeightData raw(const TensorType& type) const {
    check_bytes("its raw data", type, static_cast<int64_t>(proto_.raw_data().size()));
    return {model_.proto, proto_.raw_data().data()};
  }

  void check_bytes(const char* what, const TensorType& type, int64_t bytes) const {
    if (bytes != type.bytes())
      fail(fmt::format("{} are of another size than its shape {} of {} says", what,
                       to_string(type.shape), name_of(type.dtype)),
           fmt::format("{} bytes", type.bytes()), std::to_string(bytes));
  }

  // Numbers as protobuf's repeated fields; the short types stand in 32-bit ones.
  WeightData typed(const TensorType& type) const {
    switch (type.dtype) {
    case DType::f32:
      return shared(type, proto_.float_data());
    case DType::f64:
      return shared(type, proto_.double_data());
    case DType::i64:
      return shared(type, proto_.int64_data());
    case DType::i32:
      return shared(type, proto_.int32_data());
    default:
      return narrowed(type);
    }
  }

  template <class Field>
  WeightData shared(const TensorType& type, const Field& field) const {
    check_count(type, field.size());
    return {model_.proto, field.data()};
  }

  WeightData narrowed(const TensorType& type) const {
    check_count(type, proto_.int32_data_size());
    const size_t size = static_cast<size_t>(size_of(type.dtype));
    std::vector<char> bytes(size * static_cast<size_t>(proto_.int32_data_size()));
    for (int k = 0; k < proto_.int32_data_size(); ++k) {
      const auto bits = static_cast<uint32_t>(proto_.int32_data(k)); // the lowest come first
      std::memcpy(bytes.data() + size * static_cast<size_t>(k), &bits, size);
    }
    return make_constant({}, type, bytes.data()).data;
  }

  void check_count(const TensorType& type, int count) const {
    if (count != type.shape.elements())
      fail(fmt::format("it holds another number of elements than its shape {} says",
                       to_string(type.shape)),
           std::to_string(type.shape.elements()), std::to_string(count));
  }

  // --- in another file ---

  struct Place {
    std::string location;
    int64_t offset = 0, length = -1; // -1: to the end
  };

  Place place() const {
    Place place;
    for (const auto& entry : proto_.external_data()) {
      if (entry.key() == "location")
        place.location = entry.value();
      else if (entry.key() == "offset")
        place.offset = number(entry.key(), entry.value());
      else if (entry.key() == "length")
        place.length = number(entry.key(), entry.value());
      else if (entry.key() != "checksum") // of a kind that the standard does not say
        fail(fmt::format("its external data have an entry '{}', which is unknown", entry.key()));
    }
    return place;
  }

  int64_t number(const std::string& key, const std::string& text) const {
    int64_t value = 0;
    for (const char digit : text)
      if (digit < '0' || digit > '9' || __builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, digit - '0', &value))
        fail(fmt::format("the {} of its external data is no number of bytes", key),
             "a decimal number", text);
    return value;
  }

  // Within the model's folder, symbolic links followed.
  fs::path file_of(const Place& place) const {
    const fs::path relative(place.location);
    std::error_code error;
    const fs::path folder = fs::canonical(model_.folder, error);
    const fs::path file = fs::canonical(model_.folder / relative, error);
    if (place.location.empty() || relative.is_absolute())
      fail("its external data are not named relative to the model", "a relative path",
           "'" + place.location + "'");
    if (error)
      fail(fmt::format("its external data '{}' cannot be read: {}", place.location,
                       error.message()));
    if (std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first != folder.end())
      fail("its external data lie outside the model's folder", "a file below " + folder.string(),
           "'" + place.location + "'");
    return file;
  }

  WeightData external(const TensorType& type) const {
    const Place where = place();
    const fs::path path = file_of(where);
    std::error_code error;
    const auto size = static_cast<int64_t>(fs::file_size(path, error));
    if (error)
      fail(fmt::format("its external data '{}' cannot be read: {}", where.location,
                       error.message()));
    if (where.offset > size || where.length > size - where.offset)
      fail(fmt::format("its external data end beyond the file '{}'", where.location),
           fmt::format("{} bytes from {} on", where.length, where.offset),
           fmt::format("a file of {} bytes", size));
    check_bytes("its external data", type, where.length < 0 ? size - where.offset : where.length);
    std::vector<char> bytes(static_cast<size_t>(type.bytes()));
    std::ifstream file(path, std::ios::binary);
    file.seekg(where.offset);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      fail(fmt::format("its external data '{}' cannot be read", where.location));
    const auto owner = std::make_shared<const std::vector<char>>(std::move(bytes));
    return {owner, owner->data()};
  }

  const Proto& proto_;
  const Model& model_;
  const std::string& what_;
};

} // namespace

Model read_model(const fs::path& path, int64_t max_bytes, SourceLocation where) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    refuse(path, where, fmt::format("it cannot be read: {}", std::strerror(errno)));
  google::protobuf::io::FileInputStream stream(descriptor);
  stream.SetCloseOnDelete(true);
  std::error_code error;
  const auto size = static_cast<int64_t>(fs::file_size(path, error));
  if (error)
    refuse(path, where, "it is no file");
  const int64_t most = std::min<int64_t>(max_bytes, std::numeric_limits<int>::max());
  if (size > most)
    refuse(path, where, "it is too large", fmt::format("at most {} bytes", most),
           std::to_string(size));
  auto proto = std::make_shared<::onnx::ModelProto>();
  google::protobuf::io::CodedInputStream input(&stream);
  input.SetTotalBytesLimit(static_cast<int>(most));
  if (!proto->ParseFromCodedStream(&input) || !input.ConsumedEntireMessage() || !proto->has_graph())
    refuse(path, where, "it is no ONNX model", "a ModelProto with a graph",
           size == 0 ? "an empty file" : "other bytes");
  return {proto, path.parent_path().empty() ? "." : path.parent_path(), kept_name(path.string())};
}

Constant read_tensor(const Proto& tensor, const Model& model, const std::string& what) {
  return TensorReader(tensor, model, what).read();
}

bool find_dtype(int32_t data_type, DType& dtype) {
  static constexpr std::pair<int32_t, DType> types[] = {
      {Proto::FLOAT, DType::f32},  {Proto::FLOAT16, DType::f16}, {Proto::BFLOAT16, DType::bf16},
      {Proto::DOUBLE, DType::f64}, {Proto::INT8, DType::i8},     {Proto::UINT8, DType::u8},
      {Proto::INT32, DType::i32},  {Proto::INT64, DType::i64},   {Proto::BOOL, DType::boolean}};
  for (const auto& [number, type] : types)
    if (number == data_type) {
      dtype = type;
      return true;
    }
  return false;
}

std::string data_type_name(int32_t data_type) {
  return Proto::DataType_IsValid(data_type)
             ? Proto::DataType_Name(static_cast<Proto::DataType>(data_type))
             : fmt::format("data type {}", data_type);
}

} // namespace fovea::import
