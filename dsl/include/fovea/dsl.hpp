#pragma once

// The whole language: layers, blocks, equations, networks. No compiler.
#include <fovea/all_ops.hpp>
#include <fovea/blocks/skip.hpp>
#include <fovea/equation/define.hpp>
#include <fovea/graph/summary.hpp>
