#pragma once
#include <fovea/op/shape_rule.hpp>

#include <string_view>

// The geometry that convolution and pooling share: a kernel that slides over padded space.
namespace fovea {

// `same`: output extent = ceil(input / stride), the odd element of padding behind (ONNX
// SAME_UPPER).
enum class PaddingMode : uint8_t { valid, same, explicitly };

constexpr std::string_view name_of(PaddingMode mode) {
  return mode == PaddingMode::valid ? "valid" : mode == PaddingMode::same ? "same" : "explicit";
}
constexpr bool parse(std::string_view name, PaddingMode& mode) {
  for (PaddingMode candidate : {PaddingMode::valid, PaddingMode::same, PaddingMode::explicitly})
    if (name == name_of(candidate)) {
      mode = candidate;
      return true;
    }
  return false;
}

// A number for all spatial dimensions, or one per dimension.
struct Extents {
  Shape shape;
  constexpr Extents(int64_t all) : shape{all} {}                          // NOLINT
  constexpr Extents(std::initializer_list<int64_t> each) : shape(each) {} // NOLINT
};

struct Padding {
  PaddingMode mode = PaddingMode::valid;
  Shape begin{},
      end{}; // explicitly: elements added in front and behind, per dimension or one for all
};
inline constexpr Padding valid{};
inline constexpr Padding same{PaddingMode::same, {}, {}};
// Explicit padding: the same all round, or {top, left}, {bottom, right}.
constexpr Padding pad(int64_t all) {
  return {PaddingMode::explicitly, Shape{all}, Shape{all}};
}
constexpr Padding pad(const Extents& begin, const Extents& end) {
  return {PaddingMode::explicitly, begin.shape, end.shape};
}

// Entry `d` of a list that may have one entry for all dimensions.
constexpr int64_t entry(const Shape& list, int d, int64_t otherwise) {
  return list.empty() ? otherwise : list.rank() == 1 ? list[0] : d < list.rank() ? list[d] : 0;
}
constexpr Shape spread(const Shape& list, int rank, int64_t otherwise) {
  if (list.rank() > 1)
    return list;
  Shape all;
  for (int d = 0; d < rank; ++d)
    all.push_back(entry(list, d, otherwise));
  return all;
}

// The attributes that conv and the pools have in common; an op derives from it.
struct Window {
  Shape kernel{1};
  Shape stride{1};
  Shape dilation{1};
  PaddingMode padding = PaddingMode::valid;
  Shape pad_begin{}, pad_end{};
  bool ceil_mode = false; // pools: a last, partial window counts where it starts inside

  template <class Self, class V>
  static constexpr void window_fields(Self& self, V&& visit) {
    visit("kernel", self.kernel);
    visit("stride", self.stride);
    visit("dilation", self.dilation);
    visit("padding", self.padding);
    visit("pad_begin", self.pad_begin);
    visit("pad_end", self.pad_end);
  }

  constexpr void set_padding(const Padding& choice) {
    padding = choice.mode;
    pad_begin = choice.begin;
    pad_end = choice.end;
  }
  constexpr void expand_window(int spatial) {
    kernel = spread(kernel, spatial, 1);
    stride = spread(stride, spatial, 1);
    dilation = spread(dilation, spatial, 1);
    if (padding == PaddingMode::explicitly) {
      pad_begin = spread(pad_begin, spatial, 0);
      pad_end = spread(pad_end, spatial, 0);
    }
  }
  // Extent of the dilated kernel.
  constexpr int64_t reach(int d) const {
    return (entry(kernel, d, 1) - 1) * entry(dilation, d, 1) + 1;
  }
  constexpr int64_t total_same(int d, int64_t input) const {
    const int64_t step = entry(stride, d, 1), count = (input + step - 1) / step;
    const int64_t total = (count - 1) * step + reach(d) - input;
    return total > 0 ? total : 0;
  }
  constexpr int64_t front(int d, int64_t input) const {
    return padding == PaddingMode::explicitly ? entry(pad_begin, d, 0)
           : padding == PaddingMode::same     ? total_same(d, input) / 2
                                              : 0;
  }
  constexpr int64_t behind(int d, int64_t input) const {
    return padding == PaddingMode::explicitly ? entry(pad_end, d, 0)
           : padding == PaddingMode::same     ? total_same(d, input) - total_same(d, input) / 2
                                              : 0;
  }
  constexpr int64_t output(int d, int64_t input) const {
    const int64_t room = input + front(d, input) + behind(d, input) - reach(d);
    const int64_t step = entry(stride, d, 1);
    if (room < 0)
      return 0;
    int64_t count = room / step + 1;
    if (ceil_mode && room % step != 0 && count * step < input + front(d, input))
      ++count; // only where the partial window starts inside the input or its front padding
    return count;
  }
  constexpr Shape fronts(const Shape& space) const {
    Shape list;
    for (int d = 0; d < space.rank(); ++d)
      list.push_back(front(d, space[d]));
    return list;
  }
  constexpr Shape outputs(const Shape& space) const {
    Shape list;
    for (int d = 0; d < space.rank(); ++d)
      list.push_back(output(d, space[d]));
    return list;
  }

  constexpr ShapeError check_list(const Shape& list, int spatial, int64_t least,
                                  const char* what) const {
    if (list.too_long() || (list.rank() != 1 && list.rank() != spatial))
      return {what, "1 or {0} entries", "{1}", "", {Shape{spatial}, Shape{list.rank()}}};
    for (int64_t value : list)
      if (value < least || value > 2147483647)
        return {what, "entries from {0} to 2147483647", "{1}", "", {Shape{least}, list}};
    return {};
  }

  // The lists against the number of spatial dimensions.
  constexpr ShapeError check_lists(int spatial) const {
    for (ShapeError error :
         {check_list(kernel, spatial, 1, "the kernel size does not fit the input {in}"),
          check_list(stride, spatial, 1, "the stride does not fit the input {in}"),
          check_list(dilation, spatial, 1, "the dilation does not fit the input {in}")})
      if (error.what)
        return error;
    if (padding == PaddingMode::explicitly)
      for (ShapeError error :
           {check_list(pad_begin, spatial, 0, "the padding in front does not fit the input {in}"),
            check_list(pad_end, spatial, 0, "the padding behind does not fit the input {in}")})
        if (error.what)
          return error;
    return {};
  }

  // The window against the spatial extents `space` of an input.
  constexpr ShapeError check_window(const Shape& space) const {
    const int spatial = space.rank();
    if (const ShapeError error = check_lists(spatial); error.what)
      return error;
    for (int d = 0; d < spatial; ++d) {
      const int64_t padded = space[d] + front(d, space[d]) + behind(d, space[d]);
      if (padded < reach(d))
        return {"the {0} kernel does not fit its {1} input",
                "padded extent >= {2}",
                "{3}",
                "use padding `same`, or a kernel of at most {1}",
                {spread(kernel, spatial, 1), space, Shape{reach(d)}, Shape{padded}}};
    }
    return {};
  }
};

} // namespace fovea
