#include "desk/presence/local_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace desk::presence {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Told {
    std::string person;
    std::uint32_t connections;
    Cause cause;
    bool operator==(const Told&) const = default;
};

class LocalRegistryTest : public ::testing::Test, public Registry::Listener {
protected:
    void total(std::string_view person, Tally total, Cause cause, bool) override {
        told.push_back({std::string(person), total.connections, cause});
    }
    std::vector<Told> take() { return std::exchange(told, {}); }

    LocalRegistry registry{*this};
    std::vector<Told> told;
};

TEST_F(LocalRegistryTest, WhatIsReportedIsTheTotal) {
    registry.report("acme:ann", {.connections = 2, .away = 1}, Cause::Reported);
    registry.report("acme:ann", {}, Cause::OnPurpose);
    EXPECT_THAT(told, ElementsAre(Told{"acme:ann", 2, Cause::Reported}, Told{"acme:ann", 0, Cause::OnPurpose}));
}

TEST_F(LocalRegistryTest, WhoIsExpectedCountsUntilTheirTimeIsOverAndGoesOnce) {
    registry.expect("acme:ann", 10);
    registry.expect("acme:bob", 20);
    EXPECT_THAT(take(), ElementsAre(Told{"acme:ann", 1, Cause::Inferred}, Told{"acme:bob", 1, Cause::Inferred}));
    registry.tick(9);
    EXPECT_THAT(take(), IsEmpty());
    registry.tick(10);
    EXPECT_THAT(take(), ElementsAre(Told{"acme:ann", 0, Cause::Inferred}));
    EXPECT_TRUE(registry.expects_any());
    registry.tick(30);
    EXPECT_THAT(take(), ElementsAre(Told{"acme:bob", 0, Cause::Inferred}));
    registry.tick(40);
    EXPECT_THAT(take(), IsEmpty());
    EXPECT_FALSE(registry.expects_any());
}

TEST_F(LocalRegistryTest, WhoIsBackIsExpectedNoLonger) {
    registry.expect("acme:ann", 10);
    registry.report("acme:ann", {.connections = 1, .away = 0}, Cause::Reported);
    take();
    registry.tick(10);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(LocalRegistryTest, SeveralMayBeMissedAtOnce) {
    registry.expect("acme:ann", 10);
    registry.expect("acme:bob", 10);
    take();
    registry.tick(10);
    EXPECT_THAT(told, UnorderedElementsAre(Told{"acme:ann", 0, Cause::Inferred}, Told{"acme:bob", 0, Cause::Inferred}));
}

}  // namespace
}  // namespace desk::presence
