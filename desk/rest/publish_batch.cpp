#include "desk/rest/publish_batch.hpp"

#include <map>

#include "desk/store/doors.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

constexpr int kAccepted = 202;
constexpr std::int64_t kKnownUs = 24LL * 3600 * 1'000'000;
/// Whose the ids of items are: the org's, whichever key they came with. No user's id holds a colon.
constexpr std::string_view kHolder = "publish:";

std::string result(const std::optional<std::string>& id, std::optional<std::int64_t> seq, std::string_view status) {
    return sio::json::object({{"id", id}, {"seq", seq}, {"status", status}}).str();
}

std::string rejection(const std::optional<std::string>& id, const Error& error) {
    return sio::json::object({{"id", id}, {"seq", nullptr}, {"status", "rejected"}, {"error", sio::json::Raw{to_socket_error(error)}}})
        .str();
}

struct Runner {
    store::Transaction& tx;
    const Actor& by;

    using Outcome = Result<tickets::Published>;
    Outcome operator()(const std::monostate&) const { return fail(ErrorCode::Internal); }
    Outcome operator()(const RawEvent&) const { return tickets::Published::Accepted; }
    Outcome operator()(const tickets::PublishTicket& command) const { return tickets::run(tx, by, command); }
    Outcome operator()(const tickets::PublishMessage& command) const { return tickets::run(tx, by, command); }
    Outcome operator()(const PublishedChatMessage& command) const {
        const Actor sender = command.sender ? tickets::actor_of(tx, tx.mirror(*command.sender)) : by;
        const auto done = chat::run(tx, sender, command.message);
        if (!done) return std::unexpected(done.error());
        return done->duplicate ? tickets::Published::Duplicate : tickets::Published::Accepted;
    }
    Outcome operator()(const people::PublishUser& command) const {
        const auto done = people::run(tx, command);
        if (!done) return std::unexpected(done.error());
        return *done ? tickets::Published::Accepted : tickets::Published::Stale;
    }
    Outcome operator()(const notifications::CreateNotifications& command) const {
        const auto done = notifications::run(tx, by, command);
        if (!done) return std::unexpected(done.error());
        return tickets::Published::Accepted;
    }
};

/// The row that the item is known by: of its own name, else the first it made. nullptr: it changed nothing that anybody sees.
const EventRow* row_of(const PublishItem& item, std::span<const EventRow> rows) {
    for (const EventRow& row : rows) {
        if (row.name == item.event) return &row;
    }
    return rows.empty() ? nullptr : &rows.front();
}

/// Each line of `text` into its place of `results`.
void put_lines(std::string_view text, const std::vector<std::size_t>& indices, std::vector<std::string>& results) {
    for (const std::size_t index : indices) {
        const auto end = text.find('\n');
        results[index] = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
}

}  // namespace

PublishBatch::PublishBatch(sio::Server& io, std::vector<PublishItem> items, std::optional<Idempotency> idempotency, Reply reply)
    : io_(io),
      items_(std::move(items)),
      idempotency_(std::move(idempotency)),
      reply_(std::move(reply)),
      results_(items_.size()),
      emits_(items_.size()) {}

void PublishBatch::begin(store::Store& store) {
    std::map<std::string, Indices> by_org;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const PublishItem& item = items_[i];
        if (item.refused && !idempotency_) {
            results_[i] = rejection(item.id, *item.refused);
        } else if (item.is_raw() && !item.id && !idempotency_) {
            // Nothing to remember of it, so it need not wait for the store.
            emit(std::get<RawEvent>(item.command));
            results_[i] = result(std::nullopt, std::nullopt, "accepted");
        } else {
            by_org[item.org].push_back(i);
        }
    }
    orgs_ = left_ = by_org.size();
    if (by_org.empty()) {
        replayed_ = false;
        return answer();
    }
    for (auto& [org, indices] : by_org) submit(store, org, std::move(indices));
}

