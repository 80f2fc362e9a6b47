#include "sio/runtime/tls_trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "sio/runtime/address.hpp"

namespace sio::runtime {

Result<std::shared_ptr<TlsTrust>> TlsTrust::load(const std::string& ca_file) {
    const auto refuse = [&] {
        char text[256];
        ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
        ERR_clear_error();
        return fail(ErrorCode::Tls, (ca_file.empty() ? "the system's certificates: " : "certificates " + ca_file + ": ") + text);
    };
    ERR_clear_error();
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr) return refuse();
    std::shared_ptr<TlsTrust> trust(new TlsTrust(context));
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                       : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
    if (loaded != 1) return refuse();
    return trust;
}

TlsTrust::~TlsTrust() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsTrust::connect(const std::string& host) {
    SSL* const ssl = SSL_new(context_);
    if (ssl == nullptr) return nullptr;
    auto session = std::make_unique<TlsSession>(ssl);
    SSL_set_connect_state(ssl);
    // RFC 6066, section 3: an address is no server name.
    bool accepted;
    if (Address::parse(host)) {
        accepted = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    } else {
        std::string name = host;
        accepted = SSL_set1_host(ssl, name.c_str()) == 1 &&
                   SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return accepted ? std::move(session) : nullptr;
}

}  // namespace sio::runtime
