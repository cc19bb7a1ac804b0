#include "onnx_values.hpp"

#include <fovea/definition/interpreter.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace fovea::testing {
namespace {

TensorType type_of(const host::HostTensor& tensor) {
  return {static_cast<DType>(tensor.dtype()), Shape(tensor.shape())};
}

void expect_near(const Value& own, const Value& onnx, DType type, const std::string& where) {
  if (!is_float(type))
    EXPECT_EQ(own.integer, onnx.integer) << where;
  else if (!std::isfinite(own.real))
    EXPECT_TRUE(std::isnan(own.real) ? std::isnan(onnx.real) : own.real == onnx.real)
        << where << ": " << own.real << ", ONNX has " << onnx.real;
  else
    EXPECT_NEAR(own.real, onnx.real, 2 * own.error) << where;
}

} // namespace

void compare_with_onnx(const host::TensorMap& values, const std::string& name, const OpPtr& op) {
  Types types;
  std::vector<const void*> data;
  for (int k = 0;; ++k) {
    auto operand = values.find(name + "." + std::to_string(k));
    if (operand == values.end())
      break;
    types.push_back(type_of(operand->second));
    data.push_back(operand->second.bytes());
  }
  const auto result = values.find(name + ".result");
  ASSERT_TRUE(!types.empty() && result != values.end()) << "there is no case " << name;
  const Inferred inferred = op->infer(types);
  ASSERT_TRUE(inferred.ok()) << name << ": "
                             << render(inferred.error.what, inferred.error, types[0].shape);
  ASSERT_EQ(inferred.results[0], type_of(result->second)) << name;
  const Definition definition = op->definition(types);
  const std::vector<Value> own = Interpreter(definition, reader_of(definition, data)).all(0);
  const OperandReader onnx = result_reader_of(definition, {result->second.bytes()});
  for (size_t k = 0; k < own.size(); ++k)
    expect_near(own[k], onnx(0, static_cast<int64_t>(k)), inferred.results[0].dtype,
                name + " at " + std::to_string(k));
}

} // namespace fovea::testing
