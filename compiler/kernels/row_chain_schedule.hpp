#pragma once
#include "compiler/kernels/row_chain.hpp"

#include <fovea/catalogue/schedule.hpp>

namespace fovea::kernels {

// `stages`: what split_stages made of the chain's system.
catalogue::Schedule row_chain_schedule(const RowChain& chain, const Definition& stages);

// Rows of the result, in tasks of `rows` each.
struct RowTasks {
  int64_t rows = 1, count = 1; // of one image of the batch
  bool parallel = false;
};
RowTasks row_tasks(const RowChain& chain);

// Rows of what part `p` makes that two neighbouring tasks both compute.
int64_t repeated_rows(const RowChain& chain, size_t p);

// Columns of what part `p` makes that the next ones read.
int64_t needed_columns(const RowChain& chain, size_t p);

// A part of the stages on a map of one row: what its schedule is made for.
Definition one_row(const Definition& part, int64_t columns);

} // namespace fovea::kernels
