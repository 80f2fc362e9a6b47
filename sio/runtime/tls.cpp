#include "sio/runtime/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace sio::runtime {

namespace {

constexpr std::size_t kRecord = 16 * 1024;
constexpr std::string_view kHttp11 = "\x08http/1.1";

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

std::string last_openssl_error() {
    char text[256];
    ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
    ERR_clear_error();
    return text;
}

// RFC 7301, section 3.2: a client that offers protocols and none of ours is refused; one that offers none is served.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered, unsigned offered_size,
                    void*) {
    unsigned char* found = nullptr;
    const auto* ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
    if (SSL_select_next_proto(&found, chosen_size, ours, static_cast<unsigned>(kHttp11.size()), offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

Result<Context> make_context(const std::string& certificate_file, const std::string& key_file) {
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_server_method()));
    if (!context) return fail(ErrorCode::Tls, last_openssl_error());
    SSL_CTX* const ctx = context.get();
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Tickets carry a session's state to the client; a cache on this side would only hold memory.
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One recv for a record instead of two (header, body).
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, nullptr);
    if (SSL_CTX_use_certificate_chain_file(ctx, certificate_file.c_str()) != 1) {
        return fail(ErrorCode::Tls, "certificate " + certificate_file + ": " + last_openssl_error());
    }
    if (SSL_CTX_use_PrivateKey_file(ctx, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return fail(ErrorCode::Tls, "key " + key_file + ": " + last_openssl_error());
    }
    if (SSL_CTX_check_private_key(ctx) != 1) return fail(ErrorCode::Tls, "key does not fit the certificate: " + last_openssl_error());
    return context;
}

}  // namespace

TlsSession::~TlsSession() { SSL_free(ssl_); }

void TlsSession::set_descriptor(int fd) { SSL_set_fd(ssl_, fd); }

TlsSession::Outcome TlsSession::read(char* data, std::size_t size) {
    ERR_clear_error();
    return outcome_of(SSL_read(ssl_, data, static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()))));
}

TlsSession::Outcome TlsSession::write(const char* data, std::size_t size) {
    ERR_clear_error();
    return outcome_of(SSL_write(ssl_, data, static_cast<int>(std::min(size, kRecord))));
}

TlsSession::Outcome TlsSession::outcome_of(int result) {
    if (result > 0) return {Io::Done, static_cast<std::size_t>(result)};
    switch (SSL_get_error(ssl_, result)) {
        case SSL_ERROR_WANT_READ: return {Io::WantRead, 0};
        case SSL_ERROR_WANT_WRITE: return {Io::WantWrite, 0};
        case SSL_ERROR_ZERO_RETURN: return {Io::Closed, 0};
        default: break;
    }
    failed_ = true;
    const bool cut_off = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    ERR_clear_error();
    return {cut_off ? Io::Closed : Io::Failed, 0};
}

bool TlsSession::has_pending() const { return !failed_ && SSL_has_pending(ssl_) == 1; }

std::string TlsSession::certificate_refusal() const {
    const long result = SSL_get_verify_result(ssl_);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

void TlsSession::shutdown() {
    // Illegal after a failure, and during a hand-shake there is nothing to close.
    if (failed_ || SSL_in_init(ssl_) != 0) return;
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
}

TlsContext::TlsContext(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<TlsContext>> TlsContext::load(std::string certificate_file, std::string key_file) {
    std::shared_ptr<TlsContext> result(new TlsContext(std::move(certificate_file), std::move(key_file)));
    if (auto loaded = result->reload(); !loaded) return std::unexpected(std::move(loaded.error()));
    return result;
}

Result<void> TlsContext::reload() {
    auto fresh = make_context(certificate_file_, key_file_);
    if (!fresh) return std::unexpected(std::move(fresh.error()));
    SSL_CTX* old;
    {
        const std::lock_guard lock(mutex_);
        old = std::exchange(context_, fresh->release());
    }
    SSL_CTX_free(old);  // sessions hold counts of their own
    return {};
}

std::unique_ptr<TlsSession> TlsContext::accept() {
    const std::lock_guard lock(mutex_);
    SSL* const ssl = SSL_new(context_);
    if (ssl == nullptr) return nullptr;
    SSL_set_accept_state(ssl);
    return std::make_unique<TlsSession>(ssl);
}

}  // namespace sio::runtime
