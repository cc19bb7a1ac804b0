#pragma once
#include <fovea/catalogue/problem.hpp>
#include <fovea/catalogue/schedule.hpp>

#include <optional>
#include <string>
#include <vector>

// The interface to whatever turns a definition into machine code.
namespace fovea::catalogue {

struct KernelRequest {
  Definition definition;
  std::string algorithm = "generic";
  std::optional<Schedule> schedule; // else the algorithm's default
  Target target;
  std::string symbol; // the name of the kernel's function: a C identifier
  Forms forms = {};

  Problem problem() const { return {definition, target, forms}; }
};

// One object file that defines
//   int symbol(void *user_context, halide_buffer_t *operand..., halide_buffer_t *result...)
// operands in the definition's order, then results, of the types that are stored (layouts,
// prepared operands). Buffers are row-major, dimension 0 of a halide_buffer_t innermost, aligned to
// their elements. It calls halide_malloc, halide_free and
// halide_do_par_for with that context, nothing else of a Halide runtime, and of the C library at
// most memcpy, memset and the functions of <math.h> (for pow, and for float64).
struct KernelObject {
  std::string symbol;
  std::string object;               // the file's bytes
  int64_t thread_scratch_bytes = 0; // that one thread's halide_malloc calls need at once; each
                                    // block is rounded up to 128 bytes and has a 128-byte header
  std::vector<TensorType> operands; // as stored: in the layout, or prepared
  std::vector<TensorType> results;
  Schedule schedule; // that was applied
};

struct KernelDump {
  std::string schedule, statement, llvm, assembly;
};

class KernelCompiler {
 public:
  virtual ~KernelCompiler() = default;
  // Throws fovea::Error. May be called from several threads at once.
  virtual KernelObject compile(const KernelRequest& request) const = 0;
  // What the compiler makes on the way, for a reader.
  virtual KernelDump dump(const KernelRequest& request) const = 0;
};

} // namespace fovea::catalogue
