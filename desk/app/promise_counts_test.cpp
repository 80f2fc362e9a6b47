#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <vector>

#include "desk/dashboard/audit.hpp"
#include "desk/dashboard/counters.hpp"
#include "desk/sla/rule.hpp"
#include "desk/sla/testing/promised_tickets.hpp"

// The dashboard's counters of promises beside the promises themselves, whatever is done to tickets and policies.
namespace desk {
namespace {

using sla::testing::an_hour;
using store::Transaction;
using store::testing::kAdmin;

struct Step {
    enum class Kind : std::uint8_t { Create, Status, Answer, Ask, Priority, Policy, Fire, Recount };
    Kind kind;
    int ticket;
    int value;
    int minutes;  // that pass before
    bool keep;
};

rc::Gen<Step> steps() {
    using rc::gen::inRange;
    return rc::gen::map(rc::gen::tuple(inRange(0, 11), inRange(0, 4), inRange(0, 6), inRange(0, 60), inRange(0, 8)), [](const auto& t) {
        const auto& [kind, ticket, value, minutes, keep] = t;
        // Firings are what most of it is about.
        return Step{kind >= 8 ? Step::Kind::Fire : static_cast<Step::Kind>(kind), ticket, value, minutes, keep > 0};
    });
}

class Desk {
public:
    Desk() : store_(options()) {
        policy("urgent", an_hour("Urgent"), Priority::Urgent);
        policy("gold", an_hour(), std::nullopt);
        write(true, [](Transaction& tx) { tx.ensure(store::testing::kCustomer); });
    }

    void run(const Step& step) {
        store_.move_clock(std::chrono::minutes(step.minutes));
        const std::string id = "T" + std::to_string(step.ticket);
        write(step.keep, [&](Transaction& tx) { apply(tx, step, id); });
    }
    dashboard::Audit audit() {
        return store_->read_and_wait("acme", [](const store::Snapshot& s) -> Result<dashboard::Audit> { return dashboard::audit(s, 0); })
            .value();
    }

private:
    static store::StoreOptions options() {
        store::StoreOptions options = sla::testing::with_promises();
        options.reactions = {dashboard::count};
        options.sqlite.durable = false;
        return options;
    }
    void policy(std::string id, sla::PolicyFields fields, std::optional<Priority> priority) {
        (*fields.promises)[static_cast<std::size_t>(SlaGoal::NextResponse)].fill(1800);
        fields.match = SlaMatch{.priority = priority, .team = {}, .channel = {}, .tag = {}, .company = {}};
        if (!priority) fields.match->channel = Channel::Web;
        ASSERT_TRUE(store::testing::perform(store_, kAdmin, sla::CreatePolicy{std::move(id), std::move(fields)}).has_value());
    }
    template <class Work>
    void write(bool keep, Work work) {
        (void)store_->write_and_wait("acme", [&](Transaction& tx) -> Result<bool> {
            work(tx);
            if (!keep) return fail(ErrorCode::Conflict);
            return true;
        });
    }
    static void apply(Transaction& tx, const Step& step, const std::string& id) {
        switch (step.kind) {
            case Step::Kind::Fire: (void)sla::run(tx, sla::FirePromises{id}); return;
            case Step::Kind::Recount: (void)sla::run(tx, sla::RecountPolicy{.policy = "gold", .limit = 2}); return;
            case Step::Kind::Policy: return change_policy(tx, step.value);
            default: break;
        }
        if (!tx.tickets().find(id))
            sla::testing::create(tx, id, static_cast<Priority>(step.value % 4));
        else
            sla::testing::change(tx, id, [&](Ticket& ticket, std::int64_t now_us) { change(ticket, step, now_us); });
    }
    static void change(Ticket& ticket, const Step& step, std::int64_t now_us) {
        switch (step.kind) {
            case Step::Kind::Status: ticket.set_status(static_cast<TicketStatus>(step.value), now_us); break;
            case Step::Kind::Answer:
                if (!ticket.first_responded_at_us) ticket.first_responded_at_us = now_us;
                ticket.waiting_since_us.reset();
                break;
            case Step::Kind::Ask:
                if (!ticket.waiting_since_us) ticket.waiting_since_us = now_us;
                break;
            case Step::Kind::Priority: ticket.priority = static_cast<Priority>(step.value % 4); break;
            case Step::Kind::Create: ticket.channel = step.value % 2 == 0 ? Channel::Email : Channel::Web; break;
            default: break;
        }
    }
    static void change_policy(Transaction& tx, int value) {
        sla::PolicyFields fields;
        fields.promises = an_hour().promises;
        for (auto& goal : *fields.promises) goal.fill(600 * (value + 1));
        (void)sla::run(tx, kAdmin, sla::ChangePolicy{"gold", std::nullopt, fields});
    }

    store::testing::TempStore store_;
};

RC_GTEST_PROP(PromiseCounts, AreWhatACountOfAllPromisesGives, ()) {
    const auto story = *rc::gen::container<std::vector<Step>>(steps());
    Desk desk;
    for (const Step& step : story) {
        desk.run(step);
        const auto audit = desk.audit();
        RC_ASSERT(audit.kept.promises == audit.found.promises);
    }
    RC_TAG(desk.audit().found.promises.size());
}

}  // namespace
}  // namespace desk
