#include "compiler/emit/c_header.hpp"
#include "compiler/emit/c_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::emission {
namespace {

// [p]: the prefix; [c header]: its name; the others: see cpp_header.
constexpr const char* head =
    R"(// [about]: C++17 over [c header], which says what it is. Written by fovea: changes are lost.
#ifndef FOVEA_EMITTED_[p]_HPP
#define FOVEA_EMITTED_[p]_HPP

#include "[c header]"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
[string header]
#include <initializer_list>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace [p] {

// A call that failed; what() says why. `code` is FOVEA_ERROR_INVALID_ARGUMENT where no model or
// context could be made.
struct Error : std::runtime_error {
  Error(fovea_status status, const std::string& why) : std::runtime_error(why), code(status) {}
  fovea_status code;
};

// A caller's elements: a std::array, std::vector or C array, or a pointer and how many they are, or
// a pointer and a shape. They are not copied.
template <class T>
class Tensor {
 public:
  template <class Array, class = std::enable_if_t<std::is_convertible_v<
                             decltype(std::data(std::declval<Array&>())), T*>>>
  Tensor(Array&& array) : data_(std::data(array)), size_(std::size(array)) {}
  Tensor(T* data, std::size_t size) : data_(data), size_(size) {}
  Tensor(T* data, std::initializer_list<std::int64_t> shape)
      : Tensor(data, shape.begin(), shape.size()) {}
  Tensor(T* data, const std::vector<std::int64_t>& shape)
      : Tensor(data, shape.data(), shape.size()) {}

  // The elements, if they are as many as `size`, and in that shape where they have one.
  T* checked(const char* name, std::size_t size, std::size_t rank,
             std::initializer_list<std::int64_t> shape) const {
    if (has_shape_ && rank_ != rank)
      fail(FOVEA_ERROR_WRONG_RANK, name, std::to_string(rank) + " extents",
           std::to_string(rank_));
    if (has_shape_ && !std::equal(extents_.begin(), extents_.begin() + rank_, shape.begin()))
      fail(FOVEA_ERROR_WRONG_SHAPE, name, text(shape.begin(), rank), text(extents_.data(), rank_));
    if (!has_shape_ && size_ != size)
      fail(FOVEA_ERROR_WRONG_SHAPE, name, std::to_string(size) + " elements",
           std::to_string(size_));
    return data_;
  }
[shape]

 private:
  Tensor(T* data, const std::int64_t* extents, std::size_t rank)
      : data_(data), rank_(rank), has_shape_(true) {
    std::copy_n(extents, std::min(rank, extents_.size()), extents_.begin());
  }
  [[noreturn]] static void fail(fovea_status code, const char* name, const std::string& expected,
                                const std::string& got) {
    throw Error(code, std::string("[p]: '") + name + "': expected " + expected + ", got " + got);
  }
  static std::string text(const std::int64_t* extents, std::size_t rank) {
    std::string text = "shape [";
    for (std::size_t k = 0; k < rank; ++k)
      text += (k ? "x" : "") + std::to_string(extents[k]);
    return text + "]";
  }

  T* data_;
  std::size_t size_ = 0;
  std::array<std::int64_t, 12> extents_{}; // no tensor has more
  std::size_t rank_ = 0;
  bool has_shape_ = false;
};

// Shared freely among threads.
class Model {
 public:
[constructors]
  // Of fovea_context_options.workspace, in bytes.
  std::uint64_t workspace_size(std::uint32_t threads = 0) const {
    return ::[p]_workspace_size(model_.get(), threads);
  }
  ::[p]_model* get() const { return model_.get(); }

 private:
  static ::[p]_model* open(::[p]_model_options options) {
    char why[1024] = "";
    options.message = why;
    options.message_bytes = sizeof why;
    if (::[p]_model* model = ::[p]_model_open(&options))
      return model;
    throw Error(FOVEA_ERROR_INVALID_ARGUMENT, why);
  }
  struct Close {
    void operator()(::[p]_model* model) const { ::[p]_model_close(model); }
  };
  std::unique_ptr<::[p]_model, Close> model_;
};

// Serves one run at a time: one for each thread that runs.
class Context {
 public:
  // `threads`: 0 for all cores. For an executor, memory or a profiler of one's own, the options.
  explicit Context(const Model& model, std::uint32_t threads = 0)
      : Context(model, with_threads(threads)) {}
  Context(const Model& model, fovea_context_options options) : context_(create(model, options)) {}

)";

constexpr const char* tail = R"(
  ::[p]_context* get() const { return context_.get(); }

