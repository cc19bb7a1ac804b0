#pragma once
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// A reduction of whole maps whose result keeps their dimensions with extent 1, as global pooling
// is, written as windows that have one place. From
//   S(b, c) = sum(m, n) X(b, c, m, n),                 Z(b, c, y, x) = S(b, c) / 49
// to, with y < 1 and x < 1,
//   S(b, c, y, x) = sum(m, n) X(b, c, y + m, x + n),   Z(b, c, y, x) = S(b, c, y, x) / 49
// so that channel_windows recognises it. All else stays as it is.
Definition whole_maps_as_windows(const Definition& definition);

} // namespace fovea::kernels
