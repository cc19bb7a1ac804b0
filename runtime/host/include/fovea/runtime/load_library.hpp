#pragma once

#include <fovea/runtime/file_error.hpp>
#include <fovea/runtime/model.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace fovea::host {

/// A library that fovea emitted, opened in this process. It holds code: open only what you would
/// run. Copies share it; it stays loaded until the last copy, and the last Model and Context made
/// from it, are gone.
class Library {
 public:
  /// `prefix` is that of the library's functions ("lenet5" for lenet5_query); without one, the only
  /// one that the library exports. Throws FileError where the file is no library for this machine,
  /// was not emitted by fovea, holds several prefixes, or speaks another version of the ABI.
  static Library open(const std::filesystem::path& path, std::string prefix = {});

  const std::filesystem::path& path() const { return loaded_->path; }
  const std::string& prefix() const { return loaded_->prefix; }
  const fovea_table& table() const { return *loaded_->table; }

  /// The functions of the network: `infer`, and `grad` and `train_step` where it has them.
  std::size_t program_count() const { return std::size_t(table().program_count); }
  /// Throws std::out_of_range.
  const fovea_program& program(std::size_t index) const;

  /// Opens a program. Throws std::out_of_range, RunError.
  Model model(std::size_t index = 0, const fovea_model_options* options = nullptr) const;

 private:
  struct Loaded {
    std::filesystem::path path;
    std::string prefix;
    std::shared_ptr<void> handle; ///< unloads
    const fovea_table* table = nullptr;
  };
  explicit Library(std::shared_ptr<const Loaded> loaded) : loaded_(std::move(loaded)) {}

  std::shared_ptr<const Loaded> loaded_;
};

} // namespace fovea::host
