#include <fovea/runtime/image_file.hpp>
#include <fovea/runtime/output_files.hpp>

#include "runtime/host/image.hpp"

#include <cstdio>
#include <cstring>
#include <new>
#include <png.h>
#include <vector>

namespace fovea::host {

namespace {

// Rows with the samples of a pixel side by side, and where they go.
class PngWriter {
 public:
  PngWriter(const std::filesystem::path& path, std::int64_t height, std::int64_t width, int samples)
      : path_(path), height_(height), width_(width), samples_(samples) {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) {
      png_destroy_write_struct(&png_, nullptr);
      throw FileError(path_, {"png: not enough memory", {}, {}, {}});
    }
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  std::vector<std::byte> write(const std::uint8_t* planes) {
    row_.resize(std::size_t(width_ * samples_));
    if (!returns_normally(jump_, [&] { write_rows(planes); }))
      throw FileError(path_, {"png cannot be written", {}, message_, {}});
    return std::move(bytes_);
  }

 private:
  void write_rows(const std::uint8_t* planes) {
    png_set_write_fn(png_, this, on_write, on_flush);
    png_set_IHDR(png_, info_, png_uint_32(width_), png_uint_32(height_), 8,
                 samples_ == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    for (std::int64_t y = 0; y < height_; ++y) {
      for (std::int64_t x = 0; x < width_; ++x)
        for (int c = 0; c < samples_; ++c)
          row_[std::size_t(x * samples_ + c)] = planes[(c * height_ + y) * width_ + x];
      png_write_row(png_, row_.data());
    }
    png_write_end(png_, nullptr);
  }

  static void on_write(png_structp png, png_bytep bytes, std::size_t count) {
    auto* writer = static_cast<PngWriter*>(png_get_io_ptr(png));
    const auto* first = reinterpret_cast<const std::byte*>(bytes);
    bool fits = true; // exceptions do not cross libpng
    try {
      writer->bytes_.insert(writer->bytes_.end(), first, first + count);
    } catch (const std::bad_alloc&) {
      fits = false;
    }
    if (!fits)
      png_error(png, "not enough memory");
  }
  static void on_flush(png_structp) {}
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* writer = static_cast<PngWriter*>(png_get_error_ptr(png));
    std::snprintf(writer->message_, sizeof writer->message_, "%s", message);
    std::longjmp(writer->jump_, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  const std::filesystem::path& path_;
  const std::int64_t height_, width_;
  const int samples_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::vector<std::uint8_t> row_;
  std::vector<std::byte> bytes_;
  std::jmp_buf jump_;
  char message_[200] = "";
};

} // namespace

void write_png(const std::filesystem::path& path, const HostTensor& image) {
  std::vector<std::int64_t> shape = image.shape();
  while (shape.size() > 3 && shape.front() == 1)
    shape.erase(shape.begin());
  if (shape.size() == 2)
    shape.insert(shape.begin(), 1);
  constexpr std::int64_t longest = 1'000'000; // libpng's own limit
  const bool is_image = image.dtype() == FOVEA_U8 && shape.size() == 3 &&
                        (shape[0] == 1 || shape[0] == 3) && shape[1] >= 1 && shape[1] <= longest &&
                        shape[2] >= 1 && shape[2] <= longest;
  if (!is_image)
    throw FileError(path, {"these elements are no image",
                           "u8 of shape [height, width], [1, height, width] or [3, height, width]",
                           std::string(fovea_dtype_name(image.dtype())) + " of shape " +
                               to_string(image.shape()),
                           "select one image, and scale its samples to 0 to 255"});
  const std::vector<std::byte> bytes =
      PngWriter(path, shape[1], shape[2], int(shape[0])).write(image.data<std::uint8_t>().data());
  OutputFiles files;
  files.write(path, bytes);
  files.commit();
}

} // namespace fovea::host