 private:
  static fovea_context_options with_threads(std::uint32_t threads) {
    fovea_context_options options{};
    options.threads = threads;
    return options;
  }
  static ::[p]_context* create(const Model& model, fovea_context_options options) {
    char why[1024] = "";
    options.message = why;
    options.message_bytes = sizeof why;
    if (::[p]_context* context = ::[p]_context_create(model.get(), &options))
      return context;
    throw Error(FOVEA_ERROR_INVALID_ARGUMENT, why);
  }
  struct Destroy {
    void operator()(::[p]_context* context) const { ::[p]_context_destroy(context); }
  };
  std::unique_ptr<::[p]_context, Destroy> context_;
};

} // namespace [p]
#endif // FOVEA_EMITTED_[p]_HPP
)";

// Of a tensor, where shapes pick what runs.
constexpr const char* copy_shape = R"(  T* data() const { return data_; }
  void copy_shape(const char* name, std::int64_t* extents, std::size_t rank) const {
    if (!has_shape_ || rank_ != rank)
      fail(FOVEA_ERROR_WRONG_RANK, name, "a shape of " + std::to_string(rank) + " extents",
           has_shape_ ? std::to_string(rank_) : "none");
    std::copy_n(extents_.begin(), rank, extents);
  }
)";

constexpr const char* constructors_own =
    R"(  explicit Model(const ::[p]_model_options& options = {}) : model_(open(options)) {}
)";
constexpr const char* constructors_file =
    R"(  explicit Model(const std::string& weights_path) : model_(open(with_path(weights_path))) {}

 private:
  static ::[p]_model_options with_path(const std::string& path) {
    ::[p]_model_options options{};
    options.weights_path = path.c_str();
    return options;
  }

 public:
)";
constexpr const char* constructors_caller =
    R"(  // Every member set; what they point to outlives the model.
  explicit Model(const ::[p]_weights& weights, ::[p]_model_options options = {})
      : model_(open(with_weights(weights, options))) {}

 private:
  static ::[p]_model_options with_weights(const ::[p]_weights& weights,
                                          ::[p]_model_options options) {
    options.weights = &weights;
    return options;
  }

 public:
)";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

// Names of the C++ header that an argument would hide.
std::string argument(const CTensor& tensor) {
  for (const char* name : {"Tensor", "Error", "Model", "Context", "Close", "Destroy"})
    if (tensor.member == name)
      return tensor.member + "_";
  return tensor.member;
}

std::string quoted(const std::string& text) {
  return '"' + replaced(comment_text(text), "\"", "'") + '"';
}

// "Tensor<const float> image": all inputs, then all outputs.
std::string run_parameters(const CTensors& tensors) {
  std::string parameters;
  const auto add = [&](const std::vector<CTensor>& list, const char* constness) {
    for (const CTensor& tensor : list)
      parameters += fmt::format("{}Tensor<{}{}> {}", parameters.empty() ? "" : ", ", constness,
                                c_type(tensor.value->type.dtype), argument(tensor));
  };
  add(tensors.inputs, "const ");
  add(tensors.outputs, "");
  return parameters;
}

