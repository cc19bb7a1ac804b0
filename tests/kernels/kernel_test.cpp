#include "tests/kernels/kernel_test.hpp"

#include <fovea/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <dlfcn.h>
#include <unistd.h>

namespace fovea::kernel_test {

// --- algorithms ---------------------------------------------------------------------------------

const catalogue::Algorithm& find_algorithm(std::string_view name) {
  return kernels::make_catalogue().find(name);
}

std::string generic_schedule(const Definition& definition, const catalogue::Target& target) {
  return find_algorithm("generic").default_schedule({definition, target}).to_string();
}

// --- memory and libraries -----------------------------------------------------------------------

catalogue::Target test_target() {
  if (const char* text = std::getenv("FOVEA_TEST_TARGET"))
    return catalogue::parse_target(text);
  catalogue::Target target = catalogue::Target::host();
  target.threads = 4;
  return target;
}

std::vector<catalogue::Target> instruction_sets() {
  std::vector<catalogue::Target> list{test_target()};
  if (list[0].avx2 && list[0].fma)
    list.push_back(catalogue::parse_target("x86-64-linux avx2 fma threads=4"));
  if (list[0].sse41)
    list.push_back(catalogue::parse_target("x86-64-linux sse41"));
  return list;
}

namespace {

// halide_buffer_t.
struct BufferDimension {
  int32_t min = 0, extent = 0, stride = 0;
  uint32_t flags = 0;
};
struct Buffer {
  uint64_t device = 0;
  const void* device_interface = nullptr;
  void* host = nullptr;
  uint64_t flags = 0;
  uint8_t type_code = 0, type_bits = 0;
  uint16_t type_lanes = 1;
  int32_t dimensions = 0;
  BufferDimension* dim = nullptr;
  void* padding = nullptr;
};

// What a kernel may call; user_context counts memory as the runtime's slab does.
constexpr const char* hooks = R"(
#include <stdint.h>
#include <stdlib.h>
struct context { int64_t used, peak; };
static int64_t cost(int64_t bytes) { return (bytes + 127) / 128 * 128 + 128; }
void *halide_malloc(void *user, size_t bytes) {
  struct context *context = user;
  char *block = aligned_alloc(128, cost(bytes));
  *(int64_t *)block = bytes;
  context->used += cost(bytes);
  if (context->used > context->peak) context->peak = context->used;
  return block + 128;
}
void halide_free(void *user, void *pointer) {
  if (!pointer) return;
  char *block = (char *)pointer - 128;
  ((struct context *)user)->used -= cost(*(int64_t *)block);
  free(block);
}
typedef int (*task)(void *, int, uint8_t *);
int halide_do_par_for(void *user, task f, int min, int size, uint8_t *closure) {
  for (int i = size - 1; i >= 0; --i) { /* backwards: tasks must not depend on their order */
    int code = f(user, min + i, closure);
    if (code) return code;
  }
  return 0;
}
)";

struct Context {
  int64_t used = 0, peak = 0;
};

using Function = int (*)(void*, Buffer*);

template <size_t... K>
int call(void* function, void* context, std::vector<Buffer>& buffers, std::index_sequence<K...>) {
  using Plain = int (*)(void*, decltype(K, static_cast<Buffer*>(nullptr))...);
  return reinterpret_cast<Plain>(function)(context, &buffers[K]...);
}

// Calls with as many buffers as there are.
template <size_t count = 1>
int call(void* function, void* context, std::vector<Buffer>& buffers) {
  constexpr size_t most = 12;
  if (buffers.size() == count)
    return call(function, context, buffers, std::make_index_sequence<count>());
  if constexpr (count < most)
    return call<count + 1>(function, context, buffers);
  ADD_FAILURE() << "a kernel of " << buffers.size() << " tensors";
  return -1;
}

} // namespace

namespace {

// A folder of its own that goes with the object.
struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/fovea-test-XXXXXX";
    if (!mkdtemp(name))
      throw std::runtime_error("mkdtemp");
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

void must_run(const std::string& command, const char* what) {
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error(what);
}

// Compiled once, for all kernels.
const std::string& hooks_object() {
  static const Folder folder;
  static const std::string object = [] {
    std::ofstream(folder.path + "/hooks.c") << hooks;
    must_run("cc -O1 -fPIC -c -o " + folder.path + "/hooks.o " + folder.path + "/hooks.c",
             "cannot compile the kernels' hooks");
    return folder.path + "/hooks.o";
  }();
  return object;
}

} // namespace

