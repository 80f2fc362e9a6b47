#include "sio/engineio/testing/client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "sio/base/bytes.hpp"

namespace sio::engineio::testing {

std::string request(std::string_view method, std::string_view target, std::string_view headers, std::string_view body) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
    if (!body.empty() || method == "POST") text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    return text.append("\r\n").append(body);
}

std::string Answer::header(std::string_view name) const {
    std::string_view rest = head;
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        const std::size_t colon = line.find(": ");
        if (colon != std::string_view::npos && iequals(line.substr(0, colon), name)) return std::string(line.substr(colon + 2));
        if (end == std::string_view::npos) break;
        rest = rest.substr(end + 2);
    }
    return {};
}

Client::Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

Client::~Client() {
    if (fd_ >= 0) ::close(fd_);
}

void Client::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(fd_, -1));
}

void Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Client::fill() {
    std::array<char, 65536> chunk;
    const ssize_t got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
}

Answer Client::receive() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return {};
    }
    Answer answer;
    answer.head = buffer_.substr(0, end);
    answer.status = std::stoi(answer.head.substr(9, 3));
    buffer_.erase(0, end + 4);
    const std::string length = answer.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size) {
        if (!fill()) return {};
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

Answer Client::get(std::string_view target, std::string_view headers) {
    send(request("GET", target, headers, {}));
    return receive();
}

void Client::start_get(std::string_view target) { send(request("GET", target, {}, {})); }

Answer Client::post(std::string_view target, std::string_view body, std::string_view content_type) {
    send(request("POST", target, "Content-Type: " + std::string(content_type) + "\r\n", body));
    return receive();
}

bool Client::closed() {
    while (fill()) buffer_.clear();
    return errno != EAGAIN && errno != EWOULDBLOCK;
}

bool Client::upgrade(std::string_view target) {
    send(request(
        "GET", target,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", {}));
    return receive().status == 101;
}

void Client::send_frame(unsigned opcode, std::string_view payload) {
    std::string frame{static_cast<char>(0x80U | opcode)};
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80U | payload.size());
    } else {
        frame += static_cast<char>(0xfe);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size());
    }
    send(frame.append(4, '\0').append(payload));
}

std::pair<unsigned, std::string> Client::frame() {
    const auto need = [&](std::size_t size) {
        while (buffer_.size() < size) {
            if (!fill()) return false;
        }
        return true;
    };
    if (!need(2)) return {0xff, {}};
    std::size_t header = 2;
    std::size_t size = static_cast<unsigned char>(buffer_[1]) & 0x7fU;
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (!need(header + extra)) return {0xff, {}};
    if (extra > 0) size = 0;
    for (std::size_t i = 0; i < extra; ++i) size = size << 8 | static_cast<unsigned char>(buffer_[header + i]);
    header += extra;
    if (!need(header + size)) return {0xff, {}};
    const unsigned opcode = static_cast<unsigned char>(buffer_[0]) & 0x0fU;
    std::string payload = buffer_.substr(header, size);
    buffer_.erase(0, header + size);
    return {opcode, std::move(payload)};
}

}  // namespace sio::engineio::testing
