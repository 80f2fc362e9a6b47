#include "desk/delivery/delivery.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "desk/delivery/emission.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/rooms.hpp"

namespace desk {

namespace {

// Until the log is asked again that could not be read.
constexpr std::chrono::milliseconds kReadAgain{500};

}  // namespace

struct Delivery::Sequencer {
    Sequencer(Delivery& delivery, std::string name, std::int64_t last)
        : owner(delivery), org(std::move(name)), position(last), again([](void* self) { static_cast<Sequencer*>(self)->read(); }, this) {}
    void read() { owner.read_hole(*this); }

    Delivery& owner;
    std::string org;
    std::int64_t position;                     ///< seq of the last row that was emitted
    std::map<std::int64_t, EventRow> waiting;  ///< behind a hole
    bool reading = false;                      ///< or about to, by `again`
    sio::runtime::Timer again;
};

Delivery::Delivery(sio::Server& io, Typing& typing, ReadLog read_log, sio::Log& log)
    : io_(io), typing_(typing), read_log_(std::move(read_log)), log_(log), sequencers_(io.loops().size()) {}

Delivery::~Delivery() = default;

void Delivery::committed(std::vector<EventRow> rows) {
    if (rows.empty()) return;
    auto& home = home_loop(io_, rows.front().org);
    run_on(home, [this, rows = std::move(rows)]() mutable { take(std::move(rows)); });
}

void Delivery::take(std::vector<EventRow> rows) {
    const std::string& org = rows.front().org;
    auto& slot = sequencers_[home_loop(io_, org).index()][org];
    // Before the first row since the start nobody could have been told of any: clients that were away ask with their cursor.
    if (!slot) slot = std::make_unique<Sequencer>(*this, org, rows.front().seq - 1);
    Sequencer& sequencer = *slot;
    for (EventRow& row : rows) {
        if (row.seq > sequencer.position) sequencer.waiting.try_emplace(row.seq, std::move(row));
    }
    drain(sequencer);
}

void Delivery::drain(Sequencer& sequencer) {
    while (!sequencer.waiting.empty() && sequencer.waiting.begin()->first <= sequencer.position + 1) {
        const auto row = sequencer.waiting.extract(sequencer.waiting.begin());
        if (row.key() <= sequencer.position) continue;
        sequencer.position = row.key();
        emit(row.mapped());
    }
    if (sequencer.waiting.empty() || sequencer.reading) return;
    log_.warn("hole in the log's announcements, reading the log", {{"org", sequencer.org}, {"after", sequencer.position}});
    read_hole(sequencer);
}

void Delivery::read_hole(Sequencer& sequencer) {
    sequencer.reading = true;
    auto& home = home_loop(io_, sequencer.org);
    read_log_(sequencer.org, sequencer.position, [this, &home, &sequencer](std::optional<std::vector<EventRow>> rows) {
        home.post([this, &home, &sequencer, rows = std::move(rows)] {
            if (rows)
                fill_hole(sequencer, *rows);
            else
                home.arm_after(sequencer.again, kReadAgain);
        });
    });
}

void Delivery::fill_hole(Sequencer& sequencer, const std::vector<EventRow>& rows) {
    sequencer.reading = false;
    // The log is the truth: what it does not have between two rows was never written, and nothing is to be waited for.
    if (rows.empty() && !sequencer.waiting.empty()) sequencer.position = sequencer.waiting.begin()->first - 1;
    for (const EventRow& row : rows) {
        if (row.seq <= sequencer.position) continue;
        sequencer.position = row.seq;
        emit(row);
    }
    drain(sequencer);
}

void Delivery::emit(const EventRow& row) {
    if (!row.author.empty() && row.subject_kind == SubjectKind::Ticket && row.name == "ticket:message") {
        typing_.ended_by_message({TypingPlace::Kind::Ticket, row.org, row.subject}, row.author);
    }
    if (row.subject_kind == SubjectKind::Conversation && row.name == "chat:ended")
        typing_.forget({TypingPlace::Kind::Conversation, row.org, row.subject});
    else if (!row.author.empty() && row.name == "chat:message") {
        typing_.ended_by_message({TypingPlace::Kind::Conversation, row.org, row.subject}, row.author);
    }
    for (const auto& [name, hook] : hooks_) {
        if (row.name == name) hook(row);
    }
    sio::Namespace* where = nsp(row);
    if (where == nullptr) return;
    const auto emission = std::make_shared<const Emission>(*where, row);
    auto& loops = io_.loops();
    for (unsigned i = 0; i < loops.size(); ++i) {
        if (emission->concerns(i)) run_on(loops.at(i), [emission] { emission->deliver(); });
    }
    if (row.unread) {
        where->to(rooms::user(row.org, row.subject))
            .local()
            .emit("notification:count", sio::json::object({{"unread", row.unread->unread}, {"rev", row.unread->rev}}));
    }
}

sio::Namespace* Delivery::nsp(const EventRow& row) const { return io_.find(to_string(row.nsp())); }

}  // namespace desk