// Inputs say their shapes; outputs are those of the set that they ask for.
std::string run_method_of_sets(const CTensors& tensors, size_t sets) {
  std::string pointers, shapes, cases, known;
  for (const CTensor& input : tensors.inputs) {
    pointers += argument(input) + ".data(), ";
    if (input.value->type.shape.rank() > 0)
      shapes +=
          fmt::format("    {}.copy_shape({}, inputs_.{}.{}, {}_RANK);\n", argument(input),
                      quoted(input.value->name), shapes_member(tensors), input.member, input.macro);
  }
  for (size_t set = 0; set < sets; ++set) {
    std::string outputs;
    for (const CTensor& output : tensors.outputs)
      outputs += fmt::format("{0}{1}.checked({2}, {3}_SIZE_{4}, {3}_RANK, {3}_SHAPE_{4})",
                             outputs.empty() ? "" : ", ", argument(output),
                             quoted(output.value->name), output.macro, set);
    cases +=
        fmt::format("    if (set_ == {})\n      return run_set(inputs_, {{{}}});\n", set, outputs);
    known += fmt::format("{}[P]_SHAPES_{}", set ? ", " : "", set);
  }
  return fmt::format(
      R"(  // In this order: inputs, then outputs. The inputs' shapes pick the set, and are given as in
  // Tensor(data, {{1, 3, 224, 224}}).
  void run({0}) {{
    ::[p]_inputs inputs_ = {{{1}{{}}}};
{2}    const std::size_t set_ = set_of(inputs_.{3});
{4}    run_set(inputs_, {{}}); // is refused, with a list of the sets
  }}

 private:
  static std::size_t set_of(const ::[p]_shapes& shapes) {{
    static const ::[p]_shapes sets[] = {{{5}}};
    std::size_t set = 0;
    while (set < [P]_SET_COUNT && std::memcmp(&sets[set], &shapes, sizeof shapes) != 0)
      ++set;
    return set;
  }}
  void run_set(const ::[p]_inputs& inputs, const ::[p]_outputs& outputs) {{
    if (const ::fovea_status status = ::[p]_run(context_.get(), &inputs, &outputs))
      throw Error(status, ::[p]_message(context_.get()));
  }}

 public:
)",
      run_parameters(tensors), pointers, shapes, shapes_member(tensors), cases, known);
}

// The method with an argument for each tensor.
std::string run_method(const CTensors& tensors) {
  std::string inputs, outputs;
  const auto add = [&](const CTensor& tensor, std::string& checked) {
    checked += fmt::format("{0}\n        {1}.checked({2}, {3}_SIZE, {3}_RANK, {3}_SHAPE)",
                           checked.empty() ? "" : ",", argument(tensor), quoted(tensor.value->name),
                           tensor.macro);
  };
  for (const CTensor& tensor : tensors.inputs)
    add(tensor, inputs);
  for (const CTensor& tensor : tensors.outputs)
    add(tensor, outputs);
  return fmt::format(R"(  // In this order: {}.
  void run({}) {{
    const ::[p]_inputs inputs_ = {{{}}};
    const ::[p]_outputs outputs_ = {{{}}};
    if (const ::fovea_status status_ = ::[p]_run(context_.get(), &inputs_, &outputs_))
      throw Error(status_, ::[p]_message(context_.get()));
  }}
)",
                     tensors.inputs.empty() ? "outputs" : "inputs, then outputs",
                     run_parameters(tensors), inputs.empty() ? "nullptr" : inputs, outputs);
}

std::string constructors(const Library& library) {
  if (library.weights == LibraryWeights::caller && !library.plan.parameters.empty())
    return constructors_caller;
  if (library.weights == LibraryWeights::file)
    return std::string(constructors_own) + constructors_file;
  return constructors_own;
}

} // namespace

std::string cpp_header(const HeaderRequest& request) {
  const Library& library = request.library;
  const CTensors tensors = name_tensors(library.plan, library.prefix, library.other_sets);
  const size_t sets = 1 + library.other_sets.size();
  std::string text =
      head + (sets > 1 ? run_method_of_sets(tensors, sets) : run_method(tensors)) + tail;
  text = replaced(text, "[shape]\n", sets > 1 ? copy_shape : "");
  text = replaced(text, "[string header]\n", sets > 1 ? "#include <cstring>\n" : "");
  text = replaced(text, "[constructors]\n", constructors(library));
  text = replaced(text, "[about]", comment_text(library.plan.name));
  text = replaced(text, "[c header]", request.header_name);
  text = replaced(text, "[P]", upper_case(library.prefix));
  return replaced(text, "[p]", library.prefix);
}

} // namespace fovea::emission
