#pragma once
#include "compiler/command/runnable.hpp"

#include <fovea/runtime/image_file.hpp>

#include <array>
#include <string>
#include <vector>

namespace fovea::command {

// The option --input and those that say how an image becomes numbers.
class RunInputs {
 public:
  void add_to(CLI::App& verb);

  // The tensors for all inputs, by name. What it takes silently but might surprise
  // is said on standard error. Throws Error, host::FileError; CLI::ValidationError for options that
  // are wrong in themselves.
  host::TensorMap read(const Signature& signature) const;
  // What the files say of the types of inputs that a model leaves open: NumPy files all, images
  // that there is one. Throws Error where they say another number of extents, or extents that the
  // model states otherwise.
  FileTypes types(const std::vector<OpenInput>& inputs) const;

 private:
  // An input, and what to say of it in messages.
  struct Described {
    std::string name, text;
  };
  std::vector<std::string> files_of(const std::vector<Described>& inputs) const;
  static std::string list_of(const std::vector<Described>& inputs);
  host::HostTensor read_file(const TensorInfo& input, const std::string& path) const;
  host::ImageOptions image_options(const TensorInfo& input, const std::string& path) const;

  std::vector<std::string> inputs_; // NAME=FILE, or FILE
  std::string fit_ = "exact";
  double scale_ = 1 / 255.;
  std::string mean_, std_; // one number, or one for each channel, with commas
  int64_t shorter_side_ = 0;
  bool bgr_ = false;
  std::vector<const CLI::Option*> of_images_;
};

} // namespace fovea::command
