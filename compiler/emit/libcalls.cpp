#include "compiler/emit/libcalls.hpp"

#include <algorithm>
#include <array>

namespace fovea::emission {

// Each also with the suffix f, for float.
static constexpr std::string_view mathematics[] = {
    "acos",      "acosh",    "asin",      "asinh", "atan",   "atan2",     "atanh",  "cbrt",
    "ceil",      "copysign", "cos",       "cosh",  "erf",    "erfc",      "exp",    "exp2",
    "expm1",     "fabs",     "floor",     "fma",   "fmax",   "fmin",      "fmod",   "ldexp",
    "log",       "log10",    "log1p",     "log2",  "lrint",  "lround",    "llrint", "llround",
    "nearbyint", "pow",      "remainder", "rint",  "round",  "roundeven", "sin",    "sincos",
    "sinh",      "sqrt",     "tan",       "tanh",  "tgamma", "lgamma",    "trunc"};

static constexpr std::string_view others[] = {
    "memcpy",        "memmove",       "memset",         "memcmp",        "bcmp",
    "__extendhfsf2", "__extendhfdf2", "__truncsfhf2",   "__truncdfhf2",  "__extendbfsf2",
    "__truncsfbf2",  "__truncdfbf2",  "__gnu_h2f_ieee", "__gnu_f2h_ieee"};

bool is_libcall(std::string_view name) {
  if (std::ranges::find(others, name) != std::end(others))
    return true;
  if (std::ranges::find(mathematics, name) != std::end(mathematics))
    return true;
  return name.ends_with('f') &&
         std::ranges::find(mathematics, name.substr(0, name.size() - 1)) != std::end(mathematics);
}

} // namespace fovea::emission
