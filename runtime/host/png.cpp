#include "runtime/host/image.hpp"

#include <cstdio>
#include <cstring>
#include <png.h>

namespace fovea::host {

namespace {

constexpr png_uint_32 longest_side = 1'000'000; // libpng's own limit

class PngReader {
 public:
  explicit PngReader(const ImageBytes& image) : image_(image), rest_(image.bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw FileError(image_.path, {"png: not enough memory", {}, {}, {}});
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Pixels read() {
    Pixels pixels;
    if (!returns_normally(jump_, [&] { read_header(pixels); }))
      fail();
    allocate_pixels(image_, pixels);
    if (!returns_normally(jump_, [&] { read_rows(pixels); }))
      fail();
    return pixels;
  }

 private:
  void read_header(Pixels& pixels) {
    png_set_user_limits(png_, longest_side, longest_side);
    png_set_read_fn(png_, this, on_read);
    png_read_info(png_, info_);
    pixels.width = png_get_image_width(png_, info_);
    pixels.height = png_get_image_height(png_, info_);
    // What the samples will be after the expansion that read_rows asks for.
    int type = png_get_color_type(png_, info_);
    bool colour = type & (PNG_COLOR_MASK_COLOR | PNG_COLOR_MASK_PALETTE);
    bool alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png_, info_, PNG_INFO_tRNS);
    pixels.samples = (colour ? 3 : 1) + (alpha ? 1 : 0);
    pixels.bytes_per_sample = png_get_bit_depth(png_, info_) == 16 ? 2 : 1;
  }

  void read_rows(Pixels& pixels) {
    png_set_expand(png_); // palette to RGB, few bits to 8, transparent colour to alpha
    png_set_swap(png_);   // 16 bits: from big-endian
    int passes = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != pixels.row_bytes())
      png_error(png_, "rows have an unexpected size");
    for (int pass = 0; pass < passes; ++pass)
      for (std::int64_t y = 0; y < pixels.height; ++y)
        png_read_row(png_, pixels.data.get() + std::size_t(y) * pixels.row_bytes(), nullptr);
    png_read_end(png_, nullptr);
  }

  [[noreturn]] void fail() const {
    throw FileError(image_.path, {"damaged png", "a complete PNG file", message_, {}});
  }

  static void on_read(png_structp png, png_bytep bytes, std::size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > reader->rest_.size())
      png_error(png, "the file ends too early");
    std::memcpy(bytes, reader->rest_.data(), count);
    reader->rest_ = reader->rest_.subspan(count);
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->message_, sizeof reader->message_, "%s", message);
    std::longjmp(reader->jump_, 1);
  }
  // Of chunks that do not matter to the pixels.
  static void on_warning(png_structp, png_const_charp) {}

  const ImageBytes& image_;
  std::span<const unsigned char> rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_;
  char message_[200] = "";
};

} // namespace

Pixels read_png(const ImageBytes& image) {
  return PngReader(image).read();
}

} // namespace fovea::host
