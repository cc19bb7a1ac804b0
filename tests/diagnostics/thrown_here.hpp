#pragma once
#include "tests/support/expect_error.hpp"

#include <gtest/gtest.h>

// Runs a statement and keeps its error and the line where it stands.
#define THROWN_HERE(...)                                                                           \
  line = __LINE__;                                                                                 \
  error = error_of([&] { __VA_ARGS__; })

namespace fovea::testing {

class Thrown : public ::testing::Test {
 protected:
  // `file`: where the statements of the suite stand, __FILE__.
  explicit Thrown(const char* file) : file(file) {}

  void expect(const std::string& what, const std::string& expected, const std::string& got) {
    EXPECT_EQ(error.what, what);
    EXPECT_EQ(error.expected, expected);
    EXPECT_EQ(error.got, got);
    EXPECT_EQ(error.where.line, line);
    EXPECT_STREQ(error.where.file, file);
  }

  const char* const file;
  unsigned line = 0;
  ErrorParts error;
};

} // namespace fovea::testing
