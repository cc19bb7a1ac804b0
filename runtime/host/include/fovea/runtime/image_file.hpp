#pragma once

#include <fovea/runtime/file_error.hpp>
#include <fovea/runtime/host_tensor.hpp>

#include <array>
#include <cstdint>
#include <filesystem>

namespace fovea::host {

/// How an image becomes a network's input. The steps, in this order:
///
///  1. Samples are numbers from 0 to 255: those of 16 bits are divided by 257, palettes and fewer
///     bits are expanded. Gamma, colour profiles and EXIF orientation are not applied.
///  2. Alpha: the image lies over black, so every sample is multiplied by alpha / 255.
///  3. Channels: colour to grey is ITU-R BT.601's luma, 0.299 R + 0.587 G + 0.114 B; grey to colour
///     repeats the value.
///  4. Size, by `fit`: bilinear with antialiasing, that is a triangle filter as wide as the
///     reduction (Pillow's BILINEAR, torchvision's default), computed in floating point: nothing is
///     rounded to whole numbers in between.
///  5. value * scale, then (value - mean) / std of its channel.
struct ImageOptions {
  enum class Fit {
    exact,   ///< the image must have this height and width
    none,    ///< the image's own height and width; those of the options are 0
    stretch, ///< the ratio of its sides is not kept
    crop     ///< resized with its ratio kept, until it covers the shape; then its centre
  };
  enum class Order { rgb, bgr };

  std::int64_t channels = 3; ///< 3, or 1: grey
  std::int64_t height = 0;
  std::int64_t width = 0;
  double scale = 1 / 255.;
  std::array<double, 3> mean{0, 0, 0}; ///< of the result's channels, in its order; so std
  std::array<double, 3> std{1, 1, 1};
  Fit fit = Fit::exact;
  /// Fit::crop: the length that the shorter side is resized to before the centre is cut out
  /// (ImageNet networks: 256 for 224x224). 0: just as large as covers the shape.
  std::int64_t shorter_side = 0;
  Order order = Order::rgb;
  std::int64_t max_pixels = 100'000'000; ///< a larger image is refused before it is unpacked
};

/// Reads a PNG or JPEG file, told apart by content, as f32 of shape [1, channels, height, width].
/// Throws FileError for what is damaged, truncated, too large or CMYK, and std::invalid_argument
/// for options without meaning. Bytes after the image's end are not looked at.
HostTensor read_image(const std::filesystem::path& path, const ImageOptions& options);

/// Writes a PNG file of 8 bits a sample: grey for u8 of shape [height, width] or [1, height,
/// width], RGB for [3, height, width]; more leading extents of 1 may stand in front. The file
/// appears whole or not at all (OutputFiles). Throws FileError.
void write_png(const std::filesystem::path& path, const HostTensor& image);

} // namespace fovea::host
