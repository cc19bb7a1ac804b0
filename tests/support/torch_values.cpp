#include "torch_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace fovea::testing {
namespace {

TensorType type_of(const host::HostTensor& tensor) {
  return {static_cast<DType>(tensor.dtype()), Shape(tensor.shape())};
}

} // namespace

std::filesystem::path repository_file(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / name;
}

void compare_with_torch(const host::TensorMap& values, const std::string& name, const OpPtr& op) {
  Types types;
  std::vector<const void*> data;
  for (int k = 0;; ++k) {
    auto operand = values.find(name + "." + std::to_string(k));
    if (operand == values.end())
      break;
    types.push_back(type_of(operand->second));
    data.push_back(operand->second.bytes());
  }
  auto result = values.find(name + ".result");
  ASSERT_TRUE(!types.empty() && result != values.end()) << "there is no case " << name;
  const Inferred inferred = op->infer(types);
  ASSERT_TRUE(inferred.ok()) << name << ": "
                             << render(inferred.error.what, inferred.error, types[0].shape);
  ASSERT_EQ(inferred.results[0], type_of(result->second)) << name;
  const Definition definition = op->definition(types);
  Interpreter interpreter(definition, reader_of(definition, data));
  const std::vector<Value> own = interpreter.all(0);
  const OperandReader theirs = result_reader_of(definition, {result->second.bytes()});
  for (size_t k = 0; k < own.size(); ++k) {
    const Value value = theirs(0, static_cast<int64_t>(k));
    if (!is_float(inferred.results[0].dtype))
      EXPECT_EQ(own[k].integer, value.integer) << name << " at " << k;
    else if (std::isnan(own[k].real) || std::isinf(own[k].real))
      EXPECT_TRUE(std::isnan(own[k].real) ? std::isnan(value.real) : own[k].real == value.real)
          << name << " at " << k << ": " << own[k].real << ", expected " << value.real;
    else
      EXPECT_NEAR(own[k].real, value.real, 2 * own[k].error) << name << " at " << k;
  }
}

} // namespace fovea::testing