LoadedKernel::LoadedKernel(const catalogue::KernelObject& object) : object_(object) {
  const Folder folder;
  const std::string kernel = folder.path + "/k.o", library = folder.path + "/k.so";
  std::ofstream(kernel, std::ios::binary) << object.object;
  must_run("cc -shared -Wl,-z,defs -o " + library + " " + kernel + " " + hooks_object() + " -lm",
           "cannot link the kernel: it needs more than it may");
  library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library_)
    throw std::runtime_error(dlerror());
  function_ = dlsym(library_, object.symbol.c_str());
}

LoadedKernel::~LoadedKernel() {
  if (library_)
    dlclose(library_);
}

int LoadedKernel::run(const std::vector<void*>& tensors) {
  std::vector<TensorType> types = object_.operands;
  types.insert(types.end(), object_.results.begin(), object_.results.end());
  std::vector<Buffer> buffers(tensors.size());
  std::vector<std::vector<BufferDimension>> dimensions(tensors.size());
  for (size_t t = 0; t < tensors.size(); ++t) {
    const Shape& shape = types[t].shape;
    const Shape strides = row_major_strides(shape);
    for (int d = shape.rank() - 1; d >= 0; --d)
      dimensions[t].push_back(
          {0, static_cast<int32_t>(shape[d]), static_cast<int32_t>(strides[d]), 0});
    buffers[t].host = tensors[t];
    buffers[t].dimensions = shape.rank();
    buffers[t].dim = dimensions[t].data();
  }
  Context context;
  const int code = call(function_, &context, buffers);
  scratch_used_ = context.peak;
  EXPECT_EQ(context.used, 0) << "memory is not given back";
  return code;
}

// --- values -------------------------------------------------------------------------------------

namespace {

uint16_t half_bits(float value) { // of small multiples of 1/64: exact
  if (value == 0)
    return 0;
  int exponent = 0;
  const float fraction = std::frexp(std::abs(value), &exponent); // [0.5, 1)
  const uint16_t mantissa = static_cast<uint16_t>(std::lround((fraction * 2 - 1) * 1024));
  return static_cast<uint16_t>((value < 0 ? 0x8000 : 0) | ((exponent - 1 + 15) << 10) | mantissa);
}

float half_value(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31)
    return mantissa ? NAN : sign * INFINITY;
  return exponent ? sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25)
                  : sign * std::ldexp(static_cast<float>(mantissa), -24);
}

template <class T>
void put(Bytes& bytes, size_t k, T value) {
  std::memcpy(bytes.data() + k * sizeof(T), &value, sizeof(T));
}

void put_value(Bytes& bytes, size_t k, DType type, double value) {
  const float single = static_cast<float>(value);
  uint32_t bits = 0;
  std::memcpy(&bits, &single, 4);
  switch (type) {
  case DType::f16:
    return put(bytes, k, half_bits(single));
  case DType::bf16:
    return put(bytes, k, static_cast<uint16_t>(bits >> 16));
  case DType::f32:
    return put(bytes, k, single);
  case DType::f64:
    return put(bytes, k, value);
  case DType::i8:
    return put(bytes, k, static_cast<int8_t>(value));
  case DType::u8:
    return put(bytes, k, static_cast<uint8_t>(value));
  case DType::i32:
    return put(bytes, k, static_cast<int32_t>(value));
  case DType::i64:
    return put(bytes, k, static_cast<int64_t>(value));
  case DType::boolean:
    return put(bytes, k, static_cast<uint8_t>(value != 0));
  }
}

Value get_value(const Bytes& bytes, size_t k, DType type) {
  switch (type) {
  case DType::f16:
    return {half_value(element<uint16_t>(bytes, k)), 0, 0};
  case DType::bf16: {
    const uint32_t bits = static_cast<uint32_t>(element<uint16_t>(bytes, k)) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return {value, 0, 0};
  }
  case DType::f32:
    return {element<float>(bytes, k), 0, 0};
  case DType::f64:
    return {element<double>(bytes, k), 0, 0};
  case DType::i8:
    return {0, 0, element<int8_t>(bytes, k)};
  case DType::i32:
    return {0, 0, element<int32_t>(bytes, k)};
  case DType::i64:
    return {0, 0, element<int64_t>(bytes, k)};
  default:
    return {0, 0, element<uint8_t>(bytes, k)};
  }
}

} // namespace

Bytes random_tensor(const TensorType& type, uint32_t seed) {
  std::mt19937 random(seed);
  const size_t count = static_cast<size_t>(type.shape.elements());
  Bytes bytes(count * static_cast<size_t>(size_of(type.dtype)));
  for (size_t k = 0; k < count; ++k) {
    const double unit = static_cast<double>(random() % 255) - 127; // -127 .. 127
    const bool wide = type.dtype == DType::i32 || type.dtype == DType::i64;
    const double value = is_float(type.dtype)           ? unit / 64
                         : type.dtype == DType::u8      ? unit + 127
                         : type.dtype == DType::boolean ? random() % 2
                         : wide ? static_cast<double>(static_cast<int32_t>(random()))
                                : unit;
    put_value(bytes, k, type.dtype, value);
  }
  return bytes;
}

