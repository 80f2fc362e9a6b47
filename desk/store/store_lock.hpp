#pragma once

#include <expected>
#include <optional>
#include <string>

namespace desk::store {

/// Says that this process has an SQLite file to itself: the server that serves it, or a tool that nobody may be served beside. Held by the
/// kernel on `<path>.lock`, so it ends with the process however that ends.
class StoreLock {
public:
    /// Errors are for a person: somebody else has it, or the file cannot be made.
    static std::expected<StoreLock, std::string> take(const std::string& path);
    StoreLock(StoreLock&& other) noexcept;
    StoreLock& operator=(StoreLock&&) = delete;
    ~StoreLock();

private:
    explicit StoreLock(int fd) : fd_(fd) {}
    int fd_;
};

}  // namespace desk::store
