#pragma once
#include <fovea/location.hpp>

#include <exception>
#include <string>

namespace fovea {

// What a user did wrong, in words that let him mend it. Every part but `what` may be empty.
struct ErrorParts {
  std::string what = {};     // "conv 'conv3': the 5x5 kernel does not fit its 3x3 input"
  SourceLocation where = {}; // the user's line
  std::string expected = {}; // "padded height >= 5"
  std::string got = {};      // "3"
  std::string detail = {};   // "input 1x16x3x3, padding valid"
  std::string hint = {};     // "use padding `same`, or a kernel of at most 3x3"
  std::string trail = {};    // "image -> conv1 -> avg_pool"
};

// The one exception of the public interface. `what()` is the whole text:
//   lenet5.cpp:14:42: error: conv 'conv3': the 5x5 kernel does not fit its 3x3 input
//     expected: padded extent >= 5, got 3   (input 1x16x3x3, padding valid)
//     hint: use padding `same`, or a kernel of at most 3x3
//     image -> conv1 -> avg_pool -> conv2 -> avg_pool -> conv3
class Error : public std::exception {
 public:
  explicit Error(ErrorParts parts);
  const char* what() const noexcept override { return text_.c_str(); }
  const ErrorParts& parts() const { return parts_; }

 private:
  ErrorParts parts_;
  std::string text_;
};

} // namespace fovea
