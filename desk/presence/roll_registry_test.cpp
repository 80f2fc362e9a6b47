#include "desk/presence/roll_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

#include "desk/cluster/testing/roll_server.hpp"
#include "desk/presence/roster.hpp"
#include "desk/presence/testing/lease_book.hpp"

namespace desk::presence {
namespace {

using enum PresenceStatus;
using sio::cluster::testing::ValkeyServer;
using Told = std::map<std::string, std::vector<PresenceStatus>>;

constexpr std::int64_t kLapse = 60'000;
constexpr std::int64_t kLease = 15;
constexpr unsigned kServers = 3;

TEST(RollRegistry, WritesATallyAndReadsTheSum) {
    EXPECT_EQ(to_share({}), "");
    EXPECT_EQ(to_share({3, 0}), "3");
    EXPECT_EQ(sum_of({{0, to_share({3, 2})}, {4, to_share({1, 0})}, {5, "?"}}), (Tally{4, 2}));
}

/// One server's people, and what it tells of them.
struct Host : Roster::Keeper {
    Roster roster{*this, kLapse};
    Told told;

    void changed(Roster::Entry& who) override { told[who.first].push_back(who.second.person.status()); }
    void waits(Roster::Entry&) override {}
    void moved(Roster::Entry& who) override { moved_ours += who.second.ours ? 1 : 0; }
    int moved_ours = 0;
};

struct ModelHost final : Host {
    explicit ModelHost(LeaseBook& book) : registry(book, roster, kLease, 0) { roster.join(registry); }
    LeaseRegistry registry;
};

/// Over a real Valkey.
struct RealHost final : Host, cluster::RollListener {
    RealHost(const std::string& url, const std::string& name) : server(url, cluster::testing::hasty(name)), registry(*server.roll) {
        roster.join(registry);
        server.roll->hear(std::string(RollRegistry::kTopic), *this);
    }
    void changed(std::string_view key, const cluster::Shares& shares, cluster::Why why, bool ours) override {
        roster.hear(key, sum_of(shares), to_cause(why), ours, now);
    }
    using Host::changed;

    std::int64_t now = 0;
    cluster::testing::RollServer server;
    RollRegistry registry;
};

/// The same people on a model of several servers and on real ones.
class PresenceOverServers : public ::testing::TestWithParam<unsigned> {
protected:
    void SetUp() override {
        for (unsigned i = 0; i < kServers; ++i) {
            model.push_back(std::make_unique<ModelHost>(book));
            real.push_back(std::make_unique<RealHost>(valkey.url(), "s" + std::to_string(i)));
        }
        ASSERT_TRUE(until([&] { return all([](RealHost& each) { return each.server.in_touch(); }); }));
    }
    bool all(const std::function<bool(RealHost&)>& is) {
        for (const auto& each : real) {
            if (each && !is(*each)) return false;
        }
        return true;
    }
    bool until(const std::function<bool()>& done) {
        cluster::testing::RollServers servers;
        for (const auto& each : real) {
            if (each) servers.push_back(&each->server);
        }
        return cluster::testing::turn_until(servers, done);
    }
    /// Everything that `server` has reported is everywhere.
    void settle(RealHost& server) {
        const std::string mark = std::to_string(++marks);
        server.server.put("mark", mark);
        ASSERT_TRUE(
            until([&] { return all([&](RealHost& each) { return each.server.heard.state["mark"].find(mark) != std::string::npos; }); }));
    }
    /// On both, and on each server that lives.
    void on_each(unsigned server, const std::function<void(Host&)>& step) {
        for (auto& each : real) {
            if (each) each->now = now;
        }
        step(*model[server]);
        step(*real[server]);
        settle(*real[server]);
    }
    void on_all(const std::function<void(Host&)>& step) {
        for (unsigned i = 0; i < kServers; ++i) {
            if (real[i]) step(*model[i]), step(*real[i]);
        }
    }
    void die(unsigned server) {
        model[server].reset();
        real[server].reset();
        ++deaths;
        for (int tick = 0; tick < 6; ++tick) {
            now += kLease / 3;
            for (auto& each : model) {
                if (each) each->roster.tick(now, now);
            }
        }
        for (auto& each : real) {
            if (each) each->now = now;
        }
        const auto claimed = [&] {
            std::uint64_t sum = 0;
            for (const auto& each : real) sum += each ? each->server.roll->stats().claimed : 0;
            return sum;
        };
        ASSERT_TRUE(until([&] { return claimed() == deaths; }));
        settle(*real[0]);
    }

