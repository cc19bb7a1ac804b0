// Lesson 5: the classic filters of image processing, by themselves and in one network.
//
//   05_filters [PICTURE]      a PNG or JPEG; without one, a photograph of a cat
//
// writes build/examples/filters.png: the picture through every filter. Run from the project's root.
#include <fovea/fovea.hpp>

#include <cctype>
#include <cstdio>
#include <filesystem>

using namespace fovea;

// What a result looks like: value * gain + offset, in 0 to 1. Derivatives are negative, too: their
// zero is grey.
struct Shown {
  std::string name;
  filters::Filter filter;
  float gain = 1, offset = 0;
};

std::vector<Shown> all_filters() {
  using namespace filters;
  return {{"mean 3x3", mean(3)},
          {"box 7x7", box(7)},
          {"trapezoidal 7", trapezoidal(7, 2)},
          {"gaussian 3x3", gaussian3x3()},
          {"gaussian 5x5", gaussian5x5()},
          {"gaussian sigma 2", gaussian(2)},
          {"median 3x3", median(3)},
          {"median 5x5", median(5)},
          {"bilateral", bilateral(2, 0.2)},
          {"sobel x", sobel().x(), 0.125f, 0.5f},
          {"sobel y", sobel().y(), 0.125f, 0.5f},
          {"sobel", sobel().magnitude(), 0.25f},
          {"prewitt", prewitt(), 0.33f},
          {"scharr", scharr(), 0.0625f},
          {"first derivative x", first_derivative().x(), 1, 0.5f},
          {"second derivative x", second_derivative().x(), 0.5f, 0.5f},
          {"edge 4", edge(4), 0.5f, 0.5f},
          {"edge 8", edge(8), 0.25f, 0.5f},
          {"laplacian", laplacian(), 0.5f, 0.5f},
          {"laplacian of gaussian", laplacian_of_gaussian(1.5), 3, 0.5f},
          {"sharpen", sharpen()},
          {"unsharp mask", unsharp_mask(2, 1.5)},
          {"emboss", emboss(), 0.5f, 0.25f}};
}

// --- The sheet ---------------------------------------------------------------------------------

// Letters of 3x5 dots: an octal digit is a row.
constexpr int glyphs[] = {025755, 065656, 034443, 065556, 074647, 074644, 034553, 055755, 072227,
                          011152, 055655, 044447, 057755, 065555, 025552, 065644, 025573, 065655,
                          034216, 072222, 055557, 055552, 055775, 055255, 055222, 071247};
constexpr int digit_glyphs[] = {075557, 026227, 061247, 061216, 055711,
                                074616, 034757, 071222, 075757, 075716};

class Sheet {
 public:
  Sheet(const Shape& picture, int64_t count)
      : height_(picture[1]), width_(picture[2]), columns_(6),
        pixels_({picture[0], (count + columns_ - 1) / columns_ * (height_ + caption),
                 columns_ * (width_ + gap)}) {
    std::fill(pixels_.begin(), pixels_.end(), 1.0f);
  }

  void add(const Shown& shown, const Array<float>& result) {
    const int64_t top = next_ / columns_ * (height_ + caption) + gap / 2;
    const int64_t left = next_ % columns_ * (width_ + gap) + gap / 2;
    for (int64_t c = 0; c < pixels_.shape()[0]; ++c)
      for (int64_t y = 0; y < height_; ++y)
        for (int64_t x = 0; x < width_; ++x)
          pixels_(c, top + y, left + x) = result(c, y, x) * shown.gain + shown.offset;
    write(shown.name, top + height_ + 4, left);
    ++next_;
  }
  const Array<float>& pixels() const { return pixels_; }

 private:
  static constexpr int64_t gap = 8, caption = 26;

  void write(const std::string& text, int64_t top, int64_t left) {
    for (const char letter : text) {
      const int glyph = std::isalpha(letter)   ? glyphs[letter - 'a']
                        : std::isdigit(letter) ? digit_glyphs[letter - '0']
                                               : 0;
      for (int64_t y = 0; y < 10; ++y) // dots of 2x2 pixels
        for (int64_t x = 0; x < 6; ++x)
          if (glyph >> (14 - y / 2 * 3 - x / 2) & 1 && left + x < pixels_.shape()[2])
            for (int64_t c = 0; c < pixels_.shape()[0]; ++c)
              pixels_(c, top + y, left + x) = 0.1f;
      left += 8;
    }
  }

  const int64_t height_, width_, columns_;
  Array<float> pixels_; // [channels, height, width]
  int64_t next_ = 0;
};

int main(int count, char** arguments) try {
  const Array<float> picture =
      read_image<float>(count > 1 ? arguments[1] : "examples/data/cat.jpg");
  std::printf("a picture of %s\n", to_string(picture.shape()).c_str());

  // By itself: a filter is a function of an array.
  const Array<float> blurred = picture | filters::gaussian(1.5);
  const Array<float> edges = picture | (filters::median(3) | filters::sobel());
  std::printf("brightest: %.3f, blurred %.3f; steepest edge without specks %.3f\n",
              *std::ranges::max_element(picture), *std::ranges::max_element(blurred),
              *std::ranges::max_element(edges));

  // In a network, among layers of any kind: here one with an output for each filter.
  const std::vector<Shown> shown = all_filters();
  Network net("filters");
  const Tensor image = net.input("image", picture.shape());
  for (const Shown& one : shown)
    net.output(one.name, image | one.filter);
  const Model model = compile(net);

  std::vector<Array<float>> results(shown.size(), Array<float>(picture.shape()));
  std::vector<NamedOutput> outputs;
  for (size_t k = 0; k < shown.size(); ++k)
    outputs.push_back({shown[k].name, results[k]});
  const NamedInput input{"image", picture};
  model.run({&input, 1}, outputs);

  Sheet sheet(picture.shape(), static_cast<int64_t>(shown.size()) + 1);
  sheet.add({"picture", filters::mean(1)}, picture);
  for (size_t k = 0; k < shown.size(); ++k)
    sheet.add(shown[k], results[k]);
  std::filesystem::create_directories("build/examples");
  write_png("build/examples/filters.png", sheet.pixels());
  std::printf("%zu filters in %zu kernels: build/examples/filters.png\n", shown.size(),
              model.kernels().size());

  // A mean of many pixels spreads what is bright, and nothing gets brighter than the picture was.
  return *std::ranges::max_element(blurred) < *std::ranges::max_element(picture) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
