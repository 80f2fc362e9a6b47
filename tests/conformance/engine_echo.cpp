#include "engine_echo.hpp"

namespace conformance {

namespace eio = sio::engineio;

namespace {

/// Owns itself until the session ends.
class Echo final : public eio::SessionHandler {
public:
    explicit Echo(eio::Session& session) : session_(session) {}
    void on_message(eio::MessageType type, std::string_view data) override {
        if (type == eio::MessageType::Binary)
            session_.send(eio::binary_packet(data));
        else
            session_.send(eio::text_packet('4' + std::string(data)));
    }
    void on_close(eio::CloseReason) override { delete this; }  // NOLINT(cppcoreguidelines-owning-memory)

private:
    eio::Session& session_;
};

}  // namespace

eio::SessionHandler* echo(eio::Session& session) { return new Echo(session); }  // NOLINT(cppcoreguidelines-owning-memory)

}  // namespace conformance
