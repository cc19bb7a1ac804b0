#pragma once
#include <Halide.h>

namespace fovea::kernels {

// Bytes that one thread may hold from halide_malloc at once while it runs `entry`, with all that
// its parallel loops do (a thread that waits for a loop works on it): each block rounded up to 128
// bytes, plus a header of 128. Code without assertions does not notice that memory is short, so
// the runtime sets it aside beforehand. Throws fovea::Error where a size depends on run-time
// values.
int64_t scratch_bytes(const Halide::Module& module, const std::string& entry);

} // namespace fovea::kernels
