#pragma once
#include <fovea/error.hpp>

#include <optional>
#include <string>

namespace fovea::driver {

// An Error's parts as bytes, to send them from one process to another. Texts are cut at 64 KiB.
std::string to_bytes(const ErrorParts& parts);
// Nothing where the bytes are not what to_bytes gives, as after a death while they were written.
std::optional<ErrorParts> error_from_bytes(std::string_view bytes);

} // namespace fovea::driver
