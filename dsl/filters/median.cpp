// The median of a square window, by minima and maxima alone.
//
// Columns are sorted first, and a column serves all windows that it lies in. Then rows of the
// sorted columns are: of what stands at (r, c) now, (r + 1)(c + 1) elements are no greater and
// (k - r)(k - c) no less, itself among both; where either is more than half of the window, it is
// not the median. Of those that are left over it is the median again (3 of 9, 13 of 25), which
// forgetful selection finds: neither the least nor the greatest of more than half of them.
#include "dsl/filters/plane.hpp"

#include <algorithm>
#include <vector>

namespace fovea::filters {
namespace {

using Wires = std::vector<Pixel>;

class Network {
 public:
  // The lesser goes to `low`. What is read nowhere in the end is no equation of the definition.
  void exchange(Pixel& low, Pixel& high) {
    const Pixel a = low, b = high;
    low = let(Result("L")(i, j) = min(a, b))(i, j);
    high = let(Result("H")(i, j) = max(a, b))(i, j);
  }

  // By insertion, the next greatest to the end each time: wires that are not needed come last.
  void sort(Wires& wires) {
    for (size_t end = wires.size(); end > 1; --end)
      for (size_t k = 1; k < end; ++k)
        exchange(wires[k - 1], wires[k]);
  }

  Pixel median(const Wires& wires) {
    size_t next = wires.size() / 2 + 2;
    Wires pool(wires.begin(), wires.begin() + static_cast<std::ptrdiff_t>(next));
    for (;;) {
      const size_t count = pool.size(), half = count / 2;
      for (size_t k = 0; k < half; ++k)
        exchange(pool[k], pool[count - 1 - k]);
      for (size_t k = 1; k < (count + 1) / 2; ++k)
        exchange(pool.front(), pool[k]);
      for (size_t k = half; k + 1 < count; ++k)
        exchange(pool[k], pool.back());
      pool.pop_back();
      pool.erase(pool.begin());
      if (next == wires.size())
        return pool.front();
      pool.push_back(wires[next++]);
    }
  }
};

Pixel median_of(const Plane& plane, int64_t size, DType type) {
  const Let P = plane.padded(reach_of(size), type);
  Network network;
  Wires column;
  for (int64_t r = 0; r < size; ++r)
    column.push_back(P(i + r, j));
  network.sort(column);
  Wires candidates;
  for (int64_t r = 0; r < size; ++r) {
    const Let sorted = let(Result("C")(i, j) = column[static_cast<size_t>(r)]);
    Wires row;
    for (int64_t c = 0; c < size; ++c)
      row.push_back(sorted(i, j + c));
    network.sort(row);
    const int64_t half = size * size / 2 + 1;
    for (int64_t c = 0; c < size; ++c)
      if ((r + 1) * (c + 1) <= half && (size - r) * (size - c) <= half)
        candidates.push_back(row[static_cast<size_t>(c)]);
  }
  return network.median(candidates);
}

} // namespace

Filter median(int64_t size, Border border, SourceLocation location) {
  require(size == 3 || size == 5, "median", "there is no network of this size", "3 or 5",
          std::to_string(size), location);
  return filter({.name = "median",
                 .attributes = {{"size", size}},
                 .border = border,
                 .any_numbers = true,
                 .value = [=](const Plane& plane) { return median_of(plane, size, plane.type()); }},
                location);
}

} // namespace fovea::filters
