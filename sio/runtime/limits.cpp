#include "sio/runtime/limits.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace sio::runtime {

Result<std::uint64_t> raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(ErrorCode::System, std::generic_category().message(errno));
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return fail(ErrorCode::System, std::generic_category().message(errno));
    }
    return static_cast<std::uint64_t>(limit.rlim_cur);
}

}  // namespace sio::runtime
