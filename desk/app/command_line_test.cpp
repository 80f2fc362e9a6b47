#include "desk/app/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Command parse(std::vector<const char*> arguments, const Environment& environment = {}) {
    arguments.insert(arguments.begin(), "insightdesk");
    return parse_command_line(arguments, environment);
}

template <class T>
T parsed(std::vector<const char*> arguments, const Environment& environment = {}) {
    auto command = parse(std::move(arguments), environment);
    if (const auto* error = std::get_if<UsageError>(&command)) ADD_FAILURE() << error->text;
    return std::get<T>(std::move(command));
}

std::string usage_error(std::vector<const char*> arguments, const Environment& environment = {}) {
    const auto command = parse(std::move(arguments), environment);
    const auto* error = std::get_if<UsageError>(&command);
    return error != nullptr ? error->text : "(accepted)";
}

struct Outcome {
    int status;
    std::string out;
    std::string err;
};

Outcome run(std::vector<const char*> arguments, const Environment& environment = {}, const std::string& input = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const int status = run_offline(parse(std::move(arguments), environment), in, out, err);
    return {status, out.str(), err.str()};
}

const Environment kSecret{{"INSIGHTDESK_JWT_SECRET", "test-secret-test-secret-test-secret"}};

TEST(CommandLine, ServeTakesEverySettingAsAFlag) {
    const auto config = parsed<ServeCommand>({"serve", "--port", "0", "--host", "::1", "--store=sqlite:/x", "--loops", "2", "--limits",
                                              "high", "--cors-origins", "https://a,https://b", "--jwt-secret=-dash", "--dev", "--demo",
                                              "--token-grace", "5s"})
                            .config;
    EXPECT_EQ(config.port, 0);
    EXPECT_THAT(config.host, ElementsAre("::1"));
    EXPECT_EQ(config.store, "sqlite:/x");
    EXPECT_EQ(config.loops, 2U);
    EXPECT_EQ(config.limits, Limits::high());
    EXPECT_THAT(config.cors_origins, ElementsAre("https://a", "https://b"));
    EXPECT_EQ(config.jwt_secret, "-dash");
    EXPECT_TRUE(config.dev);
    EXPECT_TRUE(config.demo);
    EXPECT_EQ(config.token_grace, std::chrono::seconds(5));
}

TEST(CommandLine, ServeNeedsNoFlags) { EXPECT_EQ(parsed<ServeCommand>({"serve"}).config, Config{}); }

TEST(CommandLine, SwitchesCanBeSwitchedOff) {
    const Environment on{{"INSIGHTDESK_DEV", "true"}};
    EXPECT_TRUE(parsed<ServeCommand>({"serve"}, on).config.dev);
    EXPECT_FALSE(parsed<ServeCommand>({"serve", "--dev=false"}, on).config.dev);
    EXPECT_TRUE(parsed<ServeCommand>({"serve", "--dev", "--port", "1"}).config.dev);
}

TEST(CommandLine, RepeatedListsAddUpAndOtherFlagsTakeTheLast) {
    const auto config = parsed<ServeCommand>({"serve", "--host", "::1", "--host", "127.0.0.1", "--port", "1", "--port", "2"}).config;
    EXPECT_THAT(config.host, ElementsAre("::1", "127.0.0.1"));
    EXPECT_EQ(config.port, 2);
}

TEST(CommandLine, AFlagBeatsTheEnvironmentBeatsTheFile) {
    const auto path = (std::filesystem::temp_directory_path() / ("insightdesk-" + sio::random_id() + ".toml")).string();
    std::ofstream(path) << "port = 1\nloops = 1\ndrain_time = '1s'\n";
    const Environment environment{{"INSIGHTDESK_CONFIG", "/nonexistent"}, {"INSIGHTDESK_PORT", "2"}, {"INSIGHTDESK_LOOPS", "2"}};
    const auto config = parsed<ServeCommand>({"serve", "--config", path.c_str(), "--port", "3"}, environment).config;
    EXPECT_EQ(config.port, 3);
    EXPECT_EQ(config.loops, 2U);
    EXPECT_EQ(config.drain_time, std::chrono::seconds(1));
    EXPECT_EQ(parsed<ServeCommand>({"serve"}, {{"INSIGHTDESK_CONFIG", path}}).config.port, 1);
    std::filesystem::remove(path);
    EXPECT_THAT(usage_error({"serve"}, environment), HasSubstr("/nonexistent: cannot be read"));
}

