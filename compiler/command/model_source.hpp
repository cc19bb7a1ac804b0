#pragma once
#include "compiler/command/command.hpp"

#include <fovea/any_shape_model.hpp>
#include <fovea/graph/network.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fovea::command {

// What a verb needs of weights.
enum class Need { shapes_only, weights };

// What a file of the user's says of the tensor that it holds.
struct FileType {
  Shape shape;
  std::optional<DType> dtype; // none: an image, which becomes whatever is wanted
  std::string file;
};
// What the files say of a model's inputs, by name; inputs whose files leave it open are missing.
using FileTypes = std::map<std::string, FileType>;
using ReadTypes = std::function<FileTypes(const std::vector<OpenInput>&)>;
// Of inputs whose element types are open, by name.
using ElementTypes = std::map<std::string, DType>;

// Are all its weights given?
bool has_weights(const Network& network);

// The argument MODEL, and the options that say where its weights come from and how large a batch
// is.
class ModelSource {
 public:
  // In a program that makes the network itself there is no argument.
  explicit ModelSource(std::function<Network()> make = {}) : make_(std::move(make)) {}

  // `library_too`: MODEL may be a LIB.so as well.
  void add_to(CLI::App& verb, bool library_too = false);
  // For MODEL:LAYER: cuts the layer off the argument and returns it; empty where there is none.
  std::string take_layer();

  const std::string& name() const { return model_; } // as given; may be empty
  // Is it an emitted library? By its contents (ELF), else by its ending .so.
  bool is_library() const;
  bool is_equations() const;
  bool is_filters() const;
  const std::string& weights_file() const { return weights_; } // --load; may be empty
  // "--random", "--batch" or "--slide" where it was given, which libraries have no use for; else
  // empty.
  std::string only_for_networks() const;
  // Reads the model. Where weights are needed and there are none, a network of the zoo gets random
  // ones of seed 0, and standard error says so; a file's network is refused. Extents that a model
  // leaves open come from --shape, else from the files of the inputs where there are such; so do
  // the element types of equations and filters. Throws Error; CLI::ValidationError where --shape
  // gives several sets.
  Network network(Need need, const ReadTypes& read_types = {}) const;
  // The same for each set of shapes: the k-th --shape of an input belongs to the k-th set, and one
  // that is given once to all. One set where there is no --shape.
  std::vector<Network> networks(Need need) const;
  // --shape, of a single set.
  Shapes shapes() const;

 private:
  std::vector<Shapes> sets() const;
  // As --shape says them. Throws CLI::ValidationError where it says two of one input.
  ElementTypes element_types() const;
  const OnnxModel& onnx() const;
  Network read(const Shapes& shapes, const ReadTypes& read_types) const;
  Network read_equations(Shapes shapes, const ReadTypes& read_types) const;
  Network read_filters(Shapes shapes, const ReadTypes& read_types) const;
  Network read_onnx(Shapes shapes, const ReadTypes& read_types) const;
  Network with_weights(Network network, Need need) const;
  Network sliding(const Network& network) const;

  std::function<Network()> make_;
  std::string model_;
  std::string weights_;                              // --load
  std::optional<uint64_t> seed_;                     // --random
  std::optional<int64_t> batch_;                     // --batch
  std::vector<std::string> shapes_, ranges_, fixed_; // --shape, --range, --fix
  std::vector<std::string> slides_;                  // --slide
  mutable std::optional<OnnxModel> onnx_;            // once it is read
};

} // namespace fovea::command
