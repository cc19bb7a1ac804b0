#include "compiler/emit/c_header.hpp"

#include "compiler/emit/c_names.hpp"
#include "compiler/emit/core_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace fovea::emission {

std::string comment_text(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~' || c == '*' || c == '\\' || c == '?')
      c = '.';
  return text;
}

namespace {

std::string described(const CTensor& tensor) {
  const ir::PlanValue& value = *tensor.value;
  std::string text = to_string(value.type);
  for (const Shape& shape : tensor.other_shapes)
    text += " or " + to_string(TensorType{value.type.dtype, shape});
  if (value.type.dtype == DType::f16 || value.type.dtype == DType::bf16)
    text += ", its bits";
  if (value.type.dtype == DType::boolean)
    text += ", 0 or 1";
  return comment_text(value.name == tensor.member ? text : "'" + value.name + "': " + text);
}

// Of the example, which has variables of its own.
std::string variable(const CTensor& tensor) {
  for (const char* own : {"inputs", "outputs", "why", "options", "weights", "model", "context",
                          "status", "main", "puts"})
    if (tensor.member == own)
      return tensor.member + "_";
  return tensor.member;
}

std::string variables(const std::vector<CTensor>& tensors) {
  std::string text;
  for (const CTensor& tensor : tensors)
    text += (text.empty() ? "" : ", ") + variable(tensor);
  return text;
}

class CHeader {
 public:
  explicit CHeader(const HeaderRequest& request)
      : request_(request), plan_(request.library.plan), prefix_(request.library.prefix),
        tensors_(name_tensors(plan_, prefix_, request.library.other_sets)),
        sets_(1 + request.library.other_sets.size()) {}

  std::string text() {
    add_introduction();
    line("#ifndef FOVEA_EMITTED_{p}_H\n#define FOVEA_EMITTED_{p}_H\n");
    text_ += host_types_header();
    line("\n#ifdef __cplusplus\nextern \"C\" {{\n#endif\n");
    add_constants();
    add_structs();
    add_functions();
    line("#ifdef __cplusplus\n}}\n#endif\n#endif /* FOVEA_EMITTED_{p}_H */");
    return std::move(text_);
  }

 private:
  // {p}: the prefix, {P}: in capitals.
  template <class... Arguments>
  void line(const char* pattern, const Arguments&... arguments) {
    fmt::format_to(std::back_inserter(text_), fmt::runtime(pattern), arguments...,
                   fmt::arg("p", prefix_), fmt::arg("P", upper_case(prefix_)));
    text_ += '\n';
  }

  bool weights_from_caller() const {
    return request_.library.weights == LibraryWeights::caller && !plan_.parameters.empty();
  }

  std::string where_weights_are() const {
    if (weights_from_caller())
      return "given by the caller in model_options; they are not copied, and outlive the model";
    if (request_.library.weights == LibraryWeights::file)
      return "in " + comment_text(request_.library.weights_file_name) +
             ", beside the library or where model_options say";
    return "in the library";
  }

  void add_introduction() {
    line("/* {}: a network compiled by fovea. Written by its compiler: changes are lost.\n *",
         comment_text(plan_.name));
    for (const CTensor& tensor : tensors_.inputs)
      line(" *   input   {:<12} {}", tensor.member, described(tensor));
    for (const CTensor& tensor : tensors_.outputs)
      line(" *   output  {:<12} {}", tensor.member, described(tensor));
    line(" *   weights {}", where_weights_are());
    line(" *   library {}, for {}", comment_text(request_.library_name),
         comment_text(request_.target));
    line(" *   link    cc program.c {}{}\n *", comment_text(request_.library_name),
         request_.library_name.ends_with(".so") ? "" : " -lm -pthread");
    add_docs();
    add_sets();
    add_example();
    line(R"( *
 * Threads: a model never changes, and is shared freely. A context serves one run at a time; each
 * thread that runs has its own. A context owns its worker threads and its memory.
 * Memory: tensors are the caller's: dense, row-major (the last extent contiguous), aligned to
 * their elements. No output may overlap another tensor. A run allocates nothing.
 * Errors: a function that makes something returns NULL, and says why in the message of its options;
 * a run returns a status, and {p}_message says why. Nothing is printed, nothing exits.
 * Before the library is unloaded, destroy its contexts and close its models.
 */)");
  }

  // Each line of a text on a line of its own.
  void add_docs() {
    for (const HeaderRequest::OpDoc& doc : request_.docs) {
      line(" * {} (layers: {}):", comment_text(doc.op), comment_text(doc.layers));
      std::istringstream lines(doc.text);
      for (std::string one; std::getline(lines, one);)
        line(" *   {}", comment_text(one));
      line(" *");
    }
  }

