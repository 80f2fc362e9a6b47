#pragma once

#include <string>

namespace sio::runtime::testing {

/// A self-signed certificate and its key in PEM files of a fresh directory, removed when destroyed.
class Certificate {
public:
    explicit Certificate(const std::string& common_name);
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    std::string certificate_file() const { return directory_ + "/certificate.pem"; }
    std::string key_file() const { return directory_ + "/key.pem"; }
    /// Replaces both files.
    void write(const std::string& common_name);

private:
    std::string directory_;
};

}  // namespace sio::runtime::testing
