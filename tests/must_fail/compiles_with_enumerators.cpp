// COMPILES: enumerators and numbers compute as ever beside the operators of indices.
#include <fovea/dsl.hpp>
using namespace fovea;

enum { rows = 3 };
enum Columns { columns = 4 };
static_assert(rows * 9 + 9 * columns - rows + 4 / rows % 3 == 61);
