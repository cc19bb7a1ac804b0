#include "compiler/command/model_source.hpp"

#include "compiler/command/equation_model.hpp"

#include <fovea/filters.hpp>
#include <fovea/graph/fully_convolutional.hpp>
#include <fovea/model_file.hpp>
#include <fovea/zoo.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace fovea::command {

static constexpr std::string_view zoo_prefix = "zoo:", filter_prefix = "filter:";
static constexpr const char* group = "Model";

void ModelSource::add_to(CLI::App& verb, bool library_too) {
  if (!make_)
    verb.add_option(library_too ? "MODEL|LIB.so" : "MODEL", model_,
                    library_too ? "model file (.onnx, .mlir), zoo:NAME, filter:NAME, equations as "
                                  "'Z(i) = sum(m)(x(i + m) * w(m))', or an emitted library"
                                : "model file (.onnx, .mlir), zoo:NAME, filter:NAME, or equations "
                                  "as 'Z(i) = sum(m)(x(i + m) * w(m))'")
        ->required();
  CLI::Option* load = verb.add_option("--load", weights_,
                                      make_ ? "weights: a safetensors file (default: the program's)"
                                            : "weights: a safetensors file (default: the one "
                                              "beside MODEL)")
                          ->option_text("FILE")
                          ->group(group);
  verb.add_option("--random", seed_, "small random weights of this seed")
      ->option_text("SEED")
      ->group(group)
      ->excludes(load);
  verb.add_option("--batch", batch_, "leading extent of every input (default: the model's)")
      ->option_text("N")
      ->group(group)
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 20));
  verb.add_option("--slide", slides_,
                  "let a classifier slide over a larger input: its dense layers over feature maps "
                  "become convolutions, its answers maps")
      ->option_text("NAME=1x3x384x512")
      ->group(group)
      ->allow_extra_args(false);
  if (make_)
    return;
  verb.add_option(
          "--shape", shapes_,
          "of a .onnx model, equations or filters: the shape of an input whose extents they leave "
          "open; for a library of several sets of shapes once for each: the k-th of an "
          "input is the "
          "k-th set's, a single one all sets'; of equations and filters with an element type "
          "behind it, 480x640xu8 (default: the file's, f32)")
      ->option_text("NAME=1x3x224x224")
      ->group(group)
      ->allow_extra_args(false);
  verb.add_option("--range", ranges_, "of equations: how far an index goes, from 0 to N - 1")
      ->option_text("INDEX=N")
      ->group(group)
      ->allow_extra_args(false);
  verb.add_option("--fix", fixed_,
                  "of a .onnx model: the value of an input that the network must know, as a shape")
      ->option_text("NAME=F.npy")
      ->group(group)
      ->allow_extra_args(false);
}

bool ModelSource::is_library() const {
  char magic[4] = {};
  std::error_code ignored;
  if (std::filesystem::is_regular_file(model_, ignored))
    std::ifstream(model_, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "\x7f"
                                                  "ELF" ||
         model_.ends_with(".so");
}

bool ModelSource::is_equations() const {
  return is_equation(model_);
}

bool ModelSource::is_filters() const {
  return model_.starts_with(filter_prefix);
}

std::string ModelSource::take_layer() {
  const size_t start = model_.starts_with(zoo_prefix) ? zoo_prefix.size()
                       : is_filters()                 ? filter_prefix.size()
                                                      : 0;
  const size_t colon = model_.find(':', start);
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(model_, ignored) || is_equation(model_))
    return {};
  std::string layer = model_.substr(colon + 1);
  model_.erase(colon);
  return layer;
}

std::string ModelSource::only_for_networks() const {
  return seed_ ? "--random" : batch_ ? "--batch" : slides_.empty() ? "" : "--slide";
}

bool has_weights(const Network& network) {
  for (int parameter : network.parameters())
    if (!network.weight(parameter).data)
      return false;
  return true;
}

static bool is_onnx(const std::string& model) {
  return std::filesystem::path(model).extension() == ".onnx";
}

static NameAndValue name_and_value(const char* option, const std::string& text) {
  std::optional<NameAndValue> parts = name_and_value(text);
  if (!parts || parts->name.empty())
    throw CLI::ValidationError(option, "expected NAME=VALUE, got '" + text + "'");
  return *std::move(parts);
}

// Cuts the element type off "480x640xu8"; none where there is no such end.
static std::optional<DType> cut_element_type(std::string& text) {
  const size_t last = text.rfind('x');
  DType dtype{};
  if (last == std::string::npos || !parse(std::string_view(text).substr(last + 1), dtype))
    return std::nullopt;
  text.resize(last);
  return dtype;
}

