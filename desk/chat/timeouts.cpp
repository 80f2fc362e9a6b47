#include "desk/chat/timeouts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace desk::chat {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// What is ended at once; no more stands in the way of other commands.
constexpr std::int64_t kBatch = 100;
// The clock may step, and conversations come that are due before the next one known: no longer sleep than this, or than
// the shorter time-out.
constexpr milliseconds kLongestSleep{1000};
constexpr milliseconds kAfterBatch{10};
constexpr milliseconds kAfterFailure{1000};

}  // namespace

ChatTimeouts::ChatTimeouts(sio::Server& io, store::Store& store, ChatTimes times, sio::Log& log)
    : loop_(io.loops().at(0)),
      store_(store),
      times_(times),
      log_(log),
      next_([](void* self) { static_cast<ChatTimeouts*>(self)->look(); }, this),
      looking_for_lost_([](void* self) { static_cast<ChatTimeouts*>(self)->look_for_lost(); }, this) {}

void ChatTimeouts::begin() {
    const auto forgotten = store_.write_and_wait(
        std::string(), [](store::Transaction& tx) -> Result<std::int64_t> { return store::forget_presence(tx.session(), tx.real_us()); });
    if (!forgotten) log_.error("chats: who was there is not known", {{"why", to_string(forgotten.error().code)}});
    sleep(milliseconds(0));
}

void ChatTimeouts::begin(CustomerHere here, milliseconds every) {
    here_ = std::move(here);
    look_every_ = every;
    loop_.arm_after(looking_for_lost_, look_every_);
    sleep(milliseconds(0));
}

void ChatTimeouts::look_for_lost() {
    loop_.arm_after(looking_for_lost_, look_every_);
    store_.read(
        std::string(),
        [](const store::Snapshot& snapshot) -> Result<std::vector<store::DueConversations::Name>> {
            return store::conversations_with_customer(snapshot.session());
        },
        [this](const Result<std::vector<store::DueConversations::Name>>& all) {
            if (!all) return;
            for (const auto& each : *all) {
                here_(each.org, each.id, [this, each](bool here) {
                    if (!here) note_lost(each);
                });
            }
        });
}

void ChatTimeouts::note_lost(const store::DueConversations::Name& conversation) {
    store_.write(
        conversation.org,
        [id = conversation.id](store::Transaction& tx) -> Result<bool> {
            if (tx.conversations().customer_here_until(id) == store::kStillHere) note_customer(tx, id, false);
            return true;
        },
        [](const Result<bool>&) {});
}

void ChatTimeouts::sleep(milliseconds time) { loop_.arm_after(next_, time); }

void ChatTimeouts::look() {
    struct Look {
        store::DueConversations found;
        std::int64_t now_us = 0;
    };
    store_.read(
        std::string(),
        [this](const store::Snapshot& snapshot) -> Result<Look> {
            const std::int64_t now_us = store_.real_us();
            const auto before = [&](milliseconds time) { return now_us - microseconds(time).count(); };
            return Look{store::due_conversations(snapshot.session(), before(times_.customer_timeout), before(times_.inactivity), kBatch),
                        now_us};
        },
        [this](Result<Look> look) {
            loop_.post([this, look = std::move(look)] {
                if (look)
                    found(look->found, look->now_us);
                else
                    sleep(kAfterFailure);
            });
        });
}

void ChatTimeouts::found(const store::DueConversations& due, std::int64_t now_us) {
    failed_ = false;
    if (!due.due.empty()) {
        under_way_ = due.due.size();
        for (const auto& conversation : due.due) expire(conversation);
        return;
    }
    microseconds wait = std::min({kLongestSleep, times_.customer_timeout, times_.inactivity});
    const auto until = [&](const std::optional<std::int64_t>& since, milliseconds time) {
        if (since) wait = std::min(wait, microseconds(*since - now_us) + time);
    };
    until(due.next_absence, times_.customer_timeout);
    until(due.next_quiet, times_.inactivity);
    sleep(std::chrono::ceil<milliseconds>(std::max(wait, microseconds(0))));
}

void ChatTimeouts::expire(const store::DueConversations::Name& conversation) {
    if (!here_) return end(conversation, false);
    here_(conversation.org, conversation.id,
          [this, conversation](bool here) { loop_.post([this, conversation, here] { end(conversation, here); }); });
}

void ChatTimeouts::end(const store::DueConversations::Name& conversation, bool here) {
    store_.write(
        conversation.org,
        [conversation, here, times = times_](store::Transaction& tx) {
            if (here && tx.conversations().customer_here_until(conversation.id) != store::kStillHere)
                note_customer(tx, conversation.id, true);
            return run(tx, system_actor(tx.org()), ExpireConversation{conversation.id, times});
        },
        [this, conversation](const Result<ExpireOutcome>& outcome) {
            loop_.post([this, conversation, outcome] {
                if (!outcome) {
                    failed_ = true;
                    log_.warn("chat not ended in time",
                              {{"org", conversation.org}, {"conversation", conversation.id}, {"why", to_string(outcome.error().code)}});
                }
                if (--under_way_ == 0) sleep(failed_ ? kAfterFailure : kAfterBatch);
            });
        });
}

}  // namespace desk::chat
