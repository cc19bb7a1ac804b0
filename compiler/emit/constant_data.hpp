#pragma once
#include <mlir/IR/BuiltinOps.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace fovea::emission {

// Where a pointer in constant data leads: `bytes` behind a symbol of the module. No symbol: null.
struct Place {
  std::string symbol;
  uint64_t bytes = 0;
};

// Constant data in the layout of the C compiler that compiled this: one C struct after another, as
// 64-bit words, some of which are pointers. Taking bytes and offsetof from the structs themselves,
// nothing restates the layouts of abi.h. (Targets are 64-bit and little-endian, as we are.)
class ConstantData {
 public:
  // A struct whose size is a multiple of a word, or its first `bytes`. Its own pointers, if any,
  // are not looked at.
  template <class T>
  void append(const T& value, size_t bytes = sizeof(T)) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % 8 == 0);
    Block block(bytes / 8);
    for (size_t k = 0; k < block.size(); ++k)
      std::memcpy(&block[k].number, reinterpret_cast<const char*>(&value) + 8 * k, 8);
    blocks_.push_back(std::move(block));
  }
  // A block of one pointer.
  void append_pointer(Place place) { blocks_.push_back({{0, true, std::move(place)}}); }
  // Makes the word at `offset` of the last block a pointer.
  void point(size_t offset, Place place) {
    blocks_.back()[offset / 8] = {0, true, std::move(place)};
  }

  struct Word {
    uint64_t number = 0;
    bool is_pointer = false;
    Place place;
  };
  using Block = std::vector<Word>;
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  std::vector<Block> blocks_;
};

// Puts constant data into a module of MLIR's LLVM dialect, as symbols that only it sees, unless
// other objects refer to them.
class ConstantSection {
 public:
  explicit ConstantSection(mlir::ModuleOp module) : module_(module) {}

  // A string with its final zero; equal ones are one.
  Place string(const std::string& text);
  // Empty data has no place: null. Symbols that it points to must be in the module by now.
  Place add(const std::string& symbol, const ConstantData& data, bool for_other_objects = false);
  // What another object defines.
  Place external_data(const std::string& symbol);
  Place external_function(const std::string& symbol);

 private:
  mlir::ModuleOp module_;
  std::map<std::string, std::string> strings_; // text -> symbol
};

} // namespace fovea::emission