// "1x3x224x224".
static Shape parse_shape(const char* option, const std::string& text) {
  std::vector<int64_t> extents;
  const char *at = text.data(), *const end = at + text.size();
  while (true) {
    int64_t extent = 0;
    const auto [next, error] = std::from_chars(at, end, extent);
    if (error != std::errc() || extent < 1 || extents.size() >= size_t{max_rank})
      throw CLI::ValidationError(option,
                                 "expected extents such as 1x3x224x224, got '" + text + "'");
    extents.push_back(extent);
    if (next == end)
      return Shape(extents);
    if (*next != 'x')
      throw CLI::ValidationError(option,
                                 "expected extents such as 1x3x224x224, got '" + text + "'");
    at = next + 1;
  }
}

std::vector<Shapes> ModelSource::sets() const {
  std::map<std::string, std::vector<Shape>> given;
  std::string most; // the input that is given most often
  for (const std::string& text : shapes_) {
    auto [name, shape] = name_and_value("--shape", text);
    if (cut_element_type(shape) && !is_equations() && !is_filters())
      throw CLI::ValidationError("--shape", "'" + text +
                                                "': only equations and filters leave element "
                                                "types open; expected extents alone");
    given[name].push_back(parse_shape("--shape", shape));
    if (most.empty() || given[name].size() > given[most].size())
      most = name;
  }
  std::vector<Shapes> sets(most.empty() ? 1 : given[most].size());
  for (const auto& [name, shapes] : given) {
    if (shapes.size() != 1 && shapes.size() != sets.size())
      throw CLI::ValidationError(
          "--shape", fmt::format("'{}' is given {} times and '{}' {} times: expected once for each "
                                 "set of shapes, or once for all",
                                 name, shapes.size(), most, sets.size()));
    for (size_t k = 0; k < sets.size(); ++k)
      sets[k][name] = shapes[shapes.size() == 1 ? 0 : k];
  }
  return sets;
}

ElementTypes ModelSource::element_types() const {
  ElementTypes types;
  for (const std::string& text : shapes_) {
    auto [name, shape] = name_and_value("--shape", text);
    if (const std::optional<DType> dtype = cut_element_type(shape))
      if (const auto [known, is_new] = types.emplace(name, *dtype); known->second != *dtype)
        throw CLI::ValidationError("--shape",
                                   fmt::format("'{}' is {} and {}: expected one type", name,
                                               name_of(known->second), name_of(*dtype)));
  }
  return types;
}

Shapes ModelSource::shapes() const {
  const std::vector<Shapes> all = sets();
  if (all.size() > 1)
    throw CLI::ValidationError("--shape",
                               fmt::format("it gives {} sets of shapes: expected one, since only "
                                           "a library holds several (fovea compile -o)",
                                           all.size()));
  return all.front();
}

const OnnxModel& ModelSource::onnx() const {
  if (!onnx_)
    onnx_.emplace(model_, nowhere);
  return *onnx_;
}

// Adds what the inputs' files say to the shapes that the command line gives.
static void add_shapes(Shapes& shapes, const std::vector<OpenInput>& inputs, const FileTypes& files,
                       int64_t batch) {
  for (const OpenInput& input : inputs) {
    const auto file = files.find(input.name);
    if (file == files.end())
      continue;
    const auto& [shape, dtype, path] = file->second;
    const auto refuse = [&](const std::string& option, const std::string& expected) {
      throw Error({.what = fmt::format("{}: the array has another shape than {} gives input '{}'",
                                       path, option, input.name),
                   .expected = expected,
                   .got = to_string(shape),
                   .hint = fmt::format("leave out {}, or give another file", option)});
    };
    if (const auto given = shapes.find(input.name); given != shapes.end()) {
      if (given->second != shape)
        refuse("--shape", to_string(given->second));
      continue;
    }
    if (batch && input.extents && !input.extents->empty() && input.extents->front() < 0 &&
        !shape.empty() && shape[0] != batch)
      refuse("--batch", fmt::format("a leading extent of {}", batch));
    if (!input.extents || std::ranges::count(*input.extents, -1) > 0)
      shapes[input.name] = shape;
  }
}

// The same of equations and filters, with element types.
static void add_types(Shapes& shapes, ElementTypes& element_types,
                      const std::vector<OpenInput>& inputs, const FileTypes& files) {
  add_shapes(shapes, inputs, files, 0);
  for (const auto& [name, file] : files)
    if (file.dtype)
      element_types.emplace(name, *file.dtype);
}

Network ModelSource::read_onnx(Shapes shapes, const ReadTypes& read_types) const {
  LoadOptions options;
  for (const std::string& text : fixed_) {
    const auto [name, file] = name_and_value("--fix", text);
    options.fixed.insert_or_assign(name, host::read_npy(file));
  }
  options.batch = batch_.value_or(0);
  std::vector<OpenInput> inputs = onnx().inputs();
  std::erase_if(inputs, [&](const OpenInput& input) { return options.fixed.contains(input.name); });
  if (read_types)
    add_shapes(shapes, inputs, read_types(inputs), options.batch);
  options.shapes = std::move(shapes);
  return onnx().network(options, nowhere);
}

