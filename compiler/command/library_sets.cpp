#include "compiler/command/library_sets.hpp"

#include "compiler/command/inspect_program.hpp"
#include "compiler/driver/shape_sets.hpp"

#include <fmt/format.h>

#include <cstring>

namespace fovea::command {
namespace {

Shapes shapes_of(const fovea_program& program) {
  Shapes shapes;
  for (const ProgramTensor& input : inputs_of(program))
    shapes[input.name] = Shape(input.shape);
  return shapes;
}

// The inputs, open where the sets differ.
std::vector<OpenInput> inputs_of_sets(const host::Library& library) {
  std::vector<OpenInput> inputs;
  for (const ProgramTensor& tensor : inputs_of(library.program(0)))
    inputs.push_back({tensor.name, tensor.shape});
  for (size_t set = 1; set < count_sets(library); ++set) {
    const std::vector<ProgramTensor> others = inputs_of(library.program(set));
    for (size_t k = 0; k < inputs.size(); ++k)
      for (size_t d = 0; d < inputs[k].extents->size(); ++d)
        if (others[k].shape[d] != inputs[k].extents->at(d))
          inputs[k].extents->at(d) = -1;
  }
  return inputs;
}

bool has(const fovea_program& program, const Shapes& wanted) {
  const Shapes shapes = shapes_of(program);
  for (const auto& [name, shape] : wanted)
    if (const auto found = shapes.find(name); found == shapes.end() || found->second != shape)
      return false;
  return true;
}

} // namespace

size_t count_sets(const host::Library& library) {
  size_t count = 1;
  while (count < library.program_count() &&
         std::strcmp(library.program(count).name, library.program(0).name) == 0)
    ++count;
  return count;
}

std::string shapes_text(const fovea_program& program) {
  std::string text;
  for (const ProgramTensor& input : inputs_of(program))
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", input.name, shape_text(input.shape));
  return text;
}

size_t pick_set(const host::Library& library, const Shapes& given, const ReadTypes& read_types) {
  const size_t count = count_sets(library);
  Shapes wanted = given;
  if (count > 1 && read_types)
    for (const auto& [name, file] : read_types(inputs_of_sets(library)))
      wanted.emplace(name, file.shape);
  std::vector<size_t> fitting;
  std::string list;
  for (size_t set = 0; set < count; ++set) {
    list += (set ? " or " : "") + shapes_text(library.program(set));
    if (has(library.program(set), wanted))
      fitting.push_back(set);
  }
  if (fitting.size() == 1)
    return fitting.front();
  const std::string path = library.path().string();
  if (fitting.empty())
    throw Error({.what = path + ": the library was not compiled for these shapes",
                 .expected = list,
                 .got = driver::shapes_text(wanted),
                 .hint = "compile its model for them: fovea compile MODEL.onnx --shape ..."});
  throw Error({.what = path + ": the library holds several sets of shapes",
               .expected = "one of them: " + list,
               .got = wanted.empty() ? "none" : driver::shapes_text(wanted),
               .hint = "say which with --shape NAME=EXTENTS"});
}

} // namespace fovea::command
