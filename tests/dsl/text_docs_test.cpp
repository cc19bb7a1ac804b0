// The examples of docs/equations.md are what the language accepts, and what it says of errors.
#include <fovea/equation/text.hpp>
#include <fovea/error.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace fovea {
namespace {

struct Block {
  std::string kind, text;
};

// The fenced blocks of a page, in their order.
std::vector<Block> blocks_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<Block> blocks;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = !inside;
      if (inside)
        blocks.push_back({line.substr(3), ""});
    } else if (inside) {
      blocks.back().text += line + "\n";
    }
  }
  return blocks;
}

// Operands without a declared shape have extents of 8.
std::string outcome_of(const std::string& text) {
  try {
    const Equations equations(text);
    std::map<std::string, TensorType> types;
    for (const Equations::Read& operand : equations.operands())
      if (!operand.typed)
        types[operand.name] = {operand.dtype, Shape::filled(operand.rank, 8)};
    const Definition definition = equations.bind(types);
    EXPECT_EQ(canonical_text(Equations(to_text(definition)).bind()), canonical_text(definition));
    return "";
  } catch (const Error& error) {
    return std::string(error.what()) + "\n";
  }
}

TEST(TextDocs, ExamplesDoWhatThePageSays) {
  const std::vector<Block> blocks = blocks_of(FOVEA_SOURCE_DIR "/docs/equations.md");
  int accepted = 0, refused = 0;
  for (size_t k = 0; k < blocks.size(); ++k) {
    if (blocks[k].kind != "equations")
      continue;
    const bool wrong = k + 1 < blocks.size() && blocks[k + 1].kind == "error";
    ++(wrong ? refused : accepted);
    EXPECT_EQ(outcome_of(blocks[k].text), wrong ? blocks[k + 1].text : "") << blocks[k].text;
  }
  EXPECT_GE(accepted, 10);
  EXPECT_GE(refused, 4);
}

} // namespace
} // namespace fovea
