#pragma once

#include <memory>
#include <string>

#include "sio/base/result.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {

/// What a client of TLS trusts. TLS 1.2 and 1.3. Thread: any.
class TlsTrust {
public:
    /// `ca_file`: certificates in PEM; empty: those of the system. Errors: Tls, with what OpenSSL says.
    static Result<std::shared_ptr<TlsTrust>> load(const std::string& ca_file);
    ~TlsTrust();
    TlsTrust(const TlsTrust&) = delete;
    TlsTrust& operator=(const TlsTrust&) = delete;

    /// A session in the client's role that fails unless the server's certificate is trusted and is one for `host`: a name, which is told
    /// to the server (SNI), or an address literal. Null when memory is out or `host` cannot be a name.
    std::unique_ptr<TlsSession> connect(const std::string& host);

private:
    explicit TlsTrust(SSL_CTX* adopted) : context_(adopted) {}
    SSL_CTX* context_;
};

}  // namespace sio::runtime
