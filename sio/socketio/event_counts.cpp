#include "sio/socketio/event_counts.hpp"

namespace sio::detail {
namespace {

constexpr std::size_t kLargestKept = 16 * 1024;

/// Empty when it has none that can be read without parsing.
std::string_view name_in(std::string_view json) {
    constexpr std::string_view kStart = "[\"";
    if (!json.starts_with(kStart)) return {};
    json.remove_prefix(kStart.size());
    const auto end = json.find_first_of("\"\\");
    return end == std::string_view::npos || json[end] == '\\' ? std::string_view() : json.substr(0, end);
}

}  // namespace

EventTotals& EventCounts::totals_of(std::string_view name) {
    if (const auto found = events_.find(name); found != events_.end()) return found->second;
    return events_[events_.size() < kMaxSentNames ? std::string(name) : std::string()];
}

// The frame is kept, so that no other can come to its address; a large one is looked up each time.
void EventCounts::remember(const EncodedEvent& event) {
    last_ = &totals_of(name_in(event.json()));
    last_frame_ = event.bytes() <= kLargestKept ? event.packet().frame : runtime::FrameRef();
}

void EventCounts::add_to(NamespaceStatistics& sum) const {
    sum.polling += polling;
    sum.websocket += websocket;
    sum.connected += connected;
    sum.refused += refused;
    sum.recovered += recovered;
    sum.dropped += dropped;
    for (const auto& [name, totals] : events_) {
        auto& of_name = sum.events[name];
        of_name.received += totals.received;
        of_name.sent += totals.sent;
    }
}

}  // namespace sio::detail