    LeaseBook book;
    ValkeyServer valkey;
    std::vector<std::unique_ptr<ModelHost>> model;
    std::vector<std::unique_ptr<RealHost>> real;
    std::int64_t now = 0;
    std::uint64_t deaths = 0;
    int marks = 0;
};

TEST_P(PresenceOverServers, AnyInterleavingIsToldAsTheModelTellsIt) {
    const std::array<std::string, 3> names{"acme:ann", "acme:bob", "umbrella:ann"};
    struct Open {
        ConnectionId id;
        unsigned server;
    };
    std::map<std::string, std::vector<Open>> open;
    std::mt19937 random(GetParam());
    const auto pick = [&](std::size_t of) { return static_cast<unsigned>(random() % of); };
    ConnectionId last = 0;
    for (int i = 0; i < 60; ++i) {
        ++now;
        for (auto& each : model) {
            if (each) each->roster.tick(now, now);
        }
        const std::string& name = names[pick(names.size())];
        auto& theirs = open[name];
        const unsigned kind = pick(32);
        if (kind < 10 || theirs.empty()) {
            const unsigned server = pick(kServers);
            if (!real[server]) continue;
            theirs.push_back({++last, server});
            on_each(server, [&](Host& host) { host.roster.came(name, now); });
        } else if (kind == 31 && real[1] && real[2]) {
            // The first stays: it is asked in the end.
            const unsigned server = 1 + pick(2);
            for (auto& [who, each] : open) std::erase_if(each, [&](const Open& one) { return one.server == server; });
            die(server);
        } else if (kind < 18) {
            const std::size_t at = pick(theirs.size());
            const Open gone = theirs[at];
            theirs.erase(theirs.begin() + static_cast<std::ptrdiff_t>(at));
            const auto cause = kind % 2 == 0 ? Cause::Reported : Cause::OnPurpose;
            on_each(gone.server, [&](Host& host) { host.roster.went(name, gone.id, cause, now); });
        } else if (kind < 24) {
            const Open& one = theirs[pick(theirs.size())];
            on_each(one.server, [&](Host& host) { host.roster.idle(name, one.id, kind % 2 == 0, now); });
        } else if (kind < 28) {
            const auto status = static_cast<PresenceStatus>(pick(4));
            on_all([&](Host& host) { host.roster.choose(name, {status, now}, 0, now); });
        } else {
            on_all([&](Host& host) { host.roster.grace_over(name, now); });
        }
        for (unsigned server = 0; server < kServers; ++server) {
            if (!real[server]) continue;
            ASSERT_EQ(real[server]->told, model[server]->told) << "server " << server << ", step " << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PresenceOverServers, ::testing::Range(1U, 7U));

using PresenceOverServersOnce = PresenceOverServers;

TEST_P(PresenceOverServersOnce, OneServerOfAllWritesThemDown) {
    on_each(1, [&](Host& host) { host.roster.came("acme:ann", 1); });
    on_each(2, [&](Host& host) { host.roster.came("acme:ann", 2); });
    EXPECT_EQ(real[0]->moved_ours + real[2]->moved_ours, 0);
    EXPECT_EQ(real[1]->moved_ours, 1);
    on_each(1, [&](Host& host) { host.roster.went("acme:ann", 1, Cause::Reported, 3); });
    // Of a dead one it is one who is left.
    die(2);
    on_all([&](Host& host) { host.roster.grace_over("acme:ann", now); });
    EXPECT_EQ(real[0]->moved_ours + real[1]->moved_ours, 2);
    EXPECT_EQ(real[0]->told["acme:ann"], (std::vector{Online, Offline}));
}

INSTANTIATE_TEST_SUITE_P(Once, PresenceOverServersOnce, ::testing::Values(0U));

}  // namespace
}  // namespace desk::presence
