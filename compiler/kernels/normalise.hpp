#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/definition/definition.hpp>

// Definitions rewritten, before any loop exists, into an equal system that is easier to run: one
// equation is one stage of a kernel. Nothing here knows Halide.
namespace fovea::kernels {

// Drops boundary rules where no read is outside, floors and remainders whose values the ranges
// decide, dimensions of extent 1, and equations that no result needs; joins neighbouring dimensions
// that are only ever walked together, so that a 7x7 map is one row of 49. Operands keep their
// memory, not their shape.
Definition simplify(const Definition& definition);

// Its first part alone: boundary rules, floors and remainders that the ranges decide.
Definition narrow_ranges(const Definition& definition);

// Every reduction becomes an equation of its own, `Z_sum`, in its accumulator's type, beside `Z`,
// which is its value. What a reduction reads through a boundary rule is copied first, rule applied,
// into `V_pad`: the reduction's loops then have no conditions. Names become identifiers, unlike one
// another.
Definition split_stages(const Definition& simplified);

// With the stages that the schedule's directives copy, pack and rfactor make.
Definition with_new_stages(Definition stages, const catalogue::Schedule& schedule);

} // namespace fovea::kernels
