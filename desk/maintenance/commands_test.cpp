#include "desk/maintenance/commands.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk::maintenance {
namespace {

using store::testing::person;
using store::testing::TempStore;

constexpr std::int64_t kHourUs = 3'600'000'000;
// TempStore's clock begins here.
constexpr std::int64_t kStartUs = 1'700'000'000'000'000;

class MaintenanceCommands : public ::testing::Test {
protected:
    template <class Command>
    Result<Notice> run(const Actor& actor, const Command& command, Reach reach = Reach::OwnOrg) {
        return store_->write_and_wait(actor.org, [&](store::Transaction& tx) { return maintenance::run(tx, actor, reach, command); });
    }
    std::vector<Notice> current(std::int64_t now_us = kStartUs) {
        return store_
            ->read_and_wait("",
                            [&](const store::Snapshot& s) -> Result<std::vector<Notice>> { return Notices(s.session()).current(now_us); })
            .value();
    }
    static Create create(std::string message = "Tonight") {
        return {.message = std::move(message), .starts_at_us = kStartUs + kHourUs, .ends_at_us = kStartUs + 2 * kHourUs};
    }

    TempStore store_;
    const Actor admin_ = person("ada", Role::Admin);
    const Actor other_ = person("ada", Role::Admin, {}, "globex");
};

TEST_F(MaintenanceCommands, AreStoredUntilTheirEndOrCancellation) {
    const auto made = run(admin_, create());
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->org, "acme");
    EXPECT_EQ(current(), std::vector{*made});
    EXPECT_TRUE(current(kStartUs + 2 * kHourUs).empty());

    const auto later = run(admin_, Change{.id = made->id, .message = {}, .starts_at_us = {}, .ends_at_us = std::optional<std::int64_t>()});
    ASSERT_TRUE(later.has_value());
    EXPECT_EQ(later->message, "Tonight");
    EXPECT_EQ(current(kStartUs + 100 * kHourUs), std::vector{*later});

    EXPECT_TRUE(run(admin_, Cancel{made->id})->cancelled);
    EXPECT_TRUE(current().empty());
    EXPECT_TRUE(run(admin_, Cancel{made->id})->cancelled);
    EXPECT_EQ(run(admin_, Change{.id = made->id, .message = "x", .starts_at_us = {}, .ends_at_us = {}}).error().code, ErrorCode::Conflict);
}

TEST_F(MaintenanceCommands, AreForWhoReachesTheOrg) {
    EXPECT_EQ(run(person("grace", Role::Agent), create(), Reach::None).error().code, ErrorCode::Forbidden);
    Create wide = create();
    wide.all_orgs = true;
    EXPECT_EQ(run(admin_, wide).error().code, ErrorCode::Forbidden);
    const auto everybodys = run(admin_, wide, Reach::AllOrgs);
    ASSERT_TRUE(everybodys.has_value());
    EXPECT_EQ(everybodys->org, std::nullopt);
    EXPECT_EQ(run(other_, Cancel{everybodys->id}).error().code, ErrorCode::Forbidden);

    const auto own = run(admin_, create());
    EXPECT_EQ(run(other_, Cancel{own->id}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(other_, Cancel{own->id}, Reach::AllOrgs).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(admin_, Cancel{"maint_none"}).error().code, ErrorCode::RoomNotFound);
}

TEST_F(MaintenanceCommands, AreBounded) {
    EXPECT_EQ(run(admin_, create(" ")).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(admin_, create(std::string(kMaxMessage + 1, 'x'))).error().code, ErrorCode::PayloadTooLarge);
    Create backwards = create();
    backwards.ends_at_us = backwards.starts_at_us;
    EXPECT_EQ(run(admin_, backwards).error().code, ErrorCode::InvalidPayload);
    Create over = create();
    over.starts_at_us = 1;
    over.ends_at_us = 2;
    EXPECT_EQ(run(admin_, over).error().code, ErrorCode::InvalidPayload);
    for (std::size_t i = 0; i < kMaxCurrent; ++i) ASSERT_TRUE(run(admin_, create()).has_value());
    EXPECT_EQ(run(admin_, create()).error().code, ErrorCode::Conflict);
    EXPECT_TRUE(run(other_, create()).has_value()) << "each org for itself";
}

}  // namespace
}  // namespace desk::maintenance
