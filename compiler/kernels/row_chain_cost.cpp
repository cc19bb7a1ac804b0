#include "compiler/kernels/row_chain_cost.hpp"

#include "compiler/kernels/chain.hpp"
#include "compiler/kernels/contraction_cost.hpp"
#include "compiler/kernels/parallel_loops.hpp"
#include "compiler/kernels/row_chain_schedule.hpp"

#include <fovea/catalogue/integers.hpp>

#include <algorithm>
#include <bit>

namespace fovea::kernels {
namespace {

// Of what comes through the second-level cache; the rest hides behind what is computed.
constexpr double not_hidden = 0.15;

// Cycles of one core for a contraction that is made row by row, without what it copies first.
double cycles_by_rows(const Definition& stages, const RowChain& chain, size_t p) {
  const RowChain::Part& part = chain.parts[p];
  catalogue::Target target = part.problem.target;
  target.threads = 1;
  const ChosenTile tile = tile_of(one_row(stages, needed_columns(chain, p)), target);
  return cycles_per_step(tile.problem, tile.shape, target) *
         static_cast<double>(tile.problem.steps) * static_cast<double>(part.rows());
}

// Padded images, weights that come unpacked, the result in its own order.
double copied_elements(const Definition& stages) {
  const auto sum = std::find_if(stages.equations.begin(), stages.equations.end(),
                                [](const Equation& e) { return e.reduction.has_value(); });
  double copied = 0;
  for (const Equation& equation : stages.equations)
    if (!(equation.shape() == sum->shape()))
      copied += static_cast<double>(equation.shape().elements());
  return copied;
}

// Rows of the part that are kept at once: those that windows see, as a power of two.
int64_t kept_bytes(const RowChain& chain, size_t p) {
  const RowChain::Part& part = chain.parts[p];
  const Shape shape = part.result();
  const int64_t lanes = part.problem.target.lanes(4), channels = shape[shape.rank() - 3];
  const int64_t blocks = catalogue::ceiling_quotient(channels, lanes);
  const auto rows = std::bit_ceil(static_cast<uint64_t>(repeated_rows(chain, p) + 1));
  return static_cast<int64_t>(rows) * shape[shape.rank() - 1] * blocks * lanes * 4;
}

} // namespace

Work row_chain_work(const RowChain& chain, const Definition& stages,
                    const catalogue::Machine& machine) {
  const std::vector<Stage> parts = *parts_of_chain(stages);
  const catalogue::Target& target = chain.parts[0].problem.target;
  const RowTasks tasks = row_tasks(chain);
  double cycles = 0, bytes = 0;
  int64_t kept = 0;
  for (size_t p = 0; p < parts.size(); ++p) {
    const RowChain::Part& part = chain.parts[p];
    const Definition& own = parts[p].definition;
    double work = part.windows
                      ? channel_vectors_cycles(part.problem, *part.windows)
                      : cycles_by_rows(own, chain, p) + copied_elements(own) * cycles_a_copy;
    // Tasks that overlap, and rows that each computes for itself.
    const double rows = static_cast<double>(part.rows());
    work *= static_cast<double>(tasks.count * tasks.rows) /
                static_cast<double>(chain.parts.back().rows()) +
            static_cast<double>((tasks.count - 1) * repeated_rows(chain, p)) / rows;
    cycles += work;
    if (p + 1 == parts.size())
      break;
    bytes += 2 * static_cast<double>(part.result().elements() * 4); // to the cache and back
    kept += kept_bytes(chain, p);
  }
  const double moving = bytes / machine.bandwidth(kept, target);
  const double computing = cycles * machine.cycle(target);
  const double shared =
      tasks.parallel ? evenness(tasks.count * chain.batch(), target.threads) : 0.0;
  return {.seconds = std::max(computing, moving) + not_hidden * std::min(computing, moving),
          .shared = shared};
}

} // namespace fovea::kernels
