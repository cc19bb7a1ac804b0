#pragma once
#include <string>
#include <vector>

namespace fovea::command {

// A table for people: columns aligned, at most 100 columns wide. Where the cells need more, the
// columns marked `shrinks` are cut in the middle of their cells (with "..") until it fits.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    bool shrinks = false;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns.
  void add(std::vector<std::string> cells);
  // A line across, for what comes below: totals.
  void rule();
  std::string to_string() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_; // an empty row is a rule
};

// "a, b, c"
std::string joined(const std::vector<std::string>& words);
// 1234567 -> "1,234,567"
std::string with_commas(int64_t number);
// 1536 -> "1.5 KB" (of 1024 bytes); "312 B"
std::string human_bytes(int64_t bytes);
// 0.0000123 -> "12.3 us"; "4.56 ms"; "1.23 s"
std::string human_seconds(double seconds);

} // namespace fovea::command
