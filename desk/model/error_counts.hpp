#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "desk/model/error.hpp"

namespace desk {

/// How often one door refused, by code.  Thread: any.
class ErrorCounts {
public:
    void add(ErrorCode code) { counts_[static_cast<std::size_t>(code)].fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t of(ErrorCode code) const { return counts_[static_cast<std::size_t>(code)].load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, kErrorCodes> counts_{};
};

}  // namespace desk
