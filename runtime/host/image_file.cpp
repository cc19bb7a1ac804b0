#include <fovea/runtime/image_file.hpp>

#include "runtime/host/file.hpp"
#include "runtime/host/image.hpp"
#include "runtime/host/resample.hpp"

#include <cmath>
#include <cstring>
#include <new>

namespace fovea::host {

using Fit = ImageOptions::Fit;

void allocate_pixels(const ImageBytes& image, Pixels& pixels) {
  std::string size = std::to_string(pixels.width) + "x" + std::to_string(pixels.height) + " pixels";
  if (pixels.width < 1 || pixels.height < 1)
    throw FileError(image.path, {"image without pixels", {}, size, {}});
  if (pixels.width > image.max_pixels / pixels.height)
    throw FileError(image.path,
                    {"image too large", "at most " + std::to_string(image.max_pixels) + " pixels",
                     size, "shrink it, or raise max_pixels"});
  pixels.data.reset(
      new (std::nothrow) unsigned char[pixels.row_bytes() * std::size_t(pixels.height)]);
  if (!pixels.data)
    throw FileError(image.path, {"not enough memory for an image", {}, size, {}});
}

namespace {

void check_options(const ImageOptions& options) {
  auto require = [](bool holds, const char* what) {
    if (!holds)
      throw std::invalid_argument(std::string("image options: ") + what);
  };
  require(options.channels == 1 || options.channels == 3, "expected 1 or 3 channels");
  constexpr std::int64_t largest = 1 << 24;
  if (options.fit == Fit::none)
    require(options.height == 0 && options.width == 0, "Fit::none takes no height and width");
  else
    require(options.height > 0 && options.height <= largest && options.width > 0 &&
                options.width <= largest,
            "expected a height and width from 1 to 2^24");
  require(options.shorter_side >= 0 && options.shorter_side <= largest,
          "expected a shorter_side from 0 to 2^24");
  require(options.shorter_side == 0 || options.fit == Fit::crop,
          "shorter_side belongs to Fit::crop");
  require(options.max_pixels > 0, "expected a max_pixels above 0");
  for (double deviation : options.std)
    require(deviation != 0 && std::isfinite(deviation), "expected a finite std other than 0");
}

Pixels read_pixels(const std::filesystem::path& path, std::int64_t max_pixels) {
  InputFile file(path);
  constexpr std::uint64_t largest_file = std::uint64_t(1) << 30;
  std::string bytes = file.read_text(file.size(), largest_file, "image");
  ImageBytes image{
      path, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, max_pixels};
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"))
    return read_png(image);
  if (bytes.starts_with("\xff\xd8\xff"))
    return read_jpeg(image);
  file.fail("unknown image format", "a PNG or JPEG file",
            excerpt(std::string_view(bytes).substr(0, 8)), "convert it to PNG");
}

struct Placement {
  ResizedAxis vertical, horizontal;
};

ResizedAxis centre(std::int64_t whole, std::int64_t wanted) {
  // Where the margin is odd, torchvision's rounding: to the even first element.
  return {whole, std::int64_t(std::nearbyint(double(whole - wanted) / 2)), wanted};
}

// Sizes after the resize are rounded down, as torchvision does.
Placement cover(const std::filesystem::path& path, const Pixels& pixels,
                const ImageOptions& options) {
  std::int64_t height = options.height, width = options.width;
  bool by_width = options.shorter_side
                      ? pixels.width <= pixels.height
                      : options.width * pixels.height >= options.height * pixels.width;
  if (by_width) {
    width = options.shorter_side ? options.shorter_side : options.width;
    height = width * pixels.height / pixels.width;
  } else {
    height = options.shorter_side ? options.shorter_side : options.height;
    width = height * pixels.width / pixels.height;
  }
  if (height < options.height || width < options.width)
    throw FileError(path, {"the resized image does not cover the shape",
                           std::to_string(options.height) + " x " + std::to_string(options.width) +
                               " (height x width)",
                           std::to_string(height) + " x " + std::to_string(width),
                           "use a larger shorter_side"});
  return {centre(height, options.height), centre(width, options.width)};
}

Placement place(const std::filesystem::path& path, const Pixels& pixels,
                const ImageOptions& options) {
  if (options.fit == Fit::crop)
    return cover(path, pixels, options);
  bool same = pixels.height == options.height && pixels.width == options.width;
  if (options.fit == Fit::exact && !same)
    throw FileError(path, {"wrong image size",
                           std::to_string(options.height) + " x " + std::to_string(options.width) +
                               " (height x width)",
                           std::to_string(pixels.height) + " x " + std::to_string(pixels.width),
                           "resize it, or use Fit::stretch or Fit::crop"});
  return {{options.height, 0, options.height}, {options.width, 0, options.width}};
}

// One row as planes of numbers from 0 to 255, over black; colours become grey where `planes` is 1.
template <class Sample>
void unpack_row(const Pixels& pixels, std::int64_t y, std::int64_t planes,
                std::vector<float>& row) {
  constexpr float one = sizeof(Sample) == 2 ? 257 : 1;
  const unsigned char* bytes = pixels.data.get() + std::size_t(y) * pixels.row_bytes();
  std::size_t samples = std::size_t(pixels.samples), width = std::size_t(pixels.width);
  bool colour = samples >= 3, alpha = samples % 2 == 0;
  for (std::size_t x = 0; x < width; ++x) {
    Sample pixel[4];
    std::memcpy(pixel, bytes + x * samples * sizeof(Sample), samples * sizeof(Sample));
    float factor = (alpha ? float(pixel[samples - 1]) / (255 * one) : 1) / one;
    if (planes == 3)
      for (std::size_t c = 0; c < 3; ++c)
        row[c * width + x] = float(pixel[c]) * factor;
    else if (colour)
      row[x] =
          (0.299f * float(pixel[0]) + 0.587f * float(pixel[1]) + 0.114f * float(pixel[2])) * factor;
    else
      row[x] = float(pixel[0]) * factor;
  }
}

// Planes of the wanted size. Row by row: an image of many narrow rows needs no more memory than
// another one.
std::vector<double> resize(const Pixels& pixels, std::int64_t planes, const Placement& placement) {
  Resampling vertical(pixels.height, placement.vertical);
  Resampling horizontal(pixels.width, placement.horizontal);
  std::size_t height = std::size_t(vertical.count()), width = std::size_t(horizontal.count());
  std::vector<double> result(std::size_t(planes) * height * width);
  std::vector<float> row(std::size_t(planes * pixels.width));
  std::vector<double> resized(width);
  std::int64_t first = 0, last = 0; // output rows that this input row goes into
  for (std::int64_t y = vertical.begin(0); y < vertical.end(vertical.count() - 1); ++y) {
    while (vertical.end(first) <= y)
      ++first;
    while (last < vertical.count() && vertical.begin(last) <= y)
      ++last;
    if (pixels.bytes_per_sample == 2)
      unpack_row<std::uint16_t>(pixels, y, planes, row);
    else
      unpack_row<std::uint8_t>(pixels, y, planes, row);
    for (std::int64_t plane = 0; plane < planes; ++plane) {
      const float* source = row.data() + plane * pixels.width;
      for (std::int64_t x = 0; x < horizontal.count(); ++x) {
        double sum = 0;
        std::int64_t k = horizontal.begin(x);
        for (double weight : horizontal.weights(x))
          sum += weight * source[k++];
        resized[std::size_t(x)] = sum;
      }
      for (std::int64_t o = first; o < last; ++o) {
        double weight = vertical.weights(o)[std::size_t(y - vertical.begin(o))];
        double* target = result.data() + (std::size_t(plane) * height + std::size_t(o)) * width;
        for (std::size_t x = 0; x < width; ++x)
          target[x] += weight * resized[x];
      }
    }
  }
  return result;
}

} // namespace

HostTensor read_image(const std::filesystem::path& path, const ImageOptions& wanted) {
  check_options(wanted);
  ImageOptions options = wanted;
  Pixels pixels = read_pixels(path, options.max_pixels);
  if (options.fit == Fit::none) {
    options.height = pixels.height;
    options.width = pixels.width;
  }
  Placement placement = place(path, pixels, options);
  HostTensor tensor = allocate_tensor(path, "image", FOVEA_F32,
                                      {1, options.channels, options.height, options.width});
  std::int64_t planes = pixels.samples >= 3 && options.channels == 3 ? 3 : 1;
  std::vector<double> values;
  try {
    values = resize(pixels, planes, placement);
  } catch (const std::bad_alloc&) {
    throw FileError(path, {"not enough memory to resize an image", {}, {}, {}});
  }
  std::size_t area = std::size_t(options.height * options.width);
  std::span<float> result = tensor.data<float>();
  for (std::size_t c = 0; c < std::size_t(options.channels); ++c) {
    std::size_t plane = planes == 1 ? 0 : options.order == ImageOptions::Order::bgr ? 2 - c : c;
    for (std::size_t i = 0; i < area; ++i)
      result[c * area + i] =
          float((values[plane * area + i] * options.scale - options.mean[c]) / options.std[c]);
  }
  return tensor;
}

} // namespace fovea::host
