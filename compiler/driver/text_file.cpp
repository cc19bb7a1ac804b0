#include "compiler/driver/text_file.hpp"

#include <fovea/error.hpp>

#include <fstream>

namespace fovea::driver {

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored; // an unusable folder shows when the file does not open
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw Error({.what = path.string() + ": cannot write this file",
                 .hint = "dumps go to CompileOptions::dump_phases: a folder that can be written"});
}

} // namespace fovea::driver
