#pragma once
#include <random>
#include <string>
#include <vector>

namespace fovea::testing {

// `text`, damaged in one to four ways, for parsers to survive: bytes flipped; bytes, tokens and
// lines deleted, doubled, moved or taken from one of `others`; numbers replaced by extreme ones.
std::string mutate(std::string text, const std::vector<std::string>& others,
                   std::mt19937_64& engine);

} // namespace fovea::testing
