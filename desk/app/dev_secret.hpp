#pragma once

#include <expected>
#include <string>

namespace desk::app {

/// The secret that a server without a configured key signs by: one line of base64url in a file that only its owner can read.
class DevSecret {
public:
    explicit DevSecret(std::string store_file) : path_(std::move(store_file) + ".secret") {}

    const std::string& path() const { return path_; }

    /// Errors (sentences): no such file, not a plain file of ours alone, too short.
    std::expected<std::string, std::string> read() const;

    /// Reads it, or makes it first. Of several processes that do so at once all get the same secret.
    std::expected<std::string, std::string> read_or_make() const;

private:
    bool make() const;

    std::string path_;
};

}  // namespace desk::app
