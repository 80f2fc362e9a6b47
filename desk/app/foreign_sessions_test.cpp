#include "desk/app/foreign_sessions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace desk::app {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

class LinesOfOwners final : public sio::Log {
public:
    bool enabled(sio::LogLevel) const noexcept override { return true; }
    void write(sio::LogLevel, std::string_view, Fields fields) noexcept override {
        std::string line;
        for (const auto& [key, value] : fields) {
            line += line.empty() ? "" : " ";
            if (const auto* text = std::get_if<std::string_view>(&value)) line += *text;
            if (const auto* number = std::get_if<std::int64_t>(&value)) line += std::to_string(*number);
        }
        lines.push_back(line);
    }
    std::vector<std::string> lines;
};

TEST(ForeignSessions, TheFirstIsToldAtOnceAndTheOthersAreCounted) {
    LinesOfOwners log;
    std::chrono::steady_clock::time_point now{1h};
    const auto name_of = [](std::string_view tag) { return tag == "s1" ? std::optional<std::string>("desk-1") : std::nullopt; };
    ForeignSessions foreign(log, "desk-2", name_of, [&] { return now; });
    const auto owner = *sio::engineio::parse_server_tag("s1");
    foreign.met(owner);
    EXPECT_THAT(log.lines, ElementsAre("desk-1 s1 desk-2 1"));
    foreign.met(owner);
    now += 9'999ms;
    foreign.met(owner);
    EXPECT_EQ(log.lines.size(), 1U);
    now += 1ms;
    foreign.met(*sio::engineio::parse_server_tag("s3"));
    EXPECT_THAT(log.lines, ElementsAre("desk-1 s1 desk-2 1", "unknown s3 desk-2 3"));
}

}  // namespace
}  // namespace desk::app
