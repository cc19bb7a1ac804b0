#pragma once
#include <algorithm>
#include <type_traits>
#include <vector>

namespace fovea::kernels {

template <class T>
bool contains(const std::vector<T>& list, const std::type_identity_t<T>& value) {
  return std::ranges::find(list, value) != list.end();
}

} // namespace fovea::kernels