  void add_sets() {
    if (sets_ == 1)
      return;
    line(" * It was compiled for {} sets of shapes of its inputs. A run says which shapes it has, "
         "and\n"
         " * gets the code for them, or an error that lists the sets:",
         sets_);
    for (size_t set = 0; set < sets_; ++set) {
      std::string text;
      for (const auto* tensors : {&tensors_.inputs, &tensors_.outputs}) {
        text += tensors == &tensors_.outputs ? " ->" : "";
        for (const CTensor& tensor : *tensors)
          text += " " + tensor.member + " " + to_string(shape_in_set(tensor, set));
      }
      line(" *   {P}_SHAPES_{}{}", set, text);
    }
    line(" *");
  }

  void add_example() {
    line(" * Example:\n *");
    line(" *   #include \"{}\"", comment_text(request_.header_name));
    line(" *   #include <stdio.h>\n *");
    line(" *   int main(void) {{");
    for (const auto* tensors : {&tensors_.inputs, &tensors_.outputs})
      for (const CTensor& tensor : *tensors)
        line(" *     static {} {}[{}_SIZE];", c_type(tensor.value->type.dtype), variable(tensor),
             tensor.macro);
    line(" *     {p}_inputs inputs = {{{}{}}};",
         tensors_.inputs.empty() ? "NULL" : variables(tensors_.inputs),
         sets_ > 1 ? ", " + upper_case(prefix_) + "_SHAPES_0" : "");
    line(" *     {p}_outputs outputs = {{{}}};", variables(tensors_.outputs));
    line(" *     char why[256] = \"\";");
    if (weights_from_caller())
      line(" *     {p}_weights weights = {{0}}; // point every member to its elements");
    line(" *     {p}_model_options options = {{0}};");
    line(" *     options.message = why;\n *     options.message_bytes = sizeof why;");
    if (weights_from_caller())
      line(" *     options.weights = &weights;");
    line(R"( *     {p}_model *model = {p}_model_open(&options);
 *     if (!model) {{
 *       puts(why);
 *       return 1;
 *     }}
 *     {p}_context *context = {p}_context_create(model, NULL);
 *     int status = context ? {p}_run(context, &inputs, &outputs) : FOVEA_ERROR_OUT_OF_MEMORY;
 *     if (status)
 *       puts(context ? {p}_message(context) : {p}_status_name(status));
 *     {p}_context_destroy(context);
 *     {p}_model_close(model);
 *     return status;
 *   }})");
  }

  void add_constants() {
    line(
        "/* Of a tensor: elements, bytes, number of extents, extents as an initialiser (of a scalar"
        " {{1}}),\n * type of the elements. */");
    if (sets_ > 1)
      line("/* ..._SIZE and ..._BYTES are the largest of all sets; those of each have its number. "
           "*/");
    add_constants(tensors_.inputs);
    add_constants(tensors_.outputs);
    if (weights_from_caller())
      add_constants(tensors_.weights);
    line("#define {P}_INPUT_COUNT {}", plan_.inputs.size());
    line("#define {P}_OUTPUT_COUNT {}", plan_.outputs.size());
    line("#define {P}_WEIGHT_COUNT {}\n", plan_.parameters.size());
    if (sets_ > 1)
      add_set_constants();
  }

  void add_set_constants() {
    line("/* The sets of shapes, as initialisers of {p}_shapes. */\n#define {P}_SET_COUNT {}",
         sets_);
    for (size_t set = 0; set < sets_; ++set) {
      std::string shapes;
      for (const CTensor& input : tensors_.inputs)
        if (const Shape shape = shape_in_set(input, set); shape.rank() > 0)
          shapes += (shapes.empty() ? "" : ", ") + initialiser(shape);
      line("#define {P}_SHAPES_{} {{{}}}", set, shapes);
    }
    line("");
  }

  static std::string initialiser(const Shape& shape) {
    std::string extents;
    for (int k = 0; k < shape.rank(); ++k)
      extents += (k ? ", " : "") + std::to_string(shape[k]);
    return "{" + (extents.empty() ? "1" : extents) + "}";
  }

  static Shape shape_in_set(const CTensor& tensor, size_t set) {
    return set ? tensor.other_shapes[set - 1] : tensor.value->type.shape;
  }

  // Of weights there is one shape.
  void add_sizes_of_sets(const CTensor& tensor) {
    const DType dtype = tensor.value->type.dtype;
    int64_t most = 0;
    for (size_t set = 0; set <= tensor.other_shapes.size(); ++set)
      most = std::max(most, shape_in_set(tensor, set).elements());
    line("#define {}_SIZE {}", tensor.macro, most);
    line("#define {}_BYTES {}", tensor.macro, most * size_of(dtype));
    for (size_t set = 0; set <= tensor.other_shapes.size(); ++set) {
      const Shape shape = shape_in_set(tensor, set);
      line("#define {}_SIZE_{} {}", tensor.macro, set, shape.elements());
      line("#define {}_BYTES_{} {}", tensor.macro, set, shape.elements() * size_of(dtype));
      line("#define {}_SHAPE_{} {}", tensor.macro, set, initialiser(shape));
    }
  }

  void add_sizes(const CTensor& tensor) {
    const TensorType& type = tensor.value->type;
    line("#define {}_SIZE {}", tensor.macro, type.shape.elements());
    line("#define {}_BYTES {}", tensor.macro, type.bytes());
    line("#define {}_SHAPE {}", tensor.macro, initialiser(type.shape));
  }

  void add_constants(const std::vector<CTensor>& tensors) {
    for (const CTensor& tensor : tensors) {
      tensor.other_shapes.empty() ? add_sizes(tensor) : add_sizes_of_sets(tensor);
      line("#define {}_RANK {}", tensor.macro, tensor.value->type.shape.rank());
      line("#define {}_DTYPE {}", tensor.macro, c_dtype(tensor.value->type.dtype));
    }
    if (!tensors.empty())
      line("");
  }

  void add_shapes() {
    if (sets_ == 1)
      return;
    line("/* The extents of the inputs. */\ntypedef struct {p}_shapes {{");
    for (const CTensor& input : tensors_.inputs)
      if (const int rank = input.value->type.shape.rank(); rank > 0)
        line("  int64_t {}[{}];", input.member, rank);
    line("}} {p}_shapes;\n");
  }

  void add_structs() {
    add_shapes();
    add_pointers("inputs", "const ", tensors_.inputs);
    add_pointers("outputs", "", tensors_.outputs);
    if (weights_from_caller())
      add_pointers("weights", "const ", tensors_.weights);
    line("/* What a program sees of them is their address. */");
    line("typedef struct {p}_model {p}_model;\ntypedef struct {p}_context {p}_context;\n");
    line("/* Zero means the default, for each member. */");
    line("typedef struct {p}_model_options {{");
    line("  uint64_t struct_size; /* sizeof(struct {p}_model_options), or 0 */");
    if (weights_from_caller())
      line("  const {p}_weights *weights; /* every member set */");
    else
      line("  const void *weights; /* NULL: the library knows its own */");
    if (request_.library.weights == LibraryWeights::file)
      line("  const char *weights_path; /* of the weights file; NULL: {}, in the library's\n"
           "                               folder, or in that of the program it is part of */",
           comment_text(request_.library.weights_file_name));
    else
      line("  const char *weights_path; /* NULL: there is no such file */");
    line(R"(  const fovea_allocator *allocator; /* copied; NULL: the C library's */
  char *message; /* receives why opening failed; may be NULL */
  uint64_t message_bytes;
}} {p}_model_options;
)");
  }

  void add_pointers(const char* name, const char* constness, const std::vector<CTensor>& tensors) {
    line("typedef struct {p}_{} {{", name);
    for (const CTensor& tensor : tensors)
      line("  {}{} *{}; /* {} */", constness, c_type(tensor.value->type.dtype), tensor.member,
           described(tensor));
    if (tensors.empty())
      line("  const void *none; /* NULL: there are none */");
    if (sets_ > 1 && &tensors == &tensors_.inputs)
      line("  {p}_shapes {}; /* one of {P}_SHAPES_0 to {P}_SHAPES_{} */", shapes_member(tensors_),
           sets_ - 1);
    line("}} {p}_{};\n", name);
  }

  void add_functions() {
    line(R"(/* NULL on failure. `options` {}. */
{p}_model *{p}_model_open(const {p}_model_options *options);
/* Contexts that were made before live on. NULL is allowed. */
void {p}_model_close({p}_model *model);

/* Bytes of fovea_context_options.workspace for a context with `threads` threads; 0: the default. */
uint64_t {p}_workspace_size(const {p}_model *model, uint32_t threads);
/* NULL on failure. `options` (fovea_context_options, above) may be NULL: all cores, and the C
 * library's memory. */
{p}_context *{p}_context_create({p}_model *model, const fovea_context_options *options);
/* Ends its threads. NULL is allowed. */
void {p}_context_destroy({p}_context *context);

/* FOVEA_OK, or a status and {p}_message. All pointers are checked before anything is written. */
fovea_status {p}_run({p}_context *context, const {p}_inputs *inputs,
    const {p}_outputs *outputs);
/* Why the last run failed, "" if it did not; until the next run on this context. */
const char *{p}_message(const {p}_context *context);
/* "out of memory"; never NULL. */
const char *{p}_status_name(fovea_status status);

/* For programs that load libraries without knowing them: the table of fovea's C ABI
 * (fovea/runtime/abi.h). FOVEA_OK and *table, or a status, and why in `message` (may be NULL). */
struct fovea_table;
fovea_status {p}_query(uint64_t abi_version, const struct fovea_table **table, char *message,
    uint64_t message_bytes);
)",
         weights_from_caller() ? "hold the weights" : "may be NULL");
  }

  const HeaderRequest& request_;
  const ir::Plan& plan_;
  const std::string& prefix_;
  const CTensors tensors_;
  const size_t sets_; // of shapes
  std::string text_;
};

} // namespace

std::string c_header(const HeaderRequest& request) {
  return CHeader(request).text();
}

} // namespace fovea::emission
