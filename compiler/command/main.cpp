#include "compiler/command/command.hpp"

int main(int argc, char** argv) {
  using namespace fovea::command;
  Program fovea("Convolutional networks, compiled: to machine code, and to libraries that stand "
                "alone.",
                "fovea");
  fovea.require_subcommand(1);
  fovea.footer(
      "MODEL is a network in ONNX format (net.onnx), a file that Network::save wrote\n"
      "(lenet5.mlir, with lenet5.safetensors beside it), zoo:NAME, filter:NAME or equations\n"
      "('Z(i) = sum(m)(x(i + m) * w(m))'); LIB.so is what `fovea compile` made.\n"
      "`fovea VERB --help` explains a verb, with examples. Try: fovea inspect zoo:lenet5");
  for (const auto add : {add_compile, add_run, add_bench, add_inspect, add_explain, add_diff,
                         add_zoo, add_cache, add_version})
    add(fovea);
  return fovea.run(argc, argv);
}
