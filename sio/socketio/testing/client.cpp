#include "sio/socketio/testing/client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace sio::testing {
namespace {

constexpr int kPatienceMs = 5'000;

}  // namespace

Client::Client(std::uint16_t port, std::string_view version) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    write("GET /socket.io/?EIO=" + std::string(version) +
          "&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    std::size_t end = std::string::npos;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) throw std::runtime_error("no hand-shake");
    }
    input_.erase(0, end + 4);
    const auto open = receive();
    if (!open.starts_with('0')) throw std::runtime_error("no open packet");
    session_id_ = sid_of(open);
}

Client::~Client() { cut(); }

void Client::cut() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

void Client::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Client::fill() {
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) <= 0) return false;
    char buffer[65536];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got > 0) input_.append(buffer, static_cast<std::size_t>(got));
    return got > 0;
}

std::string Client::frame(unsigned char opcode, std::string_view payload) {
    std::string bytes(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        bytes.push_back(static_cast<char>(0x80 | payload.size()));
    } else if (payload.size() < 65536) {
        bytes.push_back(static_cast<char>(0x80 | 126));
        for (int shift = 8; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(payload.size() >> shift));
    } else {
        bytes.push_back(static_cast<char>(0x80 | 127));
        for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(payload.size() >> shift));
    }
    bytes.append(4, '\0');  // a mask of zeros
    return bytes.append(payload);
}

void Client::send_frame(unsigned char opcode, std::string_view payload) { write(frame(opcode, payload)); }

void Client::send_together(std::initializer_list<std::string_view> texts) {
    std::string bytes;
    for (const auto text : texts) bytes += frame(0x1, text);
    write(bytes);
}

std::string Client::receive() {
    const auto need = [this](std::size_t bytes) {
        while (input_.size() < bytes) {
            if (fill()) continue;
            return false;
        }
        return true;
    };
    for (;;) {
        if (!need(2)) return fd_ < 0 || input_.empty() ? "<closed>" : "<timeout>";
        const auto at = [this](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(input_[i])); };
        const auto opcode = at(0) & 0x0F;
        std::size_t size = at(1) & 0x7F;
        std::size_t header = 2;
        if (size >= 126) {
            const std::size_t digits = size == 126 ? 2 : 8;
            header += digits;
            if (!need(header)) return "<timeout>";
            size = 0;
            for (std::size_t i = 2; i < header; ++i) size = size << 8 | at(i);
        }
        if (!need(header + size)) return "<timeout>";
        std::string payload = input_.substr(header, size);
        input_.erase(0, header + size);
        if (opcode == 0x8) return "<closed>";
        if (opcode == 0x2) return "b:" + payload;
        if (payload == "2") {
            send("3");
            continue;
        }
        return payload;
    }
}

std::string Client::join(std::string_view nsp, std::string_view auth) {
    std::string packet = "40";
    if (nsp != "/") packet.append(nsp).push_back(',');
    send(packet.append(auth));
    return sid_of(receive());
}

bool Client::closed() {
    for (;;) {
        const auto message = receive();
        if (message == "<closed>") return true;
        if (message == "<timeout>") return false;
    }
}

bool Client::sync() {
    send(R"(42900["sync"])");
    for (;;) {
        const auto message = receive();
        if (message == "43900[]") return true;
        if (message.starts_with('<')) return false;
    }
}

std::string sid_of(std::string_view connect_answer) {
    const auto key = connect_answer.find(R"("sid":")");
    return key == std::string_view::npos ? std::string() : std::string(connect_answer.substr(key + 7, 20));
}

}  // namespace sio::testing
