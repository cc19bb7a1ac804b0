#pragma once
#include "tests/support/guarded_memory.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/kernels/kernels.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <random>

// Definitions written by hand, compiled, run between guard pages and compared with the interpreter.
namespace fovea::kernel_test {

// --- definitions --------------------------------------------------------------------------------

inline IndexExpr index(int number) {
  return IndexExpr::of(number);
}
inline IndexExpr fixed(int64_t value) {
  return {value, {}};
}

Expr constant(double value, DType type = DType::f32);
Expr op(ScalarOp op, std::vector<Expr> args);
Expr index_value(IndexExpr index);
Expr cast(Expr value, DType type);
inline Expr add(Expr a, Expr b) {
  return op(ScalarOp::add, {std::move(a), std::move(b)});
}
inline Expr mul(Expr a, Expr b) {
  return op(ScalarOp::mul, {std::move(a), std::move(b)});
}
inline Expr sub(Expr a, Expr b) {
  return op(ScalarOp::sub, {std::move(a), std::move(b)});
}

struct At : Subscript {
  At(IndexExpr index) : Subscript{std::move(index), Boundary::none, nullptr} {} // NOLINT
  At(IndexExpr index, Boundary boundary, Expr fill = nullptr)
      : Subscript{std::move(index), boundary, std::move(fill)} {}
};
inline At computed(Expr place, Boundary boundary = Boundary::clamp, Expr fill = nullptr) {
  At at(IndexExpr{}, boundary, std::move(fill));
  at.computed = std::move(place);
  return at;
}
inline At zero(IndexExpr index) {
  return {std::move(index), Boundary::fill, constant(0)};
}

class Builder {
 public:
  explicit Builder(std::string name) { definition_.name = std::move(name); }
  int operand(const std::string& name, DType type, Shape shape);
  Expr read(int tensor, const std::vector<At>& at) const;
  // Returns the tensor's number.
  int equation(const std::string& name, std::vector<IndexRange> free, Expr body);
  int reduction(const std::string& name, std::vector<IndexRange> free, ReduceKind kind,
                std::vector<IndexRange> reduced, Expr body);
  Definition results(const std::vector<int>& tensors);

 private:
  Definition definition_;
};

// Equations as text, whose operands state their types.
Definition bound(const std::string& text);

// --- algorithms ----------------------------------------------------------------------------------

const catalogue::Algorithm& find_algorithm(std::string_view name);
// The text of `generic`'s schedule.
std::string generic_schedule(const Definition& definition, const catalogue::Target& target);

// --- running ------------------------------------------------------------------------------------

// This machine with four threads, or what FOVEA_TEST_TARGET says.
catalogue::Target test_target();
// That, and with vectors of 8 and 4 floats where this machine has them.
std::vector<catalogue::Target> instruction_sets();

class LoadedKernel {
 public:
  explicit LoadedKernel(const catalogue::KernelObject& object);
  ~LoadedKernel();
  LoadedKernel(const LoadedKernel&) = delete;
  // Operands, then results.
  int run(const std::vector<void*>& tensors);
  int64_t scratch_used() const { return scratch_used_; }

 private:
  const catalogue::KernelObject object_;
  void* library_ = nullptr;
  void* function_ = nullptr;
  int64_t scratch_used_ = 0;
};

using Bytes = std::vector<uint8_t>;
Bytes random_tensor(const TensorType& type, uint32_t seed);
template <class T>
T element(const Bytes& bytes, size_t k) {
  T value;
  std::memcpy(&value, bytes.data() + k * sizeof(T), sizeof(T));
  return value;
}
template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Compiles and runs, with memory that ends at a guard page and then with memory that starts at one.
// Operands and results as they are stored in the request's forms. Then once for each operand of
// `in_place`, with the one result in its memory: nothing else may come out.
std::vector<Bytes> run(const catalogue::KernelRequest& request, const std::vector<Bytes>& operands,
                       const std::vector<int>& in_place = {});
// The generic algorithm, all tensors row-major.
std::vector<Bytes> run(const Definition& definition, const std::vector<Bytes>& operands,
                       const std::optional<Schedule>& schedule = std::nullopt,
                       const catalogue::Target& target = test_target());

// Every element of every result within the interpreter's bound; integers equal.
void expect_interpreted(const Definition& definition, const std::vector<Bytes>& operands,
                        const std::vector<Bytes>& results);

// Random operands, default schedule (or the given one), compared.
void check(const Definition& definition, const std::optional<Schedule>& schedule = std::nullopt,
           uint32_t seed = 1);

// The message of the fovea::Error that `work` throws; empty when it throws none.
std::string error_of(const std::function<void()>& work);

} // namespace fovea::kernel_test
