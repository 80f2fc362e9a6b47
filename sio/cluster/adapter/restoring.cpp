#include "sio/cluster/adapter/restoring.hpp"

#include <algorithm>
#include <utility>

#include "sio/cluster/adapter/session_codec.hpp"
#include "sio/cluster/valkey/stream_id.hpp"

namespace sio::cluster {
namespace {

constexpr std::string_view kPageSize = "500";
/// A client that missed more than this starts anew rather than be sent it all.
constexpr std::size_t kMaxPages = 100;
constexpr std::size_t kMaxBytes = std::size_t{32} << 20;

bool reaches(const Incoming& message, const RecoverableSession& session) {
    const auto is_in = [&](std::string_view room) {
        return room == session.sid || std::ranges::find(session.rooms, room) != session.rooms.end();
    };
    return (message.rooms.empty() || std::ranges::any_of(message.rooms, is_in)) && std::ranges::none_of(message.except, is_in);
}

bool is_later(std::string_view id, std::string_view than) {
    const auto a = StreamId::parse(id);
    const auto b = StreamId::parse(than);
    return a && b && *a > *b;
}

}  // namespace

Restoring::Restoring(std::shared_ptr<Member> member, StreamsCarrier& carrier, std::string session_key, std::string pid, std::string offset,
                     runtime::Loop& home, Adapter::RestoreCallback callback)
    : member_(std::move(member)),
      carrier_(carrier),
      session_key_(std::move(session_key)),
      pid_(std::move(pid)),
      offset_(std::move(offset)),
      home_(home),
      callback_(std::move(callback)) {}

void Restoring::start(std::function<void(RecoverableSession)> keep) {
    keep_ = std::move(keep);
    auto& valkey = carrier_.valkey();
    if (!valkey.connected() || carrier_.position().empty()) return give_up();
    tap_ = carrier_.begin_tap();
    valkey.command({"GETDEL", session_key_}, [self = shared_from_this()](const Result<Value>& answer) { self->on_session(answer); });
    valkey.command({"XRANGE", carrier_.stream(), offset_, offset_},
                   [self = shared_from_this()](const Result<Value>& answer) { self->on_offset(answer); });
}

void Restoring::on_session(const Result<Value>& answer) {
    if (!answer || answer->is_nil()) return;
    auto session = decode_session(answer->text, pid_);
    if (!session) return member_->on_undecodable(session.error());
    session_ = std::move(*session);
}

void Restoring::on_offset(const Result<Value>& answer) {
    if (!answer || answer->elements.empty() || !session_) return give_up();
    read_on();
}

void Restoring::read_on() {
    if (++pages_ > kMaxPages || bytes_ > kMaxBytes) return give_up();
    carrier_.valkey().command({"XRANGE", carrier_.stream(), '(' + offset_, "+", "COUNT", std::string(kPageSize)},
                              [self = shared_from_this()](const Result<Value>& answer) { self->on_page(answer); });
}

void Restoring::on_page(const Result<Value>& answer) {
    if (!answer) return give_up();
    for (const auto& element : answer->elements) {
        const auto entry = read_entry(element[0].text, element[1].elements);
        offset_ = element[0].text;
        if (!StreamId::parse(offset_)) return give_up();
        if (entry.message.type != "3" || entry.message.nsp != member_->nsp_name() || entry.message.uid == kMirrorUid) continue;
        bytes_ += entry.message.data.size();
        entries_.emplace_back(entry);
    }
    // A page that is not full was the last: what comes after it, the tap has.
    if (answer->elements.size() < 500) return finish();
    read_on();
}

void Restoring::finish() {
    const std::string seam(carrier_.position());
    std::erase_if(entries_, [&](const KeptEntry& entry) { return is_later(entry.id, seam); });
    for (auto& entry : **tap_) {
        if (is_later(entry.id, offset_) && entry.uid != kMirrorUid) entries_.push_back(std::move(entry));
    }
    std::vector<EncodedEvent> events;
    member_->while_open([&] { events = missed(); });
    tell(RestoredSession{std::move(*session_), std::move(events)});
}

std::vector<EncodedEvent> Restoring::missed() {
    std::vector<EncodedEvent> events;
    DocumentReader reader;
    for (const auto& entry : entries_) {
        auto message = modern::decode_entry(reader, {.uid = entry.uid, .nsp = member_->nsp_name(), .type = entry.type, .data = entry.data});
        if (!message || message->kind != Kind::Broadcast) continue;
        if (message->flags.volatile_ || !message->request_id.empty()) continue;
        const auto by_own_names = member_->renamed(*message);
        if (!reaches(by_own_names ? by_own_names->message : *message, *session_)) continue;
        message->offset = entry.id;
        if (auto event = member_->event_of(*message, reader.attachments(), {})) events.push_back(std::move(*event));
    }
    return events;
}

// Between begin_join and end_join nothing passes the socket's loop by, though its rooms are not joined yet. On Valkey's own loop there is
// no between.
void Restoring::tell(std::optional<RestoredSession> restored) {
    if (tap_) carrier_.end_tap(*std::exchange(tap_, std::nullopt));
    const bool joins = restored.has_value();
    member_->while_open([&] {
        if (joins) member_->local().begin_join(home_.index());
        auto call = [self = shared_from_this(), joins, restored = std::move(restored)]() mutable {
            auto unclaimed = self->callback_(std::move(restored));
            if (joins) self->member_->local().end_join(self->home_.index());
            if (unclaimed) self->keep_(std::move(*unclaimed));
        };
        if (home_.in_loop_thread()) return call();
        home_.post(std::move(call));
    });
}

}  // namespace sio::cluster
