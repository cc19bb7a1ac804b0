#pragma once
#include "compiler/import/onnx/constant.hpp"

#include <filesystem>
#include <memory>

namespace onnx {
class ModelProto;
class TensorProto;
} // namespace onnx

namespace fovea::import {

// A file that is parsed, and nothing more.
struct Model {
  std::shared_ptr<const ::onnx::ModelProto> proto; // owns the weights that are inside
  std::filesystem::path folder;                    // that its external data are relative to
  const char* file = "";                           // its name, for locations; lasts
};

// Throws Error at `where` for a file that cannot be read, is larger than `max_bytes`, or is no
// ONNX model.
Model read_model(const std::filesystem::path& path, int64_t max_bytes, SourceLocation where);

// An initializer, or the value of an attribute. Contents stay where they are: inside the model, or
// in memory of their own where they came from another file. `what` names it in messages. Throws
// Error for element types that there are not in fovea, contents of another size than the shape
// says, and external data outside the model's folder or beyond their file's end.
Constant read_tensor(const ::onnx::TensorProto& tensor, const Model& model,
                     const std::string& what);

// The element type with this number in TensorProto.DataType; false where fovea has no such type.
bool find_dtype(int32_t data_type, DType& dtype);
// "FLOAT8E4M3FN", "STRING"; of newer numbers "data type 23".
std::string data_type_name(int32_t data_type);

} // namespace fovea::import
