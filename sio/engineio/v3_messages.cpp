#include "sio/engineio/v3_messages.hpp"

#include <algorithm>

#include "sio/engineio/v3_payload.hpp"

namespace sio::engineio::v3 {

namespace {
// More than the attachments of an event; a turn that sends many different ones makes some of them again.
constexpr std::size_t kKept = 16;
}  // namespace

Packet Messages::of(const Packet& packet, Revision revision) {
    const auto same = [&](const Made& made) { return made.from == packet.frame && made.revision == revision; };
    auto found = std::ranges::find_if(made_, same);
    if (found == made_.end()) {
        if (made_.empty()) loop_.defer([this] { made_.clear(); });
        if (made_.size() == kKept) made_.erase(made_.begin());
        found = made_.insert(made_.end(), Made{packet.frame, revision, for_websocket(packet, revision)});
    }
    Packet message = found->packet;
    message.compress = packet.compress;
    return message;
}

}  // namespace sio::engineio::v3