TEST(CommandLine, UnknownThingsAreRefusedByName) {
    EXPECT_THAT(usage_error({"serve", "--prot", "1"}), HasSubstr("there is no --prot here; did you mean --port?"));
    EXPECT_THAT(usage_error({"serve", "--prot=1", "--port", "2"}), HasSubstr("there is no --prot here"));
    EXPECT_THAT(usage_error({"gen-token", "--user", "u", "--org", "o", "--port", "1"}), HasSubstr("there is no --port here"));
    EXPECT_THAT(usage_error({"serve", "extra"}), HasSubstr("extra"));
    EXPECT_THAT(usage_error({"swerve"}), HasSubstr("swerve"));
    EXPECT_THAT(usage_error({"serve"}, {{"INSIGHTDESK_PROT", "1"}}), HasSubstr("INSIGHTDESK_PROT is no setting"));
    EXPECT_THAT(usage_error({"serve", "--port", "x"}), HasSubstr("--port: \"x\" is not a whole number"));
    EXPECT_THAT(usage_error({"serve", "--port"}), HasSubstr("--port"));
    EXPECT_THAT(usage_error({"gen-token", "--user", "u"}), HasSubstr("--org"));
}

TEST(CommandLine, NoUsageErrorShowsASecret) {
    EXPECT_THAT(usage_error({"serve", "--jwt-secrett", "hush"}), Not(HasSubstr("hush")));
    EXPECT_THAT(usage_error({"serve", "--jwt-secrett=hush"}), Not(HasSubstr("hush")));
    EXPECT_THAT(usage_error({"check-token", "a", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}), Not(HasSubstr("eyJ")));
}

TEST(CommandLine, ProblemsOfAllSourcesComeTogether) {
    const auto text = usage_error({"serve", "--port", "x"}, {{"INSIGHTDESK_PROT", "1"}, {"INSIGHTDESK_LOOPS", "many"}});
    EXPECT_THAT(text, HasSubstr("--port"));
    EXPECT_THAT(text, HasSubstr("INSIGHTDESK_PROT"));
    EXPECT_THAT(text, HasSubstr("INSIGHTDESK_LOOPS"));
}

TEST(CommandLine, HelpSaysWhatThereIs) {
    EXPECT_THAT(run({}).out, HasSubstr("gen-token"));
    EXPECT_EQ(run({"--help"}).status, 0);
    const auto help = run({"serve", "--help"}).out;
    for (const auto* word : {"--port", "3001", "--jwt-secret", "--demo", "Limits", "--config"}) EXPECT_THAT(help, HasSubstr(word));
    const auto token_help = run({"gen-token", "--help"}).out;
    EXPECT_THAT(token_help, HasSubstr("--user"));
    EXPECT_THAT(token_help, HasSubstr("--store"));
    EXPECT_THAT(token_help, Not(HasSubstr("--limit-events")));
}

TEST(CommandLine, WrongUsageIsStatusTwo) {
    const auto outcome = run({"serve", "--prot"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("--prot"));
}

TEST(CommandLine, VersionIsPrinted) { EXPECT_THAT(run({"version"}).out, ::testing::StartsWith("insightdesk ")); }

TEST(CommandLine, CheckConfigShowsWhatIsInForce) {
    const auto outcome = run({"check-config", "--port", "1"}, kSecret);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, HasSubstr("port = 1  # flag"));
    EXPECT_THAT(outcome.out, Not(HasSubstr("test-secret")));
    EXPECT_EQ(run({"check-config", "--jwks-file", "/nonexistent"}).status, 1);
    EXPECT_EQ(run({"check-config", "--port", "x"}).status, 2);
    EXPECT_THAT(run({"check-config", "--jwt-secret", "tiny"}).err, HasSubstr("32 bytes"));
}

