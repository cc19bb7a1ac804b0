#include "network.hpp"

#include <fovea/generator.hpp>

int main(int argc, char** argv) {
  return fovea::generate(argc, argv, blur);
}
