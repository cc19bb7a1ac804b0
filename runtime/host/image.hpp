// Unpacked images, and the two readers behind read_image.
#pragma once

#include <fovea/runtime/file_error.hpp>

#include <csetjmp>
#include <cstdint>
#include <memory>
#include <span>

namespace fovea::host {

// Rows from top to bottom, samples of a pixel side by side: grey, grey + alpha, RGB, RGB + alpha.
struct Pixels {
  std::int64_t width = 0, height = 0;
  int samples = 0;          // 1 to 4
  int bytes_per_sample = 1; // 1, or 2 in this machine's byte order
  std::unique_ptr<unsigned char[]> data;

  std::size_t row_bytes() const {
    return std::size_t(width) * std::size_t(samples) * std::size_t(bytes_per_sample);
  }
};

// A file in memory, and what messages say of it.
struct ImageBytes {
  const std::filesystem::path& path;
  std::span<const unsigned char> bytes;
  std::int64_t max_pixels;
};

Pixels read_png(const ImageBytes& image);
Pixels read_jpeg(const ImageBytes& image);

// Checks the size that a header claims, then takes memory for it.
void allocate_pixels(const ImageBytes& image, Pixels& pixels);

// Runs `body`, which calls a C library whose errors jump to `jump`: false then. The jump passes
// over C frames and over `body`, which holds nothing with a destructor.
template <class Body>
[[gnu::noinline]] bool returns_normally(std::jmp_buf& jump, Body body) {
  if (setjmp(jump))
    return false;
  body();
  return true;
}

} // namespace fovea::host
