#include "compiler/command/run_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

namespace fovea::command {
namespace {

// The first bytes tell; a file that has none of these goes by its name's ending, and its reader
// finds the words for what is wrong with it.
bool is_image(const std::string& path) {
  char magic[8] = {};
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) // a pipe would wait
    std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  const std::string_view bytes(magic, sizeof magic);
  if (bytes.starts_with("\x89PNG") || bytes.starts_with("\xff\xd8\xff"))
    return true;
  if (bytes.starts_with("\x93NUMPY"))
    return false;
  std::string ending = std::filesystem::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

std::string type_text(DType dtype, std::span<const int64_t> extents) {
  return host::to_string(extents) + " " + std::string(name_of(dtype));
}

std::string type_text(const TensorType& type) {
  return type_text(type.dtype, {type.shape.begin(), type.shape.end()});
}

// "0.5" or "0.485,0.456,0.406".
std::array<double, 3> numbers(const std::string& option, const std::string& text,
                              int64_t channels) {
  std::array<double, 3> values{};
  size_t count = 0;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  const auto refuse = [&] {
    throw CLI::ValidationError(
        option, fmt::format("expected one number, or {} with commas between, got '{}'",
                            channels == 1 ? "two" : std::to_string(channels), text));
  };
  for (;; ++next) {
    double value = 0;
    const auto [stop, error] = std::from_chars(next, end, value);
    if (error != std::errc() || !std::isfinite(value) || count == values.size())
      refuse();
    values[count++] = value;
    next = stop;
    if (next == end)
      break;
    if (*next != ',')
      refuse();
  }
  if (count == 1)
    values.fill(values[0]);
  else if (static_cast<int64_t>(count) != channels)
    refuse();
  return values;
}

// The array under the input's shape, where that has ones in front that the array has not.
bool add_leading_ones(const TensorInfo& input, host::HostTensor& tensor) {
  const std::vector<int64_t> wanted = input.type.shape.to_vector();
  const std::vector<int64_t>& got = tensor.shape();
  if (got.size() + 1 != wanted.size() || wanted.front() != 1 ||
      !std::equal(got.begin(), got.end(), wanted.begin() + 1))
    return false;
  host::HostTensor reshaped = host::HostTensor::uninitialised(tensor.dtype(), wanted);
  std::copy_n(tensor.bytes(), tensor.size_bytes(), reshaped.bytes());
  tensor = std::move(reshaped);
  return true;
}

std::string hint_for(const TensorInfo& input, DType got, const std::vector<int64_t>& shape) {
  const std::string_view wanted = name_of(input.type.dtype);
  if (got == input.type.dtype) {
    const std::vector<int64_t> of_input = input.type.shape.to_vector();
    const bool other_batch = !shape.empty() && shape.size() == of_input.size() &&
                             std::equal(shape.begin() + 1, shape.end(), of_input.begin() + 1);
    return other_batch ? fmt::format("give the model --batch {} (a library: when it is compiled)",
                                     shape.front())
                       : "reshape the array";
  }
  if (wanted == "bf16")
    return "NumPy has no bf16: make the input another type in the model";
  static const std::map<DType, std::string> numpy = {
      {DType::f16, "float16"}, {DType::f32, "float32"}, {DType::f64, "float64"},
      {DType::i8, "int8"},     {DType::u8, "uint8"},    {DType::i32, "int32"},
      {DType::i64, "int64"},   {DType::boolean, "bool"}};
  return "in NumPy: numpy.save(file, array.astype('" + numpy.at(input.type.dtype) + "'))";
}

} // namespace

void RunInputs::add_to(CLI::App& verb) {
  verb.add_option("-i,--input", inputs_,
                  "an input: a NumPy file of its type and shape (a leading 1 may be missing), a "
                  "PNG or a JPEG; repeated for a model with several; NAME= may be left out where "
                  "there is one")
      ->option_text("NAME=FILE")
      ->allow_extra_args(false);
  const auto added = [this](CLI::Option* option, const char* text) {
    of_images_.push_back(option);
    return option->group("Images (of 0 to 255 a sample: (x * scale - mean) / std)")
        ->option_text(text);
  };
  added(verb.add_option("--fit", fit_,
                        "exact: the image must have the input's size; stretch: resized to it; "
                        "crop: resized until it covers it, then its centre (default: exact)"),
        "exact|stretch|crop")
      ->check(CLI::IsMember({"exact", "stretch", "crop"}));
  added(verb.add_option("--shorter-side", shorter_side_,
                        "with --fit crop: what the shorter side is resized to before the centre is "
                        "cut out, as 256 for 224x224 (default: just what covers the input)"),
        "N")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
  added(verb.add_option("--scale", scale_, "what samples are multiplied by (default: 1/255)"), "X");
  added(verb.add_option("--mean", mean_, "subtracted then, from all channels or each (default: 0)"),
        "M|R,G,B");
  added(verb.add_option("--std", std_, "divided by then (default: 1)"), "S|R,G,B");
  added(verb.add_flag("--bgr", bgr_, "channels are blue, green, red; so --mean and --std"), "");
}

std::string RunInputs::list_of(const std::vector<Described>& inputs) {
  std::string text;
  for (const Described& input : inputs)
    text += (text.empty() ? "" : ", ") + input.name + " " + input.text;
  return text;
}

// The file of each input, in their order.
std::vector<std::string> RunInputs::files_of(const std::vector<Described>& inputs) const {
  std::vector<std::string> files(inputs.size());
  for (const std::string& given : inputs_) {
    const std::optional<NameAndValue> parts = name_and_value(given);
    auto input = inputs.end();
    if (parts)
      input = std::ranges::find(inputs, parts->name, &Described::name);
    std::string file = input == inputs.end() ? given : parts->value;
    std::error_code ignored;
    const bool named = parts && !std::filesystem::exists(given, ignored);
    if (input == inputs.end() && inputs.size() == 1 && !named)
      input = inputs.begin();
    if (input == inputs.end())
      throw Error(
          {.what = parts ? "--input " + given + ": the model has no input '" + parts->name + "'"
                         : "--input " + given + ": which input is it?",
           .expected = "NAME=FILE, where NAME is one of: " + list_of(inputs)});
    std::string& place = files[static_cast<size_t>(input - inputs.begin())];
    if (file.empty() || !place.empty())
      throw Error({.what = "--input " + given + ": input '" + input->name + "' " +
                           (file.empty() ? "has no file" : "is given twice: " + place)});
    place = std::move(file);
  }
  std::vector<Described> missing;
  for (size_t k = 0; k < inputs.size(); ++k)
    if (files[k].empty())
      missing.push_back(inputs[k]);
  if (!missing.empty())
    throw Error({.what = "no file is given for input " + list_of(missing),
                 .hint = "give it with --input " + missing.front().name + "=FILE.npy"});
  return files;
}

host::ImageOptions RunInputs::image_options(const TensorInfo& input,
                                            const std::string& path) const {
  using Fit = host::ImageOptions::Fit;
  const Shape& shape = input.type.shape;
  const int64_t channels = shape.rank() == 4 ? shape[1] : 0;
  if (input.type.dtype != DType::f32 || shape.rank() != 4 || shape[0] != 1 ||
      (channels != 1 && channels != 3))
    throw Error({.what = path + ": an image is no value for input '" + input.name + "'",
                 .expected = "an input [1, 3, height, width] f32, or with 1 channel",
                 .got = type_text(input.type),
                 .hint = "give a NumPy file"});
  host::ImageOptions options{.channels = channels, .height = shape[2], .width = shape[3]};
  options.scale = scale_;
  options.fit = fit_ == "exact" ? Fit::exact : fit_ == "crop" ? Fit::crop : Fit::stretch;
  options.shorter_side = shorter_side_;
  options.order = bgr_ ? host::ImageOptions::Order::bgr : host::ImageOptions::Order::rgb;
  if (!mean_.empty())
    options.mean = numbers("--mean", mean_, channels);
  if (!std_.empty())
    options.std = numbers("--std", std_, channels);
  return options;
}

host::HostTensor RunInputs::read_file(const TensorInfo& input, const std::string& path) const {
  if (is_image(path))
    return host::read_image(path, image_options(input, path));
  host::HostTensor tensor = host::read_npy(path);
  const auto dtype = static_cast<DType>(tensor.dtype());
  const std::string got = type_text(dtype, tensor.shape());
  if (dtype == input.type.dtype && add_leading_ones(input, tensor))
    std::fprintf(stderr, "note: %s: %s is taken as input '%s' %s\n", path.c_str(), got.c_str(),
                 input.name.c_str(), type_text(input.type).c_str());
  if (dtype != input.type.dtype || tensor.shape() != input.type.shape.to_vector())
    throw Error({.what = path + ": the array is no value for input '" + input.name + "'",
                 .expected = type_text(input.type),
                 .got = got,
                 .hint = hint_for(input, dtype, tensor.shape())});
  return tensor;
}

host::TensorMap RunInputs::read(const Signature& signature) const {
  std::vector<Described> inputs;
  for (const TensorInfo& input : signature.inputs)
    inputs.push_back({input.name, type_text(input.type)});
  const std::vector<std::string> files = files_of(inputs);
  const auto given = std::ranges::find_if(of_images_, [](auto* o) { return o->count() > 0; });
  if (given != of_images_.end() && std::ranges::none_of(files, is_image))
    throw CLI::ValidationError((*given)->get_name(), "is for images, and no input is one");
  host::TensorMap tensors;
  for (size_t k = 0; k < files.size(); ++k)
    tensors.emplace(signature.inputs[k].name, read_file(signature.inputs[k], files[k]));
  return tensors;
}

// "?x3x224x224"
static std::string open_text(const OpenInput& input) {
  if (!input.extents)
    return "of any shape";
  std::string text;
  for (const int64_t extent : *input.extents)
    text += (text.empty() ? "" : "x") + (extent < 0 ? "?" : std::to_string(extent));
  return text.empty() ? "scalar" : text;
}

// Of one image; none where its size is open, which the image's own need not be.
static std::optional<Shape> shape_of_image(const OpenInput& input) {
  if (!input.extents || input.extents->empty())
    return std::nullopt;
  Shape shape(*input.extents);
  if (shape[0] < 0)
    shape[0] = 1;
  if (std::ranges::count(shape, -1) > 0)
    return std::nullopt;
  return shape;
}

static FileType type_of_array(const OpenInput& input, const std::string& path) {
  const host::HostTensor array = host::read_npy(path);
  const std::vector<int64_t>& got = array.shape();
  const auto dtype = static_cast<DType>(array.dtype());
  if (!input.extents)
    return {Shape(got), dtype, path};
  std::vector<int64_t> shape = got;
  if (got.size() + 1 == input.extents->size() && input.extents->front() <= 1)
    shape.insert(shape.begin(), 1); // it may be missing
  bool fits = shape.size() == input.extents->size();
  for (size_t k = 0; fits && k < shape.size(); ++k)
    fits = shape[k] > 0 && ((*input.extents)[k] < 0 || (*input.extents)[k] == shape[k]);
  if (!fits)
    throw Error({.what = path + ": the array is no value for input '" + input.name + "'",
                 .expected = std::ranges::count(shape, 0) ? "extents >= 1" : open_text(input),
                 .got = host::to_string(got),
                 .hint = std::ranges::count(shape, 0) ? "" : "reshape the array"});
  return {Shape(shape), dtype, path};
}

FileTypes RunInputs::types(const std::vector<OpenInput>& inputs) const {
  std::vector<Described> described;
  for (const OpenInput& input : inputs)
    described.push_back({input.name, open_text(input)});
  const std::vector<std::string> files = files_of(described);
  FileTypes types;
  for (size_t k = 0; k < inputs.size(); ++k)
    if (!is_image(files[k]))
      types.insert({inputs[k].name, type_of_array(inputs[k], files[k])});
    else if (const std::optional<Shape> shape = shape_of_image(inputs[k]))
      types.insert({inputs[k].name, {*shape, std::nullopt, files[k]}});
  return types;
}

} // namespace fovea::command