std::vector<Bytes> run(const Definition& definition, const std::vector<Bytes>& operands,
                       const std::optional<Schedule>& schedule, const catalogue::Target& target) {
  catalogue::KernelRequest request;
  request.definition = definition;
  request.schedule = schedule;
  request.target = target;
  request.symbol = "kernel";
  return run(request, operands);
}

// The result where operand `place` was.
static Bytes run_in_place(LoadedKernel& kernel, std::vector<Bytes> operands, int place) {
  std::vector<void*> pointers;
  for (Bytes& bytes : operands)
    pointers.push_back(bytes.data());
  pointers.push_back(pointers[static_cast<size_t>(place)]);
  EXPECT_EQ(kernel.run(pointers), 0);
  return operands[static_cast<size_t>(place)];
}

std::vector<Bytes> run(const catalogue::KernelRequest& request, const std::vector<Bytes>& operands,
                       const std::vector<int>& in_place) {
  const catalogue::KernelObject object = kernels::make_halide_compiler()->compile(request);
  LoadedKernel kernel(object);
  std::vector<Bytes> results;
  using testing::GuardedMemory;
  using testing::Placement;
  for (const Placement placement : {Placement::before_guard, Placement::after_guard}) {
    std::vector<GuardedMemory> memory;
    std::vector<void*> pointers;
    for (const Bytes& bytes : operands) {
      memory.emplace_back(bytes.size(), placement);
      std::copy(bytes.begin(), bytes.end(), static_cast<Bytes::value_type*>(memory.back().data()));
      pointers.push_back(memory.back().data());
    }
    for (const TensorType& type : object.results) {
      memory.emplace_back(static_cast<size_t>(type.bytes()), placement);
      std::memset(memory.back().data(), 0xcd, static_cast<size_t>(type.bytes()));
      pointers.push_back(memory.back().data());
    }
    EXPECT_EQ(kernel.run(pointers), 0);
    EXPECT_LE(kernel.scratch_used(), object.thread_scratch_bytes);
    std::vector<Bytes> found;
    for (size_t r = 0; r < object.results.size(); ++r) {
      const uint8_t* data = static_cast<const uint8_t*>(pointers[operands.size() + r]);
      found.emplace_back(data, data + object.results[r].bytes());
    }
    if (placement == Placement::after_guard && found != results)
      ADD_FAILURE() << request.definition.name << ": results depend on where tensors lie";
    results = std::move(found);
  }
  for (const int operand : in_place)
    if (run_in_place(kernel, operands, operand) != results[0])
      ADD_FAILURE() << request.definition.name << ": other results in the place of operand "
                    << operand;
  return results;
}

void expect_interpreted(const Definition& definition, const std::vector<Bytes>& operands,
                        const std::vector<Bytes>& results) {
  std::vector<const void*> pointers;
  for (const Bytes& bytes : operands)
    pointers.push_back(bytes.data());
  Interpreter interpreter(definition, reader_of(definition, pointers));
  for (size_t r = 0; r < results.size(); ++r) {
    const int tensor = definition.tensor_of_equation(definition.results[r]);
    const TensorType type = definition.type_of(tensor);
    const std::vector<Value> expected = interpreter.all(static_cast<int>(r));
    size_t wrong = 0;
    for (size_t k = 0; k < expected.size() && wrong < 5; ++k) {
      const Value got = get_value(results[r], k, type.dtype);
      const Value& want = expected[k];
      if (std::isinf(want.error))
        continue;
      const bool same_special = (std::isnan(want.real) && std::isnan(got.real)) ||
                                (std::isinf(want.real) && want.real == got.real);
      const bool good = is_float(type.dtype)
                            ? same_special || std::abs(got.real - want.real) <= want.error
                            : std::abs(static_cast<double>(got.integer) -
                                       static_cast<double>(want.integer)) <= want.error;
      if (!good) {
        ++wrong;
        ADD_FAILURE() << definition.name << ": result " << r << " element " << k << " is "
                      << got.real << " / " << got.integer << ", expected " << want.real << " / "
                      << want.integer << " within " << want.error;
      }
    }
  }
}

void check(const Definition& definition, const std::optional<Schedule>& schedule, uint32_t seed) {
  std::vector<Bytes> operands;
  for (const Operand& operand : definition.operands)
    operands.push_back(random_tensor(operand.type, seed + static_cast<uint32_t>(operands.size())));
  std::vector<Bytes> results;
  try {
    results = run(definition, operands, schedule);
  } catch (const Error& error) {
    FAIL() << error.what();
  }
  expect_interpreted(definition, operands, results);
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

} // namespace fovea::kernel_test
