#pragma once
#include <fovea/graph/network.hpp>

#include <functional>

namespace fovea {

// main() of a generator: a program that holds a network and emits it as a library.
//
//   int main(int argc, char** argv) {
//     return fovea::generate(argc, argv, [] { Network net("mine"); ...; return net; });
//   }
//
// It takes the options of `fovea compile`; --help lists them. Where `make` gives the network
// weights, none need be given on the command line. In CMake, fovea_add_library(NAME FROM target)
// runs it at build time.
//
// Returns an exit code: 0; 1 where something failed; 2 for a wrong command line. What is wrong is
// said on standard error: no exception of `make` leaves this function.
int generate(int argc, char** argv, const std::function<Network()>& make);

} // namespace fovea
