#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::engineio::testing {

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    std::string header(std::string_view name) const;
};

/// A blocking HTTP and websocket client over one loopback connection, independent of the code under test. Every wait ends after ten
/// seconds.
class Client {
public:
    explicit Client(std::uint16_t port);
    ~Client();
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
    Client& operator=(Client&&) = delete;

    void send(std::string_view bytes);
    /// One whole answer with a Content-Length; status 0 when the connection ended first.
    Answer receive();
    Answer get(std::string_view target, std::string_view headers = {});
    void start_get(std::string_view target);
    Answer post(std::string_view target, std::string_view body, std::string_view content_type = "text/plain;charset=UTF-8");
    /// Whether the peer has closed, once everything it sent was read.
    bool closed();
    void reset();

    /// Sends the hand-shake; true when it was answered 101.
    bool upgrade(std::string_view target);
    void send_text(std::string_view payload) { send_frame(0x1, payload); }
    void send_binary(std::string_view payload) { send_frame(0x2, payload); }
    void send_frame(unsigned opcode, std::string_view payload);
    /// Opcode and payload of the next frame; opcode 0xff when the connection ended.
    std::pair<unsigned, std::string> frame();
    std::string text() { return frame().second; }

private:
    bool fill();
    int fd_;
    std::string buffer_;
};

std::string request(std::string_view method, std::string_view target, std::string_view headers, std::string_view body);

}  // namespace sio::engineio::testing
