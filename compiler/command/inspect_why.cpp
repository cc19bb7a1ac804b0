#include "compiler/command/inspect_why.hpp"

#include "compiler/command/command.hpp"
#include "compiler/command/table.hpp"
#include "compiler/driver/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace fovea::command {
namespace {

using driver::KernelExplanation;
using StoredTensor = KernelExplanation::StoredTensor;

std::string milliseconds(double seconds) {
  return fmt::format("{:.6f}", seconds * 1e3);
}

// Of each kernel the algorithm that it has, the others that could compute it, and the rest in one
// line.
void print_algorithms(const std::vector<KernelExplanation>& kernels) {
  Table table({{"kernel", Table::Align::left, true},
               {"algorithm"},
               {"ms", Table::Align::right},
               {"workspace", Table::Align::right},
               {"why", Table::Align::left, true}});
  for (const KernelExplanation& kernel : kernels) {
    table.add({kernel.layer, kernel.request.algorithm, milliseconds(kernel.cost.seconds),
               with_commas(kernel.workspace_bytes), kernel.reason});
    std::string rest;
    for (const auto& other : kernel.others)
      if (other.cost)
        table.add({"", "not " + other.algorithm, milliseconds(other.cost->seconds),
                   with_commas(*other.workspace_bytes), other.reason});
      else
        rest += (rest.empty() ? "" : ", ") + other.algorithm;
    if (!rest.empty())
      table.add({"", "none of", "", "", rest + ": do not compute this"});
  }
  std::fputs(table.to_string().c_str(), stdout);
}

// What the kernel computes, then what it might have.
void print_fusion(const std::vector<KernelExplanation>& kernels) {
  Table table({{"kernel", Table::Align::left, true},
               {"", Table::Align::left},
               {"layers", Table::Align::left, true},
               {"why", Table::Align::left, true}});
  for (const KernelExplanation& kernel : kernels) {
    table.add({kernel.layer, kernel.layers.size() > 1 ? "fused" : "alone", joined(kernel.layers),
               kernel.same_as_it.empty() ? "" : "also runs for " + joined(kernel.same_as_it)});
    for (const auto& one : kernel.not_fused)
      table.add({"", "not", one.producer + ", " + one.consumer, one.reason});
  }
  std::fputs(table.to_string().c_str(), stdout);
}

std::string stored_as(const StoredTensor& tensor) {
  return tensor.is_prepared ? "packed once" : to_string(tensor.layout);
}

// Tensors of one rank that a kernel reads in one order and writes in another: it converts.
bool converts(const KernelExplanation& kernel, const StoredTensor& result) {
  return std::ranges::any_of(kernel.tensors, [&](const StoredTensor& operand) {
    return !operand.is_result && !operand.is_prepared &&
           operand.shape.rank() == result.shape.rank() && operand.shape[0] == result.shape[0] &&
           !(operand.layout == result.layout);
  });
}

bool is_converted(const KernelExplanation& kernel, const StoredTensor& tensor) {
  return tensor.is_result && tensor.shape.rank() > 1 && converts(kernel, tensor);
}

void print_layouts(const std::vector<KernelExplanation>& kernels) {
  Table table({{"kernel", Table::Align::left, true},
               {"", Table::Align::left},
               {"tensor", Table::Align::left, true},
               {"shape"},
               {"stored"},
               {"", Table::Align::left}});
  for (const KernelExplanation& kernel : kernels) {
    std::string name = kernel.layer;
    for (const StoredTensor& tensor : kernel.tensors) {
      table.add({name, tensor.is_result ? "gives" : "reads", tensor.name, to_string(tensor.shape),
                 stored_as(tensor), is_converted(kernel, tensor) ? "converted here" : ""});
      name.clear();
    }
  }
  std::fputs(table.to_string().c_str(), stdout);
}

Json kernel_json(const KernelExplanation& kernel) {
  Json algorithms = Json::array(), refusals = Json::array(), tensors = Json::array();
  algorithms.push_back({{"algorithm", kernel.request.algorithm},
                        {"chosen", true},
                        {"estimated_seconds", kernel.cost.seconds},
                        {"workspace_bytes", kernel.workspace_bytes},
                        {"reason", kernel.reason}});
  for (const auto& other : kernel.others) {
    Json entry = {{"algorithm", other.algorithm}, {"chosen", false}, {"reason", other.reason}};
    if (other.cost) {
      entry["estimated_seconds"] = other.cost->seconds;
      entry["workspace_bytes"] = *other.workspace_bytes;
    }
    algorithms.push_back(std::move(entry));
  }
  for (const auto& one : kernel.not_fused)
    refusals.push_back(
        {{"producer", one.producer}, {"consumer", one.consumer}, {"reason", one.reason}});
  for (const StoredTensor& tensor : kernel.tensors)
    tensors.push_back({{"name", tensor.name},
                       {"is_result", tensor.is_result},
                       {"shape", tensor.shape.to_vector()},
                       {"layout", to_string(tensor.layout)},
                       {"prepared", tensor.is_prepared},
                       {"converted", is_converted(kernel, tensor)}});
  return {{"layer", kernel.layer},
          {"layers", kernel.layers},
          {"same_kernel", kernel.same_as_it},
          {"algorithms", std::move(algorithms)},
          {"not_fused", std::move(refusals)},
          {"tensors", std::move(tensors)}};
}

} // namespace

void inspect_why(const Network& network, const CompileOptions& options, bool as_json) {
  const std::vector<KernelExplanation> kernels =
      driver::explain(network, options, nowhere, driver::Detail::reasons);
  if (as_json) {
    Json list = Json::array();
    for (const KernelExplanation& kernel : kernels)
      list.push_back(kernel_json(kernel));
    print_json({{"model", network.name()}, {"kernels", std::move(list)}});
    return;
  }
  fmt::print("{}: {} distinct kernels; milliseconds are estimates, workspace is bytes of one "
             "thread\n\n",
             network.name(), kernels.size());
  print_algorithms(kernels);
  fmt::print("\n");
  print_fusion(kernels);
  fmt::print("\n");
  print_layouts(kernels);
}

} // namespace fovea::command
