#include "desk/rest/update_polls.hpp"

#include <limits>
#include <optional>

#include "desk/rest/routes.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace desk::rest {
namespace {

using desk::testing::person;
using Peer = sio::runtime::testing::Peer;

/// Requests over real HTTP, on a clock that is moved by hand.
class UpdatePollsTest : public desk::testing::DeskTest {
protected:
    void SetUp() override {
        limits_.waiting_polls_per_user = 2;
        guarded("/tickets");
        typing_.emplace(io(), limits_, std::chrono::seconds(5), bus_);
        LogSource source;
        source.rows = [](const std::string&, std::int64_t, const auto& answer) { answer(std::vector<EventRow>{}); };
        source.tops = [](const std::vector<std::string>&, const auto& answer) { answer(std::nullopt); };
        delivery_.emplace(io(), *typing_, std::move(source), log_);
        delivery_->on_emitted([this](const EventRow& row) { directory_.follow(row); });
        api_.emplace(io().http(), verifier_, directory_, limits_, addresses_, sio::http::CorsOptions());
        polls_.emplace(io(), *store_, *delivery_, limits_);
        add_update_routes(*api_, *polls_);
        io().router().add("/v1", *api_);
        start();
        happens("first");
    }
    void TearDown() override {
        DeskTest::TearDown();
        store_->stop();
    }
    /// A ticket of carl's, told to staff, or to everybody whom it concerns.
    void happens(const std::string& ticket, Customers customers = Customers::Nothing) {
        const auto done = store_->write_and_wait("acme", [&](store::Transaction& tx) -> Result<int> {
            Ticket made;
            made.id = ticket;
            made.org = "acme";
            made.number = tx.next_ticket_number();
            made.requester = tx.ensure(store::testing::person("carl", Role::Customer));
            tx.tickets().insert(made);
            EventRow row;
            row.name = "ticket:created";
            row.subject_kind = SubjectKind::Ticket;
            row.subject = ticket;
            row.payload = R"({"id":")" + ticket + "\"}";
            row.customers = customers;
            row.audience.staff_rooms = {"staff"};
            row.audience.customer_users = {"carl"};
            tx.append(std::move(row));
            return 0;
        });
        ASSERT_TRUE(done.has_value());
        delivery_->committed(store_.take_rows());
    }
    std::string position() {
        return store_
            ->read_and_wait("acme",
                            [](const store::Snapshot& snapshot) -> Result<std::string> { return to_string(snapshot.log().position()); })
            .value();
    }
    Peer ask(const auth::Claims& who, int wait_s = 25) {
        auto peer = Peer::connect(port_);
        peer.send("GET /v1/tickets/updates?since=" + position() + "&wait=" + std::to_string(wait_s) +
                  " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + desk::testing::token(who) + "\r\n\r\n");
        return peer;
    }
    static std::string answer(Peer& peer) { return peer.receive(std::numeric_limits<std::size_t>::max()); }
    void wait_for(std::size_t count) {
        while (polls_->waiting() != count) {
        }
    }

    store::testing::TempStore store_;
    sio::NullLog log_;
    std::optional<Typing> typing_;
    std::optional<Delivery> delivery_;
    std::optional<Api> api_;
    std::optional<UpdatePolls> polls_;
};

TEST_F(UpdatePollsTest, AreAnsweredByWhatTheirReaderMaySee) {
    auto carl = ask(person("carl", Role::Customer));
    auto ann = ask(person("ann", Role::Agent));
    wait_for(2);
    happens("of-staff");
    EXPECT_TRUE(answer(ann).contains(R"("id":"of-staff")"));
    wait_for(1);
    happens("of-carl", Customers::Same);
    const auto heard = answer(carl);
    EXPECT_TRUE(heard.contains(R"("id":"of-carl")")) << heard;
    EXPECT_FALSE(heard.contains("of-staff"));
    wait_for(0);
}

TEST_F(UpdatePollsTest, AreAnsweredWithNothingWhenTheTimeIsOver) {
    auto ann = ask(person("ann", Role::Agent), 20);
    wait_for(1);
    for (unsigned loop = 0; loop < io().loops().size(); ++loop) skip(std::chrono::seconds(21), loop);
    const auto heard = answer(ann);
    EXPECT_TRUE(heard.contains(R"("updates":[])")) << heard;
    EXPECT_TRUE(heard.contains(position()));
    wait_for(0);
}

TEST_F(UpdatePollsTest, JudgeWhoAskedWhenTheyAreAnswered) {
    auto gone = ask(person("ann", Role::Agent));
    auto demoted = ask(person("bob", Role::Agent));
    wait_for(2);
    PersonRecord record{.name = "x", .avatar_url = {}, .role = Role::Customer, .active = true, .teams = {}, .company = {}, .version = 1};
    directory_.learn("acme", "bob", record);
    record.active = false;
    directory_.learn("acme", "ann", record);
    happens("secret");
    const auto refused = answer(gone);
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 401") && refused.contains("INACTIVE")) << refused;
    wait_for(1);
    for (unsigned loop = 0; loop < io().loops().size(); ++loop) skip(std::chrono::seconds(26), loop);
    EXPECT_TRUE(answer(demoted).contains(R"("updates":[])"));
}

TEST_F(UpdatePollsTest, SoManyOfAUserMayWaitAndWhoGoesMakesRoom) {
    auto first = ask(person("ann", Role::Agent));
    {
        auto second = ask(person("ann", Role::Agent));
        wait_for(2);
        auto third = ask(person("ann", Role::Agent));
        EXPECT_TRUE(answer(third).contains("waiting_polls_per_user"));
        auto other = ask(person("bob", Role::Agent));
        wait_for(3);
    }
    wait_for(1);
    auto again = ask(person("ann", Role::Agent));
    wait_for(2);
    happens("news");
    for (auto* peer : {&first, &again}) EXPECT_TRUE(answer(*peer).contains("news"));
}

TEST_F(UpdatePollsTest, TheEndOfTheServerAnswersAllThatWait) {
    auto ann = ask(person("ann", Role::Agent));
    auto bob = ask(person("bob", Role::Agent));
    wait_for(2);
    polls_->stop();
    for (auto* peer : {&ann, &bob}) EXPECT_TRUE(answer(*peer).starts_with("HTTP/1.1 200"));
    auto late = ask(person("ann", Role::Agent));
    EXPECT_TRUE(answer(late).starts_with("HTTP/1.1 200")) << "and nobody waits any more";
}

}  // namespace
}  // namespace desk::rest
