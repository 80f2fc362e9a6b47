#include "desk/delivery/socket_commands.hpp"

#include <future>

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

using testing::person;

/// Agents may enter ticket 7 and customers may not. Who asks becomes `later_` while the store is asked.
class EnteringTest : public testing::DeskTest {
protected:
    void begin(Role later) {
        later_ = later;
        sio::Namespace& nsp = guarded("/tickets");
        commands_.emplace(io(), *store_, refused_, recoveries_);
        const auto judge = [this](const Actor& who) -> Result<int> {
            asked_.add(std::string(to_string(who.role)));
            if (!changed_.exchange(true)) change();
            return who.role == Role::Agent ? Result<int>(1) : fail(ErrorCode::Forbidden);
        };
        const auto done = [](sio::Socket&, sio::Ack& ack, int, const Pending&) -> Result<void> {
            ack("in");
            return {};
        };
        nsp.on("read", [this, judge, done](sio::Socket& socket, const sio::Event& event) {
            commands_->enter(socket, event, "7", [judge](const Actor& who, const store::Snapshot&) { return judge(who); }, done);
        });
        nsp.on("write", [this, judge, done](sio::Socket& socket, const sio::Event& event) {
            commands_->enter(
                socket, event, "7", [](const Actor&, store::Transaction&) -> Result<int> { return 0; },
                [judge](const Actor& who, const store::Snapshot&, int) { return judge(who); }, done);
        });
        start();
    }
    /// On the loop, which is not held up by the reader that calls this.
    void change() {
        std::promise<void> done;
        io().post(handle_of("ann"), [&](sio::Socket& socket) {
            identities_.change(socket.connection(), identity_from(person("ann", later_)));
            done.set_value();
        });
        done.get_future().wait();
    }
    std::string answer(Role role, std::string_view event) {
        auto ann = join_as("/tickets", person("ann", role));
        ann->send(R"(42/tickets,1[")" + std::string(event) + "\"]");
        return ann->receive();
    }

    Role later_ = Role::Agent;
    std::atomic<bool> changed_{false};
    sio::testing::Journal asked_;
    ErrorCounts refused_;
    RecoveryCounts recoveries_;
    store::testing::TempStore store_;
    std::optional<SocketCommands> commands_;
};

class EnteringWhileRightsChange : public EnteringTest, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(ByReadingAndWriting, EnteringWhileRightsChange, ::testing::Values("read", "write"));

TEST_P(EnteringWhileRightsChange, WhoLosesThemIsRefused) {
    begin(Role::Customer);
    EXPECT_TRUE(answer(Role::Agent, GetParam()).starts_with(R"(43/tickets,1[{"ok":false,"error":{"code":"FORBIDDEN")"));
    EXPECT_EQ(asked_.wait(2), (std::vector<std::string>{"agent", "customer"}));
}

TEST_P(EnteringWhileRightsChange, WhoGainsThemIsIn) {
    begin(Role::Agent);
    EXPECT_EQ(answer(Role::Customer, GetParam()), R"(43/tickets,1["in"])");
    EXPECT_EQ(asked_.wait(2), (std::vector<std::string>{"customer", "agent"}));
}

TEST_P(EnteringWhileRightsChange, TheSameRightsAreNotJudgedTwice) {
    begin(Role::Agent);
    EXPECT_EQ(answer(Role::Agent, GetParam()), R"(43/tickets,1["in"])");
    EXPECT_EQ(asked_.wait(1), std::vector<std::string>{"agent"});
}

}  // namespace
}  // namespace desk
