#include "runtime/core/sets.hpp"

#include "runtime/core/check.hpp"

#include <string.h>

namespace fovea::core {

using ull = unsigned long long;

static fovea_status check_alike(const fovea_tensor_info* first, const fovea_tensor_info* other,
                                uint64_t count, const Place& place, Message& message) {
  for (uint64_t i = 0; i < count; ++i) {
    const fovea_tensor_info &a = *element(first, i), &b = *element(other, i);
    if (strcmp(a.name, b.name) != 0 || a.dtype != b.dtype || a.rank != b.rank || a.flags != b.flags)
      return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                          "%s: set %llu: %s %llu: expected '%s', %d extents of %s, got '%s', %d "
                          "extents of %s",
                          place.program, ull(place.index), place.role, ull(i), a.name, int(a.rank),
                          fovea_dtype_name(a.dtype), b.name, int(b.rank),
                          fovea_dtype_name(b.dtype));
  }
  return FOVEA_OK;
}

static fovea_status check_set(const fovea_program& program, const fovea_program& other,
                              uint64_t index, Message& message) {
  if (other.input_count != program.input_count || other.output_count != program.output_count ||
      other.parameter_count != program.parameter_count ||
      other.prepared_bytes != program.prepared_bytes)
    return message.fail(
        FOVEA_ERROR_INVALID_ARGUMENT,
        "%s: set %llu: expected %llu inputs, %llu outputs, %llu parameters and "
        "%llu prepared bytes, got %llu, %llu, %llu and %llu",
        program.name, ull(index), ull(program.input_count), ull(program.output_count),
        ull(program.parameter_count), ull(program.prepared_bytes), ull(other.input_count),
        ull(other.output_count), ull(other.parameter_count), ull(other.prepared_bytes));
  if (fovea_status status = check_alike(program.inputs, other.inputs, program.input_count,
                                        {program.name, "input", index}, message))
    return status;
  return check_alike(program.outputs, other.outputs, program.output_count,
                     {program.name, "output", index}, message);
}

fovea_status check_sets(const fovea_program& program, Message& message) {
  const uint64_t count = set_count(program);
  if (count > 1 && !program.sets)
    return message.fail(FOVEA_ERROR_NULL_POINTER, "%s: expected %llu sets of shapes, got null",
                        program.name, ull(count - 1));
  for (uint64_t k = 1; k < count; ++k) {
    const fovea_program* other = program.sets[k - 1];
    if (other && other->struct_size >= FOVEA_PROGRAM_SETS_BYTES && other->set_count)
      return message.fail(FOVEA_ERROR_INVALID_ARGUMENT,
                          "%s: set %llu: expected a program without sets of its own, got %llu",
                          program.name, ull(k), ull(other->set_count));
    if (fovea_status status = check_program(other, message))
      return status;
    if (fovea_status status = check_set(program, *other, k, message))
      return status;
  }
  return FOVEA_OK;
}

ContextMemory memory_of(const fovea_program& program) {
  ContextMemory memory;
  for (uint64_t k = 0; k < set_count(program); ++k) {
    const fovea_program& one = set_of(program, k);
    memory.arena_bytes =
        one.arena_bytes > memory.arena_bytes ? one.arena_bytes : memory.arena_bytes;
    memory.slab_bytes =
        one.thread_scratch_bytes > memory.slab_bytes ? one.thread_scratch_bytes : memory.slab_bytes;
  }
  return memory;
}

namespace {

// "x [1,3,224,224], mask [1,224]"; what does not fit the memory is left out.
class ShapesText {
 public:
  char text[700];

  ShapesText() { text[0] = 0; }
  void add(const char* between, const char* name, const int64_t* extents, int32_t rank) {
    if (used_ < sizeof text)
      used_ += size_t(snprintf(text + used_, sizeof text - used_, "%s%s %s", between, name,
                               ShapeText(extents, rank).text));
  }
  void add(const fovea_program& program, const char* between) {
    for (uint64_t i = 0; i < program.input_count; ++i) {
      const fovea_tensor_info& info = *element(program.inputs, i);
      add(i ? ", " : between, info.name, info.extents, info.rank);
    }
  }

 private:
  size_t used_ = 0;
};

} // namespace

static fovea_status refuse(const fovea_program& program, const GivenShapes& given,
                           Message& message) {
  ShapesText got, sets;
  const int64_t* extents = given.extents;
  for (uint64_t i = 0; i < program.input_count; ++i) {
    const fovea_tensor_info& info = *element(program.inputs, i);
    const fovea_buffer* buffer = given.buffers ? element(given.buffers, i) : nullptr;
    got.add(i ? ", " : "", info.name, buffer ? buffer->extents : extents,
            buffer ? buffer->rank : info.rank);
    extents += buffer ? 0 : info.rank;
  }
  for (uint64_t k = 0; k < set_count(program); ++k)
    sets.add(set_of(program, k), k ? " or " : "");
  return message.fail(FOVEA_ERROR_WRONG_SHAPE, "%s: it was compiled for %s; got %.300s",
                      program.name, sets.text, got.text);
}

static bool fits(const fovea_program& program, const GivenShapes& given) {
  const int64_t* next = given.extents;
  for (uint64_t i = 0; i < program.input_count; ++i) {
    const fovea_tensor_info& info = *element(program.inputs, i);
    const int64_t* extents = next;
    if (given.buffers) {
      const fovea_buffer& buffer = *element(given.buffers, i);
      if (buffer.rank != info.rank)
        return false;
      extents = buffer.extents;
    } else {
      next += info.rank;
    }
    if (memcmp(extents, info.extents, size_t(info.rank) * sizeof *extents) != 0)
      return false;
  }
  return true;
}

fovea_status pick(const fovea_program& program, const GivenShapes& given,
                  const fovea_program** picked, Message& message) {
  for (uint64_t k = 0; k < set_count(program); ++k)
    if (fits(set_of(program, k), given)) {
      *picked = &set_of(program, k);
      return FOVEA_OK;
    }
  return refuse(program, given, message);
}

} // namespace fovea::core
