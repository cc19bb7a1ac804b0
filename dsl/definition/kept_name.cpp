#include <fovea/kept_name.hpp>

#include <mutex>
#include <set>
#include <string>

namespace fovea {

const char* kept_name(std::string_view file) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> names; // as many as files
  const std::lock_guard lock(mutex);
  const auto found = names.find(file);
  return (found != names.end() ? found : names.emplace(file).first)->c_str();
}

} // namespace fovea
