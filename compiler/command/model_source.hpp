#pragma once
#include "compiler/command/command.hpp"

#include <fovea/graph/network.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fovea::command {

// What a verb needs of weights.
enum class Need { shapes_only, weights };

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
  const std::string& weights_file() const { return weights_; } // --load; may be empty
  // "--random" or "--batch" where it was given, which libraries have no use for; else empty.
  std::string only_for_networks() const;
  // Reads the model. Where weights are needed and there are none, a network of the zoo gets random
  // ones of seed 0, and standard error says so; a file's network is refused. Throws Error.
  Network network(Need need) const;

 private:
  Network read() const;
  Network read_onnx() const;

  std::function<Network()> make_;
  std::string model_;
  std::string weights_;                     // --load
  std::optional<uint64_t> seed_;            // --random
  std::optional<int64_t> batch_;            // --batch
  std::vector<std::string> shapes_, fixed_; // --shape, --fix
};

} // namespace fovea::command
