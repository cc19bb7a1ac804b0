#pragma once

// The whole language: layers, blocks, equations, filters, networks. No compiler.
#include <fovea/all_ops.hpp>
#include <fovea/blocks/causal_conv.hpp>
#include <fovea/blocks/deform_conv.hpp>
#include <fovea/blocks/involution.hpp>
#include <fovea/blocks/separable_conv.hpp>
#include <fovea/blocks/skip.hpp>
#include <fovea/equation/define.hpp>
#include <fovea/filters.hpp>
#include <fovea/graph/fully_convolutional.hpp>
#include <fovea/graph/summary.hpp>
