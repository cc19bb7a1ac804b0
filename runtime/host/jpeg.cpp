#include "runtime/host/image.hpp"

#include <cstdio> // jpeglib.h needs it

#include <jerror.h>
#include <jpeglib.h>

namespace fovea::host {

namespace {

// A progressive file of a few bytes a scan may ask for the whole image again and again.
constexpr int most_scans = 200;

class JpegReader {
 public:
  explicit JpegReader(const ImageBytes& image) : image_(image) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Pixels read() {
    Pixels pixels;
    if (!returns_normally(jump_, [&] { read_header(); }))
      fail();
    choose_colours(pixels);
    allocate_pixels(image_, pixels);
    if (!returns_normally(jump_, [&] { read_rows(pixels); }))
      fail();
    return pixels;
  }

 private:
  void read_header() {
    jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_;
    jpeg_mem_src(&jpeg_, image_.bytes.data(), static_cast<unsigned long>(image_.bytes.size()));
    jpeg_read_header(&jpeg_, TRUE);
  }

  void choose_colours(Pixels& pixels) {
    switch (jpeg_.jpeg_color_space) {
    case JCS_GRAYSCALE:
      jpeg_.out_color_space = JCS_GRAYSCALE;
      pixels.samples = 1;
      break;
    case JCS_YCbCr:
    case JCS_RGB:
      jpeg_.out_color_space = JCS_RGB;
      pixels.samples = 3;
      break;
    default:
      throw FileError(image_.path, {"jpeg: unsupported colours", "grey, YCbCr or RGB",
                                    jpeg_.num_components == 4
                                        ? "CMYK"
                                        : std::to_string(jpeg_.num_components) + " components",
                                    "convert it to RGB"});
    }
    pixels.width = jpeg_.image_width;
    pixels.height = jpeg_.image_height;
  }

  void read_rows(Pixels& pixels) {
    jpeg_start_decompress(&jpeg_);
    if (jpeg_.output_width != pixels.width || jpeg_.output_height != pixels.height ||
        jpeg_.output_components != pixels.samples)
      ERREXIT(&jpeg_, JERR_BAD_STATE);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = pixels.data.get() + std::size_t(jpeg_.output_scanline) * pixels.row_bytes();
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    jpeg_finish_decompress(&jpeg_);
  }

  [[noreturn]] void fail() const {
    throw FileError(image_.path, {"damaged jpeg", "a complete JPEG file", message_, {}});
  }

  static JpegReader& reader_of(j_common_ptr jpeg) {
    return *static_cast<JpegReader*>(jpeg->client_data);
  }

  [[noreturn]] static void on_error(j_common_ptr jpeg) {
    JpegReader& reader = reader_of(jpeg);
    jpeg->err->format_message(jpeg, reader.message_);
    std::longjmp(reader.jump_, 1);
  }

  // libjpeg goes on after damage, with grey where pixels are missing. Three of its warnings are of
  // files that are whole all the same.
  static void on_message(j_common_ptr jpeg, int level) {
    int code = jpeg->err->msg_code;
    bool harmless =
        code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
    if (level < 0 && !harmless)
      on_error(jpeg);
  }

  static void on_progress(j_common_ptr jpeg) {
    JpegReader& reader = reader_of(jpeg);
    if (reader.jpeg_.input_scan_number <= most_scans)
      return;
    std::snprintf(reader.message_, sizeof reader.message_, "more than %d scans", most_scans);
    std::longjmp(reader.jump_, 1);
  }

  const ImageBytes& image_;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_;
  char message_[JMSG_LENGTH_MAX] = "";
};

} // namespace

Pixels read_jpeg(const ImageBytes& image) {
  return JpegReader(image).read();
}

} // namespace fovea::host
