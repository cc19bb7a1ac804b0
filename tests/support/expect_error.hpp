#pragma once
#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace fovea::testing {

// The parts of the Error that `action` throws; a failure of the test where it throws none.
inline ErrorParts error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.parts();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

} // namespace fovea::testing
