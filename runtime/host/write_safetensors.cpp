// The format is described in safetensors.cpp.
#include <fovea/runtime/output_files.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fovea::host {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "elements are written as they lie in memory");

namespace {

constexpr std::uint64_t alignment = 64;

const char* dtype_text(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_F16:
    return "F16";
  case FOVEA_BF16:
    return "BF16";
  case FOVEA_F32:
    return "F32";
  case FOVEA_F64:
    return "F64";
  case FOVEA_I8:
    return "I8";
  case FOVEA_U8:
    return "U8";
  case FOVEA_I32:
    return "I32";
  case FOVEA_I64:
    return "I64";
  default:
    return "BOOL"; // HostTensor holds no other
  }
}

using Entry = TensorMap::value_type;

// The alignment that a tensor leaves to the next one, if it has it itself.
std::uint64_t alignment_after(const Entry& entry) {
  std::uint64_t bytes = entry.second.size_bytes() | alignment;
  return bytes & (~bytes + 1); // its lowest bit
}

// The format allows no gap between tensors, so their order decides how they are aligned.
std::vector<const Entry*> in_order(const TensorMap& tensors) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : tensors)
    entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return alignment_after(*a) > alignment_after(*b);
  });
  return entries;
}

std::string quoted(const std::filesystem::path& path, const std::string& name) {
  if (name == "__metadata__")
    throw FileError(
        path, {"cannot write safetensors: reserved name", "any other name of a tensor", name, {}});
  try {
    return nlohmann::json(name).dump();
  } catch (const nlohmann::json::type_error&) {
    std::string escaped =
        nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    throw FileError(
        path, {"cannot write safetensors: the name of a tensor is no text", "UTF-8", escaped, {}});
  }
}

std::string header_text(const std::filesystem::path& path,
                        const std::vector<const Entry*>& entries) {
  std::string text = "{";
  std::uint64_t begin = 0;
  for (const Entry* entry : entries) {
    const auto& [name, tensor] = *entry;
    std::string shape;
    for (std::int64_t extent : tensor.shape())
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    std::uint64_t end = begin + tensor.size_bytes();
    text += std::string(text.size() > 1 ? "," : "") + quoted(path, name) + R"(:{"dtype":")" +
            dtype_text(tensor.dtype()) + R"(","shape":[)" + shape + R"(],"data_offsets":[)" +
            std::to_string(begin) + "," + std::to_string(end) + "]}";
    begin = end;
  }
  text += '}';
  std::uint64_t used = sizeof(std::uint64_t) + text.size();
  text.append((alignment - used % alignment) % alignment, ' '); // the format's own padding
  constexpr std::uint64_t longest = 100'000'000;                // readers refuse more
  if (text.size() > longest)
    throw FileError(path,
                    {"cannot write safetensors: the header is too long",
                     std::to_string(longest) + " bytes", std::to_string(text.size()) + " bytes",
                     "use fewer tensors, or shorter names"});
  return text;
}

} // namespace

void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors) {
  std::vector<const Entry*> entries = in_order(tensors);
  std::string header = header_text(path, entries);
  std::uint64_t length = header.size();
  std::vector<std::span<const std::byte>> parts{std::as_bytes(std::span(&length, 1)),
                                                std::as_bytes(std::span(header))};
  for (const Entry* entry : entries)
    parts.push_back({entry->second.bytes(), entry->second.size_bytes()});
  OutputFiles files;
  files.write(path, parts);
  files.commit();
}

} // namespace fovea::host
