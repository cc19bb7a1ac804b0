#include "kernel_realisation.hpp"

#include "single_kernel.hpp"

#include <fovea/catalogue/kernel.hpp>
#include <fovea/kernels/kernels.hpp>

namespace fovea::testing {

Run compile_kernel(const Definition& definition, const catalogue::Algorithm& algorithm,
                   const std::optional<Schedule>& schedule) {
  catalogue::KernelRequest request{.definition = definition,
                                   .algorithm = std::string(algorithm.name()),
                                   .schedule = schedule,
                                   .target = catalogue::Target::host(),
                                   .symbol = "fovea_kernel_under_test"};
  request.target.threads = 2; // that schedules divide the work among
  static const auto compiler = kernels::make_halide_compiler();
  return
      [kernel = SingleKernel(request, *compiler)](const std::vector<const void*>& operands,
                                                  const std::vector<void*>& results, int threads) {
        const std::vector<fovea_buffer> inputs = buffers_of(kernel.operands(), operands);
        std::vector<fovea_buffer> outputs =
            buffers_of(kernel.results(), {results.begin(), results.end()});
        host::Context(kernel.model(), static_cast<uint32_t>(threads)).run(inputs, outputs);
      };
}

std::vector<Realisation> kernel_realisations() {
  std::vector<Realisation> list;
  const catalogue::Catalogue known = kernels::make_catalogue();
  const catalogue::Target host = catalogue::Target::host();
  for (const catalogue::Algorithm* algorithm : known.algorithms()) {
    Realisation realisation{
        "kernel " + std::string(algorithm->name()),
        [=](const Definition& definition) {
          return algorithm->matches({definition, host});
        },
        [=](const Definition& definition) { return compile_kernel(definition, *algorithm); }};
    if (algorithm->error_bound() == catalogue::ErrorBound::transform)
      realisation.transform_error = [=](const Definition& definition,
                                        const std::vector<double>& magnitudes) {
        return algorithm->transform_error({definition, host}, magnitudes);
      };
    list.push_back(std::move(realisation));
  }
  return list;
}

} // namespace fovea::testing
