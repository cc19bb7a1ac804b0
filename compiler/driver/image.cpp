#include "compiler/driver/files.hpp"

#include <fovea/image.hpp>
#include <fovea/runtime/image_file.hpp>

#include <cmath>

namespace fovea {

host::HostTensor detail::read_image(const std::string& path, int64_t channels, double scale,
                                    SourceLocation location) {
  if (channels != 1 && channels != 3)
    throw Error({.what = path + ": an image cannot be read so",
                 .where = location,
                 .expected = "1 or 3 channels",
                 .got = std::to_string(channels)});
  try {
    host::ImageOptions options;
    options.channels = channels;
    options.scale = scale;
    options.fit = host::ImageOptions::Fit::none;
    return host::read_image(path, options);
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
}

void detail::write_png(const std::string& path, const void* data, const Shape& shape,
                       SourceLocation location) {
  const std::span elements(static_cast<const uint8_t*>(data),
                           static_cast<size_t>(shape.elements()));
  try {
    host::write_png(path, host::HostTensor(shape.to_vector(), elements));
  } catch (const host::FileError& error) {
    driver::rethrow(error, location);
  }
}

void write_png(const std::string& path, const Array<float>& image, SourceLocation location) {
  Array<uint8_t> samples(image.shape(), location);
  std::transform(image.begin(), image.end(), samples.begin(), [](float value) {
    return value > 0 ? static_cast<uint8_t>(std::lround(std::min(value, 1.0f) * 255)) : 0;
  });
  write_png(path, samples, location);
}

} // namespace fovea
