#pragma once
#include "compiler/kernels/integer_ranges.hpp"

#include <set>
#include <string>

// What the generic lowering computes, and keeps between stages, in integers of 8, 16 or 32 bits
// instead of the definition's own types, without a bit of a result changed.
namespace fovea::kernels {

class NarrowStages {
 public:
  NarrowStages() = default; // none: all in its own type
  // Of stages as split_stages makes them, which must live as long.
  explicit NarrowStages(const Definition& stages);

  // What the elements of equation `e` are kept as; nullptr: its own type.
  const IntegerRange* kept(size_t e) const;
  // A value within equation `e` that can be computed by integers; nullptr: it cannot.
  const IntegerValue* integer(size_t e, const Node& node) const;
  // Is the body computed by integers?
  bool is_body_by_integers(size_t e, const Equation& equation) const;
  // A value that is computed by integers where it is needed in its own type.
  const IntegerValue* integer_behind(size_t e, const Node& node) const;

  // Of one element in memory; of the widest value of a lane.
  int64_t element_bytes(const Equation& equation) const;
  int64_t lane_bytes(const Equation& equation) const;

 private:
  friend class Narrower;
  struct Widths {
    int64_t element = 0, lane = 0;
  };
  IntegerRanges ranges_;
  std::vector<bool> kept_;
  std::vector<std::set<const Node*>> integers_; // per equation
  std::map<std::string, Widths> widths_;
};

} // namespace fovea::kernels
