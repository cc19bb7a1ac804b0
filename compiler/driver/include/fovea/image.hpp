#pragma once
#include <fovea/array.hpp>

// Pictures as arrays, of shape [channels, height, width]: what filters take.
namespace fovea {

namespace detail {
host::HostTensor read_image(const std::string& path, int64_t channels, double scale,
                            SourceLocation location);
void write_png(const std::string& path, const void* data, const Shape& shape,
               SourceLocation location);
} // namespace detail

// Reads a PNG or JPEG of any size with 3 channels (red, green, blue) or 1 (grey); what is missing
// is made, alpha lies over black. float: 0 to 1; uint8_t: 0 to 255. Throws Error.
// (fovea/runtime/image_file.hpp resizes, crops and normalises, too.)
template <class T>
Array<T> read_image(const std::string& path, int64_t channels = 3,
                    SourceLocation location = SourceLocation::current()) {
  static_assert(std::same_as<T, float> || std::same_as<T, uint8_t>, "fovea: float or uint8_t");
  const double scale = std::same_as<T, float> ? 1 / 255. : 1;
  const host::HostTensor image = detail::read_image(path, channels, scale, location);
  const std::span<const float> samples = image.data<float>();
  Array<T> array(Shape{channels, image.shape()[2], image.shape()[3]}, location);
  std::transform(samples.begin(), samples.end(), array.begin(), [](float sample) {
    return static_cast<T>(std::same_as<T, float> ? sample : sample + 0.5f);
  });
  return array;
}

// Writes [height, width] or [1, height, width] as a grey PNG, [3, height, width] as one in colour.
// Throws Error where that fails; the file appears whole or not at all.
inline void write_png(const std::string& path, const Array<uint8_t>& image,
                      SourceLocation location = SourceLocation::current()) {
  detail::write_png(path, image.data(), image.shape(), location);
}
// The same of 0 to 1; what lies outside is the nearest of these, a NaN is 0.
void write_png(const std::string& path, const Array<float>& image,
               SourceLocation location = SourceLocation::current());

} // namespace fovea
