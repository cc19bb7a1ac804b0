#pragma once
#include <string>
#include <vector>

// Text of schedules.
namespace fovea::kernels {

// "a, b, c"
inline std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

} // namespace fovea::kernels
