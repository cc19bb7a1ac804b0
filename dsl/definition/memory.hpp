#pragma once
#include <fovea/definition/interpreter.hpp>

#include <bitset>
#include <unordered_map>

namespace fovea::interpreting {

// The computed elements of one equation, in pages that appear when first written: a single element
// of a large network touches few of them. Page tables are dense up to 2^24 pages.
class ElementMemory {
 public:
  explicit ElementMemory(int64_t count) {
    const int64_t pages = (count + page_size - 1) / page_size;
    if (pages <= int64_t{1} << 24)
      dense_.resize(static_cast<size_t>(pages));
  }
  // Null if not computed yet.
  const Value* find(int64_t element) const {
    const Page* page = nullptr;
    const int64_t number = element / page_size;
    if (!dense_.empty())
      page = dense_[static_cast<size_t>(number)].get();
    else if (const auto found = sparse_.find(number); found != sparse_.end())
      page = found->second.get();
    const size_t place = static_cast<size_t>(element % page_size);
    return page && page->computed[place] ? &page->values[place] : nullptr;
  }
  void store(int64_t element, const Value& value) {
    const int64_t number = element / page_size;
    auto& page = dense_.empty() ? sparse_[number] : dense_[static_cast<size_t>(number)];
    if (!page)
      page = std::make_unique<Page>();
    const size_t place = static_cast<size_t>(element % page_size);
    page->values[place] = value;
    page->computed[place] = true;
  }

 private:
  static constexpr int64_t page_size = 1024;
  struct Page {
    Value values[page_size];
    std::bitset<page_size> computed;
  };
  std::vector<std::unique_ptr<Page>> dense_;
  std::unordered_map<int64_t, std::unique_ptr<Page>> sparse_;
};

} // namespace fovea::interpreting
