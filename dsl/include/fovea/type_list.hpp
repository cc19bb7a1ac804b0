#pragma once

namespace fovea {

// A list of types as a value, for compile-time loops: see `ops::All`, which lists every op.
template <class... Types>
struct TypeList {
  template <class Visitor>
  static constexpr void for_each(Visitor&& visitor) {
    (visitor.template operator()<Types>(), ...);
  }
};

} // namespace fovea
