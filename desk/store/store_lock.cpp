#include "desk/store/store_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace desk::store {

std::expected<StoreLock, std::string> StoreLock::take(const std::string& path) {
    const std::string file = path + ".lock";
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return std::unexpected("store " + path + ": cannot make " + file + ": " + std::generic_category().message(errno));
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return StoreLock(fd);
    const int why = errno;
    ::close(fd);
    if (why == EWOULDBLOCK)
        return std::unexpected("store " + path + " is in use by another insightdesk: SQLite serves one server, several need PostgreSQL");
    return std::unexpected("store " + path + ": cannot lock " + file + ": " + std::generic_category().message(why));
}

StoreLock::StoreLock(StoreLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

// The file stays: to remove it would let two processes lock two files of one name.
StoreLock::~StoreLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace desk::store
