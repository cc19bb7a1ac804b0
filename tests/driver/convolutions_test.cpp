// Networks of convolutions and pools beside the usual ones, compiled as a whole.
#include "networks.hpp"
#include "varied_networks.hpp"

namespace fovea::testing {
namespace {

TEST(Convolutions, OfTheFamilyAgreeWithTheInterpreter) {
  Network net = family_network();
  net.randomize(5);
  const Array<float> x = random_array({1, 4, 12, 10}, 1), grid = random_array({1, 3, 4, 2}, 2);
  for (int optimization : {0, 2}) {
    const Model model = compile(net, {.optimization = optimization});
    std::vector<Array<float>> results;
    for (const TensorInfo& output : model.outputs())
      results.emplace_back(output.type.shape);
    Context context = model.context({.threads = 2});
    context.run({{"x", x}, {"grid", grid}}, {{"sharing", results[0]},
                                             {"involved", results[1]},
                                             {"pooled", results[2]},
                                             {"columns", results[3]},
                                             {"sampled", results[4]}});
    expect_reference(net, {x.data(), grid.data()}, results);
  }
}

} // namespace
} // namespace fovea::testing
