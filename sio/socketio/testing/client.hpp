#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::testing {

/// A blocking Engine.IO client over one websocket, for tests: sends what it is told, also what no client should.
class Client {
public:
    /// Connects with `EIO=<version>` and takes the open packet.
    explicit Client(std::uint16_t port, std::string_view version = "4");
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Of the Engine.IO session.
    const std::string& session_id() const { return session_id_; }
    /// A Socket.IO packet, e.g. `42["hello"]` with the Engine.IO digit.
    void send(std::string_view text) { send_frame(0x1, text); }
    void send_binary(std::string_view bytes) { send_frame(0x2, bytes); }
    /// Several packets in one segment.
    void send_together(std::initializer_list<std::string_view> texts);

    /// The next message, pings answered on the way. Binary comes with `b:` before it. `<closed>` when the server ended the websocket,
    /// `<timeout>` after five seconds.
    std::string receive();
    /// Joins a namespace; returns the socket's id.
    std::string join(std::string_view nsp = "/", std::string_view auth = {});
    /// Reads on to the end of the connection.
    bool closed();
    /// Sends an event that the server acknowledges, and waits for that: everything sent before was processed. Whatever came meanwhile
    /// is lost. Wants `on("sync")` to acknowledge.
    bool sync();
    /// Cuts TCP.
    void cut();

private:
    void send_frame(unsigned char opcode, std::string_view payload);
    static std::string frame(unsigned char opcode, std::string_view payload);
    void write(std::string_view bytes);
    bool fill();

    int fd_ = -1;
    std::string input_;
    std::string session_id_;
};

/// The id in a CONNECT answer, `40{"sid":"..."}`.
std::string sid_of(std::string_view connect_answer);

}  // namespace sio::testing
