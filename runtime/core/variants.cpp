#include "runtime/core/variants.hpp"

#include "runtime/core/check.hpp"

#include <fovea/runtime/core.h>
#include <fovea/runtime/library.h>

#include <stdlib.h>
#include <string.h>

namespace fovea::core {

using ull = unsigned long long;

static const fovea_program* variant_of(const fovea_program& program, uint64_t index) {
  return index ? program.variants[index - 1] : &program;
}

static const char* target_of(const fovea_program& program) {
  const bool says = program.struct_size >= sizeof program && program.target;
  return says ? program.target : "unnamed target";
}

namespace {

// "x86-64-v4, x86-64-v3"; what does not fit the memory is left out.
class ListText {
 public:
  char text[300];

  ListText() { text[0] = 0; }
  void add(const char* word) {
    if (used_ < sizeof text)
      used_ += size_t(snprintf(text + used_, sizeof text - used_, "%s%s", used_ ? ", " : "", word));
  }

 private:
  size_t used_ = 0;
};

} // namespace

static fovea_status check_variants(const fovea_program& program, Message& message) {
  const uint64_t count = variant_count(program);
  if (count > 1 && !program.variants)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu variants, got null",
                        program.name, ull(count - 1));
  for (uint64_t k = 1; k < count; ++k) {
    const fovea_program* variant = variant_of(program, k);
    if (!variant)
      return message.fail(FOVEA_ERROR_NULL_POINTER,
                          "%s: variant %llu: expected a program, got null", program.name, ull(k));
    if (fovea_status status =
            check_struct(variant, sizeof *variant, "program", message, FOVEA_PROGRAM_V1_BYTES))
      return status;
    if (variant->input_count != program.input_count ||
        variant->output_count != program.output_count ||
        variant->parameter_count != program.parameter_count)
      return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                          "%s: variant %llu: expected %llu inputs, %llu outputs and %llu "
                          "parameters, got %llu, %llu and %llu",
                          program.name, ull(k), ull(program.input_count), ull(program.output_count),
                          ull(program.parameter_count), ull(variant->input_count),
                          ull(variant->output_count), ull(variant->parameter_count));
  }
  return FOVEA_OK;
}

static fovea_status refuse(const fovea_program& program, uint64_t available, const char* wanted,
                           Message& message) {
  ListText targets, missing;
  const uint64_t count = variant_count(program);
  for (uint64_t k = 0; k < count; ++k)
    targets.add(target_of(*variant_of(program, k)));
  if (wanted)
    return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                        "%s: expected FOVEA_TARGET to name one of the library's targets, %s; got "
                        "'%.100s'",
                        program.name, targets.text, wanted);
  const uint64_t lacks = variant_of(program, count - 1)->cpu_features & ~available;
  for (uint64_t bit = 0; bit < sizeof cpu_feature_names / sizeof *cpu_feature_names; ++bit)
    if (lacks >> bit & 1)
      missing.add(cpu_feature_names[bit]);
  return message.fail(FOVEA_ERROR_UNSUPPORTED_DEVICE,
                      "%s: the library is compiled for %s: expected a processor with %s, got one "
                      "without; compile it for a lower target too",
                      program.name, targets.text, missing.text);
}

fovea_status choose_variant(const fovea_program& program, uint64_t available, const char* wanted,
                            const fovea_program** chosen, Message& message) {
  if (fovea_status status = check_variants(program, message))
    return status;
  wanted = wanted && *wanted ? wanted : nullptr;
  for (uint64_t k = 0; k < variant_count(program); ++k) {
    const fovea_program& variant = *variant_of(program, k);
    if (wanted ? strcmp(target_of(variant), wanted) == 0 : !(variant.cpu_features & ~available)) {
      *chosen = &variant;
      return FOVEA_OK;
    }
  }
  return refuse(program, available, wanted, message);
}

// A program of a library, which needs no other check before its fields are read.
static fovea_status choose_here(const fovea_program** program, Message& message) {
  if (!*program)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "model_open: expected a program, got null");
  if (fovea_status status =
          check_struct(*program, sizeof **program, "program", message, FOVEA_PROGRAM_V1_BYTES))
    return status;
  // Without others there is nothing to choose: a host may ask for one of the variants itself.
  return variant_count(**program) == 1 ? FOVEA_OK
                                       : choose_variant(**program, available_cpu_features(),
                                                        getenv("FOVEA_TARGET"), program, message);
}

} // namespace fovea::core

using namespace fovea::core;

extern "C" fovea_status fovea_core_choose_variant(const fovea_program* program,
                                                  const fovea_program** chosen, char* text,
                                                  uint64_t text_bytes) {
  Message message(text, text_bytes);
  *chosen = program;
  return choose_here(chosen, message);
}

extern "C" fovea_status fovea_core_model_open_variant(const fovea_program* program,
                                                      const fovea_model_options* options,
                                                      fovea_model** model) {
  if (model)
    *model = nullptr;
  Message message = message_of(options);
  if (fovea_status status = choose_here(&program, message))
    return status;
  return fovea_core_model_open(program, options, model);
}

extern "C" fovea_model* fovea_library_open_variant(const fovea_program* program,
                                                   const fovea_library_options* options) {
  Message message = message_of(options);
  return choose_here(&program, message) ? nullptr : fovea_library_open(program, options);
}
