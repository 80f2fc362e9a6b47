/// A websocket client's bytes, offered whole and cut: messages, close code and answers must be the same. The first byte chooses the cuts
/// and whether permessage-deflate was agreed on.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"
#include "sio/websocket/connection.hpp"

namespace {

using namespace sio;

constexpr std::size_t kMaxMessage = 1000;

class Recorder final : public websocket::ConnectionHandler {
public:
    void on_message(websocket::MessageType type, std::string_view payload) override {
        if (payload.size() > kMaxMessage) std::abort();
        log.append(type == websocket::MessageType::Text ? "t" : "b").append(payload).append("\n");
    }
    void on_close(websocket::CloseCode) override {}

    std::string log;
};

/// Offers bytes as a stream does: what is not taken comes again with more behind it. `cuts` 0: all at once. Gives messages and answers.
std::string run(runtime::Loop& loop, std::string_view bytes, bool deflate, std::uint32_t cuts) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    Recorder recorder;
    {
        websocket::Options options;
        options.max_message_bytes = kMaxMessage;
        options.max_fragments = 8;
        websocket::NegotiatedDeflate agreed;
        agreed.enabled = deflate;
        auto stream = std::make_unique<runtime::Stream>(loop, ends[0], nullptr, runtime::Address{});
        websocket::Connection connection(std::move(stream), options, agreed, recorder);
        std::string kept;
        while (!bytes.empty()) {
            if (cuts != 0) cuts = (cuts * 1664525U + 1013904223U) | 1U;
            const std::size_t step = cuts == 0 ? bytes.size() : 1 + (cuts >> 24) % 9;
            kept.append(bytes.substr(0, step));
            bytes.remove_prefix(std::min(step, bytes.size()));
            // A buffer of its own each time, so that reading past its end is seen.
            const std::size_t size = kept.size();
            std::vector<char> data(kept.begin(), kept.end());
            data.resize(size + 64);
            const auto used = connection.on_data(data.data(), size);
            if (used > size) std::abort();
            kept.assign(data.data() + used, size - used);
            if (kept.size() > 14 + 125) std::abort();
        }
        loop.turn();
        char buffer[4096];
        for (ssize_t got = 0; (got = read(ends[1], buffer, sizeof buffer)) > 0;) recorder.log.append(buffer, static_cast<std::size_t>(got));
    }
    close(ends[1]);
    return recorder.log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > 8192) return 0;
    static runtime::Loop loop;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const bool deflate = data[0] % 2 == 1;
    const auto first = run(loop, bytes, deflate, 0);
    const auto second = run(loop, bytes, deflate, data[0] + 1U);
    if (first != second) std::abort();
    return 0;
}