void PublishBatch::submit(store::Store& store, const std::string& org, Indices indices) {
    const auto self = shared_from_this();
    store.write(
        org, [self, indices](store::Transaction& tx) { return once(tx, self->idempotency_, [&] { return self->run(tx, indices); }); },
        [self, indices](Result<Answer> outcome) { self->finish_org(indices, std::move(outcome)); });
}

Result<Answer> PublishBatch::run(store::Transaction& tx, const Indices& indices) {
    // One line an item: JSON holds no line feeds of its own.
    Answer answer{kAccepted, {}, false, {}};
    for (const std::size_t index : indices) {
        if (!answer.body.empty()) answer.body += '\n';
        answer.body += run_item(tx, index);
    }
    return answer;
}

std::string PublishBatch::run_item(store::Transaction& tx, std::size_t index) {
    const PublishItem& item = items_[index];
    emits_[index] = 0;
    if (item.refused) return rejection(item.id, *item.refused);
    store::IdempotencyKeys known(tx.session(), tx.org());
    if (item.id) {
        if (const auto first = known.find(kHolder, *item.id, tx.now_us()))
            return result(item.id, first->status == 0 ? std::nullopt : std::optional(first->status), "duplicate");
    }
    const std::int64_t before = tx.position().seq;
    const auto outcome = tx.attempt([&]() -> Result<tickets::Published> {
        const Actor by = item.by ? tickets::actor_of(tx, tx.mirror(*item.by)) : system_actor(tx.org());
        return std::visit(Runner{tx, by}, item.command);
    });
    if (!outcome) return rejection(item.id, outcome.error());
    if (*outcome == tickets::Published::Stale) return result(item.id, std::nullopt, "stale");
    if (*outcome == tickets::Published::Duplicate) return result(item.id, std::nullopt, "duplicate");

    const EventRow* row = row_of(item, tx.rows_after(before));
    const auto seq = row != nullptr ? std::optional(row->seq) : std::nullopt;
    // The answer's status column is where a seq has room.
    if (item.id) known.insert(kHolder, *item.id, {item.event, seq.value_or(0), {}}, tx.now_us() + kKnownUs);
    emits_[index] = item.is_raw() ? 1 : 0;
    return result(item.id ? item.id : row != nullptr ? std::optional(row->event_id) : std::nullopt, seq, "accepted");
}

void PublishBatch::finish_org(const Indices& indices, Result<Answer> outcome) {
    if (outcome && outcome->status == kAccepted) {
        put_lines(outcome->body, indices, results_);
        for (const std::size_t index : indices) {
            if (emits_[index] != 0 && !outcome->replayed) emit(std::get<RawEvent>(items_[index].command));
        }
    } else if (!outcome) {
        for (const std::size_t index : indices) results_[index] = rejection(items_[index].id, outcome.error());
    }
    bool last = false;
    {
        const std::scoped_lock lock(mutex_);
        if (!outcome) {
            failure_ = outcome.error();
            ++failed_;
        } else if (outcome->status != kAccepted) {
            problem_ = std::move(*outcome);
        }
        if (!outcome || !outcome->replayed) replayed_ = false;
        last = --left_ == 0;
    }
    if (last) answer();
}

void PublishBatch::emit(const RawEvent& raw) const {
    sio::Namespace* const nsp = io_.find(raw.nsp);
    if (nsp == nullptr) return;
    if (raw.data_json.empty())
        nsp->to(raw.rooms).emit(raw.event);
    else
        nsp->to(raw.rooms).emit(raw.event, sio::json::Raw{raw.data_json});
}

void PublishBatch::answer() {
    if (problem_) return reply_.send(std::move(*problem_));
    // With one org left undone and another done, each item says what became of it.
    if (failed_ > 0 && failed_ == orgs_) return reply_.refuse(*failure_);
    std::string body = R"({"results":[)";
    for (std::size_t i = 0; i < results_.size(); ++i) {
        if (i > 0) body += ',';
        body += results_[i];
    }
    body += "]}";
    reply_.send(Answer{kAccepted, std::move(body), replayed_, {}});
}

}  // namespace desk::rest
