#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/base/string_map.hpp"
#include "sio/runtime/frame.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/statistics.hpp"

namespace sio::detail {

/// What one loop has seen of one namespace. A fan-out looks its event's name up once.
/// Thread: the loop.
class EventCounts {
public:
    static constexpr std::size_t kMaxSentNames = 256;

    void received(std::string_view name) { ++totals_of(name).received; }
    void sent(const EncodedEvent& event) {
        if (event.packet().frame != last_frame_) remember(event);
        ++last_->sent;
    }

    void add_to(NamespaceStatistics& sum) const;

    std::size_t polling = 0;
    std::size_t websocket = 0;
    std::uint64_t connected = 0;
    std::uint64_t refused = 0;
    std::uint64_t recovered = 0;
    std::uint64_t dropped = 0;

private:
    EventTotals& totals_of(std::string_view name);
    void remember(const EncodedEvent& event);

    StringMap<EventTotals> events_;
    runtime::FrameRef last_frame_;
    EventTotals* last_ = nullptr;
};

}  // namespace sio::detail
