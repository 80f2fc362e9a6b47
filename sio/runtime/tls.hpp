#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "sio/base/result.hpp"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace sio::runtime {

/// One connection's TLS state over its own descriptor (no BIO buffers beyond OpenSSL's, which are released when idle). The hand-shake
/// happens inside the first reads and writes. Writes to a lost peer raise SIGPIPE: it must be blocked.
/// Thread: the loop of its stream.
class TlsSession {
public:
    enum class Io : unsigned char {
        Done,       ///< `bytes` were moved
        WantRead,   ///< try again when the descriptor is readable
        WantWrite,  ///< try again when the descriptor is writable
        Closed,     ///< the peer ended the connection, in due form or not
        Failed,     ///< protocol violation or reset; the session is of no more use
    };
    struct Outcome {
        Io io;
        std::size_t bytes;
    };
    explicit TlsSession(SSL* adopted) : ssl_(adopted) {}
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    void set_descriptor(int fd);
    Outcome read(char* data, std::size_t size);
    /// At most one record (16 KiB). After WantRead or WantWrite the next call must begin with the same bytes and offer no fewer; they may
    /// lie elsewhere.
    Outcome write(const char* data, std::size_t size);
    /// Bytes are held inside that read() may give without the descriptor being readable.
    bool has_pending() const;
    /// Why the peer's certificate was refused; empty when it was not.
    std::string certificate_refusal() const;
    /// Sends close_notify, if the socket takes it now.
    void shutdown();

private:
    Outcome outcome_of(int result);

    SSL* ssl_;
    bool failed_ = false;
};

/// Certificate and key for a listener: TLS 1.2 and 1.3, ALPN http/1.1, no renegotiation. reload() reads the files again; connections
/// that exist are untouched, and a pair that does not load leaves the old one in force. Thread: any.
class TlsContext {
public:
    /// PEM files; the certificate file holds the chain, leaf first. Errors: Tls, with what OpenSSL says.
    static Result<std::shared_ptr<TlsContext>> load(std::string certificate_file, std::string key_file);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    Result<void> reload();
    /// A session in the server's role, nullptr when memory is out. It still wants its descriptor; Stream sets it.
    std::unique_ptr<TlsSession> accept();

private:
    TlsContext(std::string certificate_file, std::string key_file);
    const std::string certificate_file_;
    const std::string key_file_;
    std::mutex mutex_;
    SSL_CTX* context_ = nullptr;
};

}  // namespace sio::runtime
