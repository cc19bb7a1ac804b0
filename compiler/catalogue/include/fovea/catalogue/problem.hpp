#pragma once
#include <fovea/catalogue/layout.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

#include <vector>

// What a kernel is asked for.
namespace fovea::catalogue {

// The forms in which a kernel's operands come and its results go. Lists may be shorter than there
// are tensors: the rest is row-major and not prepared.
struct Forms {
  std::vector<Layout> operands, results;
  std::vector<bool> prepared; // this operand comes as the algorithm's `preparation` made it

  Layout operand(int number) const { return at(operands, number); }
  Layout result(int number) const { return at(results, number); }
  bool is_prepared(int operand) const {
    return static_cast<size_t>(operand) < prepared.size() && prepared[static_cast<size_t>(operand)];
  }
  bool all_plain() const;
  bool operator==(const Forms& other) const; // lists of different length may say the same

 private:
  static Layout at(const std::vector<Layout>& list, int number) {
    return static_cast<size_t>(number) < list.size() ? list[static_cast<size_t>(number)] : Layout{};
  }
};

// "operands(row_major, prepared, blocked(1, 16)) results(row_major)"; empty where all are plain.
std::string to_string(const Forms& forms);

struct Problem {
  Definition definition;
  Target target;
  Forms forms = {};
};

} // namespace fovea::catalogue
