#pragma once

#include <cstdint>

#include "sio/base/result.hpp"

namespace sio::runtime {

/// Raises the number of descriptors this process may open to the hard limit and gives that number. Call once at start-up.
/// Errors: System. Thread: any.
Result<std::uint64_t> raise_descriptor_limit();

}  // namespace sio::runtime
