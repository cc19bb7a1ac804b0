#pragma once
#include <fovea/graph/network.hpp>

#include <iosfwd>

namespace fovea {

// One line of a summary.
struct SummaryRow {
  std::string layer;
  std::string op;
  std::string attributes;     // those that differ from the op's defaults
  Shape output;               // of its first result
  DType dtype = DType::f32;   // likewise
  int64_t output_bytes = 0;   // of all results
  int64_t parameters = 0;     // elements
  int64_t macs = 0;           // multiply-accumulate operations (see count_macs)
  Shape receptive_field;      // of one output element in the first input's spatial dimensions
  bool reaches_input = false; // false: the receptive field has no meaning here
};

// What a network is made of: every layer with its shape, parameters, MACs and receptive field, all
// derived from the ops' definitions.
struct Summary {
  std::string network;
  std::vector<SummaryRow> rows;
  int64_t parameters = 0; // a shared one counts once
  int64_t parameter_bytes = 0;
  int64_t macs = 0;
  // The most bytes of values that are alive at once, inputs and outputs among them, if each layer
  // runs on its own and in its own memory: a compiled network, whose layers are fused, needs less.
  int64_t peak_bytes = 0;
};

Summary summary(const Network& network);
// An aligned table.
std::string to_string(const Summary& summary);
std::ostream& operator<<(std::ostream& out, const Summary& summary);

} // namespace fovea
