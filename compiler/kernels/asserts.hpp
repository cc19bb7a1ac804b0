#pragma once
#include <Halide.h>

#include <map>
#include <string>
#include <vector>

namespace fovea::kernels {

// The extents of a kernel's buffers by name, dimension 0 innermost.
using BufferExtents = std::map<std::string, std::vector<int64_t>>;

// Halide's own proof obligations, read at compile time. The pipeline is lowered with assertions;
// since all bounds are constants, one that says which elements of a buffer are touched can be
// decided now: where they are outside this throws fovea::Error, and the kernel is never made. Then
// all assertions are taken out: the caller of a kernel makes the checks.
Halide::Internal::Stmt check_and_strip_asserts(const Halide::Internal::Stmt& body,
                                               const BufferExtents& extents);

} // namespace fovea::kernels
