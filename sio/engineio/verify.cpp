#include "sio/engineio/verify.hpp"

#include <algorithm>

#include "sio/engineio/session.hpp"

namespace sio::engineio {

namespace {

std::unexpected<Refusal> refuse(HandshakeError error, std::string message = {}) {
    return std::unexpected(Refusal{error, std::move(message)});
}

bool has_control_byte(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

std::expected<void, Refusal> verify_known(const http::Request& request, const Parameters& parameters, const Session* session) {
    if (!session) return refuse(HandshakeError::UnknownSession);
    const bool polling = parameters.transport == "polling";
    if (!request.upgrade && (!polling || session->transport() != TransportKind::Polling)) return refuse(HandshakeError::BadRequest);
    if (request.upgrade && polling) return refuse(HandshakeError::BadRequest);
    if (parameters.version != (is_v3(session->revision()) ? "3" : "4")) return refuse(HandshakeError::BadRequest);
    return {};
}

std::expected<void, Refusal> verify_new(const Options& options, const http::Request& request, const Parameters& parameters) {
    if (request.method != http::Method::Get) return refuse(HandshakeError::BadMethod);
    if ((parameters.transport == "websocket") != request.upgrade) return refuse(HandshakeError::BadRequest);
    if (options.allow_request) {
        Verdict verdict = options.allow_request(request);
        if (verdict.kind == Verdict::Kind::Forbid) return refuse(HandshakeError::Forbidden, std::move(verdict.message));
        if (verdict.kind == Verdict::Kind::BadRequest) return refuse(HandshakeError::BadRequest, std::move(verdict.message));
    }
    const bool served = parameters.version == "4" || (options.allow_eio3 && parameters.version == "3");
    if (!served) return refuse(HandshakeError::UnsupportedVersion);
    return {};
}

}  // namespace

Parameters Parameters::of(const http::Request& request) {
    return {request.parameter("transport"), request.parameter("EIO"), request.parameter("sid").value_or("")};
}

Revision revision_of(const Parameters& parameters, const http::Request& request) {
    if (parameters.version != "3") return Revision::V4;
    const bool base64 = !request.parameter("b64").value_or("").empty() || request.parameter("j");
    return base64 ? Revision::V3Base64 : Revision::V3;
}

std::expected<void, Refusal> verify(const Options& options, const http::Request& request, const Parameters& parameters,
                                    const Session* session) {
    const bool known_transport = (options.polling && parameters.transport == "polling") ||
                                 (options.websocket && parameters.transport == "websocket");
    if (!known_transport) return refuse(HandshakeError::UnknownTransport);
    if (has_control_byte(request.header("origin").value_or(""))) return refuse(HandshakeError::BadRequest);
    return parameters.sid.empty() ? verify_new(options, request, parameters) : verify_known(request, parameters, session);
}

}  // namespace sio::engineio
