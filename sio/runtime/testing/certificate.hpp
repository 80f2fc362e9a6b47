#pragma once

#include <string>

namespace sio::runtime::testing {

/// A self-signed certificate and its key in PEM files of a fresh directory, removed when destroyed.
class Certificate {
public:
    /// `other_names` as OpenSSL writes them, e.g. "DNS:db.example,IP:127.0.0.1"; with them the common name counts no more.
    explicit Certificate(const std::string& common_name, const std::string& other_names = {});
    ~Certificate();
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    std::string certificate_file() const { return directory_ + "/certificate.pem"; }
    std::string key_file() const { return directory_ + "/key.pem"; }
    /// Replaces both files.
    void write(const std::string& common_name, const std::string& other_names = {});

private:
    std::string directory_;
};

}  // namespace sio::runtime::testing