TEST(CommandLine, TheTestClockAsksForPermission) {
    EXPECT_THAT(usage_error({"serve", "--test-clock", "/tmp/x"}), HasSubstr("allow_test_clock"));
    EXPECT_EQ(parsed<ServeCommand>({"serve", "--test-clock", "/tmp/x"}, {{"INSIGHTDESK_ALLOW_TEST_CLOCK", "1"}}).config.test_clock,
              "/tmp/x");
}

TEST(CommandLine, StoresAreMadeReadyAndGetANewEpoch) {
    const auto file = std::filesystem::temp_directory_path() / ("store-tools-" + sio::random_hex(12) + ".db");
    const std::string store = "sqlite:" + file.string();
    EXPECT_THAT(run({"new-epoch", "--store", store.c_str()}).err, HasSubstr("there is no store"));
    EXPECT_THAT(run({"migrate", "--store", store.c_str()}).out, ::testing::StartsWith("schema "));
    EXPECT_EQ(run({"new-epoch", "--store", store.c_str()}).out, "new epoch for 0 orgs\n");
    EXPECT_EQ(run({"migrate", "--store", "sqlite::memory:"}).status, 1);
    for (const auto* end : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(file.string() + end);
}

TEST(CommandLine, DefaultConfigIsPrinted) { EXPECT_THAT(run({"default-config"}).out, HasSubstr("\n#port = 3001\n")); }

TEST(GenToken, MakesATokenThatCheckTokenTakes) {
    const auto made = run(
        {"gen-token", "--user", "ann", "--org", "acme", "--role", "admin", "--teams", "a,b", "--name", "Ann B", "--ttl", "2h"}, kSecret);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(std::ranges::count(made.out, '\n'), 1);
    const auto checked = run({"check-token"}, kSecret, " \"" + made.out + "\"\n");
    EXPECT_EQ(checked.status, 0) << checked.err;
    for (const auto* line : {"user:    ann\n", "name:    Ann B\n", "org:     acme\n", "role:    admin\n", "teams:   a,b\n"}) {
        EXPECT_THAT(checked.out, HasSubstr(line));
    }
    const auto token = made.out.substr(0, made.out.size() - 1);
    EXPECT_EQ(run({"check-token", token.c_str()}, kSecret).out, checked.out);
    EXPECT_EQ(run({"check-token", token.c_str(), "--jwt-secret", "another"}, kSecret).err, "insightdesk: AUTH_TOKEN_INVALID: SIGNATURE\n");
}

TEST(GenToken, NeedsOnlyUserAndOrg) {
    const auto made = run({"gen-token", "--user", "ann", "--org", "acme"}, kSecret);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(run({"check-token"}, kSecret, made.out).out, HasSubstr("role:    agent\n"));
}

TEST(GenToken, RefusesWhatTheServerWouldRefuse) {
    EXPECT_THAT(run({"gen-token", "--user", "a:b", "--org", "acme"}, kSecret).err, HasSubstr("BAD_SUB"));
    EXPECT_THAT(run({"gen-token", "--user", "a", "--org", "acme", "--teams", "a,,b"}, kSecret).err, HasSubstr("BAD_TEAMS"));
    EXPECT_EQ(run({"gen-token", "--user", "a", "--org", "acme", "--role", "system"}, kSecret).status, 2);
    EXPECT_EQ(run({"gen-token", "--user", "a", "--org", "acme", "--ttl", "1"}, kSecret).status, 2);
    EXPECT_EQ(run({"gen-token", "--user", "a", "--org", "acme", "--ttl", "10ms"}, kSecret).status, 1);
}

TEST(GenToken, SaysWhereTheSecretWasLookedFor) {
    const auto outcome = run({"gen-token", "--user", "a", "--org", "b", "--store", "sqlite:/nonexistent/desk.db"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.err, HasSubstr("/nonexistent/desk.db.secret"));
}

TEST(CheckToken, SaysWhy) {
    EXPECT_EQ(run({"check-token"}, kSecret, "").err, "insightdesk: AUTH_TOKEN_INVALID: MISSING\n");
    EXPECT_EQ(run({"check-token", "x"}, kSecret).err, "insightdesk: AUTH_TOKEN_INVALID: MALFORMED\n");
    EXPECT_EQ(run({"check-token"}, kSecret, std::string(20'000, 'x')).status, 1);
}

}  // namespace
}  // namespace desk::app