Network ModelSource::read_equations(Shapes shapes, const ReadTypes& read_types) const {
  if (!fixed_.empty() || batch_)
    throw CLI::ValidationError(batch_ ? "--batch" : "--fix", "equations have no use for it");
  std::map<std::string, int64_t> ranges;
  for (const std::string& text : ranges_) {
    const auto [name, number] = name_and_value("--range", text);
    int64_t extent = 0;
    const char* const end = number.data() + number.size();
    const auto [next, error] = std::from_chars(number.data(), end, extent);
    if (error != std::errc() || next != end || extent < 1)
      throw CLI::ValidationError("--range", "expected a number from 1, got '" + number + "'");
    if (const auto [known, is_new] = ranges.emplace(name, extent); known->second != extent)
      throw CLI::ValidationError("--range", fmt::format("'{}' is {} and {}: expected one extent",
                                                        name, known->second, extent));
  }
  const Equations equations(model_);
  const std::vector<OpenInput> inputs = open_inputs(equations);
  ElementTypes types = element_types();
  if (read_types)
    add_types(shapes, types, inputs, read_types(inputs));
  return network_of(equations, shapes, types, ranges);
}

Network ModelSource::read_filters(Shapes shapes, const ReadTypes& read_types) const {
  if (!fixed_.empty() || !ranges_.empty())
    throw CLI::ValidationError(ranges_.empty() ? "--fix" : "--range", "filters have no use for it");
  const Block filters =
      filters::parse(std::string_view(model_).substr(filter_prefix.size()), nowhere);
  const std::vector<OpenInput> inputs = {{"image", std::nullopt}};
  ElementTypes types = element_types();
  if (read_types)
    add_types(shapes, types, inputs, read_types(inputs));
  for (const auto& [name, shape] : shapes)
    if (name != "image")
      throw CLI::ValidationError("--shape", "filters have no input '" + name + "', but 'image'");
  if (shapes.empty())
    throw Error({.what = "the shape of 'image' is not known",
                 .expected = "a shape such as 1x3x480x640 (a picture) or 480x640",
                 .hint = "give it with --shape image=1x3x480x640, or an array with --input "
                         "image=F.npy"});
  Network network("filters", nowhere);
  const DType dtype = types.emplace("image", DType::f32).first->second;
  const Tensor<> image = network.input("image", shapes.at("image"), dtype, nowhere);
  network.output("result", filters(image), nowhere);
  return network;
}

Network ModelSource::read(const Shapes& shapes, const ReadTypes& read_types) const {
  if (make_)
    return make_();
  if (is_filters())
    return read_filters(shapes, read_types);
  if (is_equation(model_))
    return read_equations(shapes, read_types);
  if (!ranges_.empty())
    throw CLI::ValidationError("--range", "is for equations, and " + model_ + " is a file");
  if (is_onnx(model_))
    return read_onnx(shapes, read_types);
  if (!shapes_.empty() || !fixed_.empty())
    throw CLI::ValidationError(shapes_.empty() ? "--fix" : "--shape",
                               "only a .onnx model or an equation leaves something open");
  return model_.starts_with(zoo_prefix)
             ? zoo_network(std::string_view(model_).substr(zoo_prefix.size()), 1, nowhere)
             : load_network(model_, {}, nowhere);
}

Network ModelSource::network(Need need, const ReadTypes& read_types) const {
  return with_weights(read(shapes(), read_types), need);
}

std::vector<Network> ModelSource::networks(Need need) const {
  std::vector<Network> networks;
  for (const Shapes& shapes : sets())
    networks.push_back(with_weights(read(shapes, {}), need));
  return networks;
}

Network ModelSource::with_weights(Network network, Need need) const {
  if (batch_)
    network = with_batch(network, *batch_, nowhere);
  if (!weights_.empty())
    network.load(weights_, nowhere);
  else if (seed_)
    network.randomize(*seed_);
  if (need == Need::weights && !has_weights(network)) {
    if (!model_.starts_with(zoo_prefix))
      throw Error({.what = (make_ ? network.name() : model_) + ": the model has no weights",
                   .expected = make_ ? "" : "a .safetensors file beside it",
                   .hint = "give one with --load FILE, or try random weights with --random 0"});
    std::fprintf(stderr, "note: %s has random weights of seed 0; give trained ones with --load\n",
                 model_.c_str());
    network.randomize(0);
  }
  return slides_.empty() ? network : sliding(network);
}

Network ModelSource::sliding(const Network& network) const {
  Shapes shapes;
  for (const std::string& text : slides_) {
    const auto [name, shape] = name_and_value("--slide", text);
    if (!shapes.emplace(name, parse_shape("--slide", shape)).second)
      throw Error({.what = "--slide: input '" + name + "' is given twice",
                   .expected = "one shape for each input",
                   .got = text});
  }
  return fully_convolutional(network, shapes, nowhere);
}

} // namespace fovea::command
