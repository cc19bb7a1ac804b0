// fovea-opt: reads IR, runs passes, writes IR. For developers and for tests/lit.
#include "compiler/ir/ops.hpp"
#include "passes/Pipeline.hpp"

#include <fovea/kernels/kernels.hpp>

#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/DialectRegistry.h>
#include <mlir/Tools/mlir-opt/MlirOptMain.h>

int main(int argc, char** argv) {
  mlir::DialectRegistry registry;
  registry.insert<fovea::ir::FoveaDialect, mlir::func::FuncDialect>();
  const fovea::catalogue::Catalogue catalogue = fovea::kernels::make_catalogue();
  fovea::passes::PipelineOptions options;
  options.catalogue = &catalogue;
  // Not the host: the same IR must come out on every machine.
  options.target = fovea::catalogue::parse_target("x86-64-linux avx2 fma threads=2");
  fovea::passes::register_passes(options);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "fovea's passes, one by one or all\n", registry));
}
