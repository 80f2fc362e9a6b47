#include "desk/app/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "desk/app/config_print.hpp"
#include "desk/app/log.hpp"
#include "desk/app/settings.hpp"

namespace desk::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

RawConfig from_environment(const Environment& environment) {
    RawConfig raw;
    EXPECT_THAT(add_environment(raw, environment), IsEmpty());
    return raw;
}

Config resolved(const Environment& environment) { return resolve(from_environment(environment)).value(); }

Problems problems_of(const Environment& environment) {
    const auto config = resolve(from_environment(environment));
    return config ? Problems{} : config.error();
}

Problems problems_in(std::string_view toml) {
    RawConfig raw;
    return add_file(raw, toml, "f.toml");
}

TEST(Config, NothingSetGivesTheDefaults) {
    const auto config = resolved({});
    EXPECT_EQ(config, Config{});
    EXPECT_EQ(config.port, 3001);
    EXPECT_THAT(config.host, ElementsAre("127.0.0.1", "::1"));
    EXPECT_THAT(config.cors_origins, IsEmpty());
    EXPECT_EQ(config.token_grace, 30s);
    EXPECT_FALSE(config.has_key());
}

TEST(Config, EverySettingReadsBackWhatItShows) {
    const Config defaults;
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            const auto shown = setting.show(defaults);
            Config config;
            if (shown.empty()) {
                EXPECT_EQ(setting.show(config), "") << setting.name;
                continue;
            }
            EXPECT_TRUE(setting.parse(config, shown)) << setting.name;
            EXPECT_EQ(config, defaults) << setting.name;
        }
    }
}

TEST(Config, NamesAreUniqueAndHelpIsASentence) {
    std::set<std::string_view> names;
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
            EXPECT_TRUE(setting.help.ends_with('.')) << setting.name;
            EXPECT_EQ(find_setting(setting.name), &setting);
            EXPECT_EQ(find_setting_by_variable(setting.variable()), &setting);
        }
    }
}

TEST(Config, TheIssuesNamesExist) {
    for (const auto* variable :
         {"INSIGHTDESK_PORT", "INSIGHTDESK_JWT_SECRET", "INSIGHTDESK_STORE", "INSIGHTDESK_LOOPS", "INSIGHTDESK_LIMITS", "INSIGHTDESK_HOST",
          "INSIGHTDESK_CORS_ORIGINS", "INSIGHTDESK_TOKEN_GRACE", "INSIGHTDESK_PRESENCE_GRACE", "INSIGHTDESK_TYPING_EXPIRY",
          "INSIGHTDESK_CHAT_TIMEOUT", "INSIGHTDESK_LOG_RETENTION", "INSIGHTDESK_TRUSTED_PROXIES"}) {
        EXPECT_NE(find_setting_by_variable(variable), nullptr) << variable;
    }
}

TEST(Config, TheStrongestSourceWinsWhateverTheOrder) {
    RawConfig raw;
    raw.put("port", "1", Source::Flag);
    EXPECT_THAT(add_environment(raw, {{"INSIGHTDESK_PORT", "2"}, {"INSIGHTDESK_LOOPS", "3"}}), IsEmpty());
    EXPECT_THAT(add_file(raw, "port = 4\nloops = 5\nlog_level = \"warn\"", "f.toml"), IsEmpty());
    const auto config = resolve(raw).value();
    EXPECT_EQ(config.port, 1);
    EXPECT_EQ(config.loops, 3U);
    EXPECT_EQ(config.log_level, sio::LogLevel::Warn);
    EXPECT_EQ(raw.source_of("port"), Source::Flag);
    EXPECT_EQ(raw.source_of("loops"), Source::Environment);
    EXPECT_EQ(raw.source_of("log_level"), Source::File);
    EXPECT_EQ(raw.source_of("host"), Source::Default);
}

TEST(Config, ReadsOurPartOfTheEnvironment) {
    const char* const lines[] = {"PATH=/bin", "INSIGHTDESK_PORT=1=2", "INSIGHTDESK_DEV", "XINSIGHTDESK_A=1", nullptr};
    EXPECT_EQ(read_environment(lines), (Environment{{"INSIGHTDESK_PORT", "1=2"}}));
}

TEST(Config, UnknownVariablesAreRefusedByName) {
    RawConfig raw;
    const auto problems = add_environment(raw,
                                          {{"INSIGHTDESK_PROT", "1"}, {"INSIGHTDESK_CONFIG", "f"}, {"INSIGHTDESK_WHATEVER_IT_IS", "1"}});
    EXPECT_THAT(problems,
                ElementsAre("INSIGHTDESK_PROT is no setting; did you mean INSIGHTDESK_PORT?", "INSIGHTDESK_WHATEVER_IT_IS is no setting"));
}

TEST(Config, UnknownKeysAreRefusedByNameAndLine) {
    EXPECT_THAT(problems_in("port = 1\nprot = 2\n"), ElementsAre("f.toml:2: \"prot\" is no setting; did you mean port?"));
    EXPECT_THAT(problems_in("[server]\nport = 1\n"), ElementsAre("f.toml:1: table [server] is no setting"));
}

TEST(Config, TheFileTakesTomlsOwnTypes) {
    RawConfig raw;
    EXPECT_THAT(
        add_file(raw, "port = 1\ndev = true\nhost = [\"::1\"]\ncors_origins = []\ntoken_grace = \"5s\"\nlimit_pings = '2/s,3'", "f"),
        IsEmpty());
    const auto config = resolve(raw).value();
    EXPECT_EQ(config.port, 1);
    EXPECT_TRUE(config.dev);
    EXPECT_THAT(config.host, ElementsAre("::1"));
    EXPECT_EQ(config.token_grace, 5s);
    EXPECT_EQ(config.limits.pings, (RateLimit{2, 1s, 3}));
}

TEST(Config, BrokenFilesAreRefused) {
    EXPECT_THAT(problems_in("port = "), ElementsAre(HasSubstr("f.toml:1: ")));
    EXPECT_THAT(problems_in("port = 1\nport = 2"), ElementsAre(HasSubstr("f.toml:2: ")));
    EXPECT_EQ(problems_in("port = 1.5").size(), 1U);
    EXPECT_EQ(problems_in("port = 2020-01-01").size(), 1U);
    EXPECT_EQ(problems_in("host = [1]").size(), 1U);
    EXPECT_EQ(problems_in("host = [\"a,b\"]").size(), 1U);
    EXPECT_EQ(problems_in("port = {a = 1}").size(), 1U);
    EXPECT_EQ(problems_in("x = \"\xff\"").size(), 1U);
    RawConfig raw;
    EXPECT_THAT(add_file_at(raw, "/nonexistent/f.toml"), ElementsAre("/nonexistent/f.toml: cannot be read"));
    EXPECT_EQ(add_file_at(raw, "/tmp").size(), 1U);
}

TEST(Config, EveryBadValueIsNamed) {
    EXPECT_THAT(problems_of({{"INSIGHTDESK_PORT", "x"}, {"INSIGHTDESK_TOKEN_GRACE", "30"}}),
                ElementsAre("INSIGHTDESK_PORT: \"x\" is not a whole number from 0 to 65535",
                            "INSIGHTDESK_TOKEN_GRACE: \"30\" is not a duration such as 500ms, 30s, 5m, 12h or 7d"));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_PRESENCE_GRACE", "121s"}}), ElementsAre(HasSubstr("is not between 0s and 2m")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_LIMITS", "none"}}), ElementsAre(HasSubstr("is neither standard nor high")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_LOG_LEVEL", "loud"}}), ElementsAre(HasSubstr("is none of debug, info, warn, error")));
}

TEST(Config, NoProblemShowsASecret) {
    const auto problems = problems_of({{"INSIGHTDESK_JWT_SECRET", std::string("hush\0hush", 9)}});
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems.front(), Not(HasSubstr("hush")));
}

TEST(Config, SingleLimitsChangeTheChosenProfile) {
    const auto config = resolved({{"INSIGHTDESK_LIMITS", "high"}, {"INSIGHTDESK_LIMIT_EVENTS", "7/s,8"}});
    EXPECT_EQ(config.limits.events, (RateLimit{7, 1s, 8}));
    EXPECT_EQ(config.limits.typing, Limits::high().typing);
    EXPECT_EQ(config.limits.typing_repeat, 0s);
    EXPECT_EQ(resolved({{"INSIGHTDESK_LIMITS", "standard"}}).limits, Limits{});
}

TEST(Config, HighLimitsKeepWhatIsNotARate) {
    EXPECT_EQ(Limits::high().payload_bytes, Limits{}.payload_bytes);
    EXPECT_EQ(Limits::high().message.characters, Limits{}.message.characters);
}

TEST(Config, WithoutAKeyOnlyLoopbackIsServed) {
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "0.0.0.0"}}), ElementsAre(HasSubstr("INSIGHTDESK_JWT_SECRET")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "127.0.0.1,192.168.1.5"}}), ElementsAre(HasSubstr("loopback only")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "127.1.2.3,::1"}}), IsEmpty());
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "*"}, {"INSIGHTDESK_JWT_SECRET", "s"}}), IsEmpty());
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "*"}, {"INSIGHTDESK_JWKS_FILE", "f"}}), IsEmpty());
}

TEST(Config, AKeyUrlStandsAlone) {
    const std::string url = "https://id.example/keys?p=b2c";
    EXPECT_THAT(problems_of({{"INSIGHTDESK_JWKS_URL", url}, {"INSIGHTDESK_HOST", "0.0.0.0"}}), IsEmpty());
    for (const auto* other : {"JWT_SECRET", "JWT_SECRET_FILE", "JWT_PUBLIC_KEY", "JWKS_FILE"}) {
        EXPECT_THAT(problems_of({{"INSIGHTDESK_JWKS_URL", url}, {std::string("INSIGHTDESK_") + other, "x"}}),
                    ElementsAre(HasSubstr("both set")))
            << other;
    }
    EXPECT_THAT(problems_of({{"INSIGHTDESK_JWKS_CA_FILE", "x"}}), ElementsAre(HasSubstr("without jwks_url")));
}

TEST(Config, AKeyUrlIsHttpWithoutAPassword) {
    for (const auto* bad :
         {"file:///etc/passwd", "ftp://x/", "https://", "https:///keys", "https://a b/", "https://me:pw@x/", "id.example"}) {
        EXPECT_THAT(problems_of({{"INSIGHTDESK_JWKS_URL", bad}}), ElementsAre(HasSubstr("INSIGHTDESK_JWKS_URL"))) << bad;
    }
}

TEST(Config, DevServesLoopbackOnlyEvenWithAKey) {
    EXPECT_THAT(problems_of({{"INSIGHTDESK_HOST", "*"}, {"INSIGHTDESK_JWT_SECRET", "s"}, {"INSIGHTDESK_DEV", "1"}}),
                ElementsAre(HasSubstr("dev hands out tokens")));
}

TEST(Config, TheAdminUiWantsAUserAndABcryptHash) {
    const std::string hash = "$2b$10$3yzGAPP0kqo7PXsrOND7VefkQGkRc34VRyEEzYPLbT/9IZHvAzcCW";
    EXPECT_EQ(resolved({}).admin_ui, AdminUi::Off);
    EXPECT_THAT(problems_of({{"INSIGHTDESK_ADMIN_UI", "production"}, {"INSIGHTDESK_ADMIN_UI_USER", "op"}}),
                ElementsAre(HasSubstr("admin_ui_password_hash")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_ADMIN_UI", "production"}, {"INSIGHTDESK_ADMIN_UI_PASSWORD_HASH", hash}}),
                ElementsAre(HasSubstr("admin_ui_user")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_ADMIN_UI", "on"}}), ElementsAre(HasSubstr("is none of off, production, development")));
    const auto plain = problems_of({{"INSIGHTDESK_ADMIN_UI_PASSWORD_HASH", "letmein99"}});
    EXPECT_THAT(plain, ElementsAre(HasSubstr("is no bcrypt hash")));
    EXPECT_THAT(plain.front(), Not(HasSubstr("letmein99")));

    const auto raw = from_environment(
        {{"INSIGHTDESK_ADMIN_UI", "development"}, {"INSIGHTDESK_ADMIN_UI_USER", "op"}, {"INSIGHTDESK_ADMIN_UI_PASSWORD_HASH", hash}});
    const auto config = resolve(raw).value();
    EXPECT_EQ(config.admin_ui, AdminUi::Development);
    EXPECT_THAT(effective_config(config, raw), Not(HasSubstr(hash)));
}

TEST(Config, ContradictionsAreRefused) {
    EXPECT_EQ(problems_of({{"INSIGHTDESK_TLS_CERT", "c"}}).size(), 1U);
    EXPECT_EQ(problems_of({{"INSIGHTDESK_TLS_KEY", "k"}}).size(), 1U);
    EXPECT_EQ(problems_of({{"INSIGHTDESK_JWT_SECRET", "a"}, {"INSIGHTDESK_JWT_SECRET_FILE", "b"}}).size(), 1U);
}

TEST(Config, WhatGoesThroughValkeyNeedsOne) {
    const std::pair<std::string, std::string> valkey{"INSIGHTDESK_VALKEY", "rediss://desk:hush-hush@valkey.example:6380,other.example"};
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_ADAPTER", "sharded"}, {"INSIGHTDESK_MIRROR", "on"}}), IsEmpty());
    EXPECT_THAT(problems_of({{"INSIGHTDESK_ADAPTER", "memory"}}), IsEmpty());
    EXPECT_THAT(problems_of({{"INSIGHTDESK_ADAPTER", "streams"}}), ElementsAre(HasSubstr("adapter streams needs valkey")));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_MIRROR", "on"}}), ElementsAre(HasSubstr("mirror needs valkey")));
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_MIRROR", "on"}, {"INSIGHTDESK_ADAPTER", "memory"}}),
                ElementsAre(HasSubstr("mirror needs valkey")));
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_BARE_ROOMS", "acme"}}), IsEmpty());
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_BARE_ROOMS", "acme"}, {"INSIGHTDESK_ADAPTER", "pubsub"}}), IsEmpty());
    EXPECT_THAT(problems_of({{"INSIGHTDESK_BARE_ROOMS", "acme"}}), ElementsAre(HasSubstr("bare_rooms needs valkey")));
    for (const auto* adapter : {"memory", "sharded"}) {
        EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_BARE_ROOMS", "acme"}, {"INSIGHTDESK_ADAPTER", adapter}}),
                    ElementsAre(HasSubstr("bare_rooms needs valkey")));
    }
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_BARE_ROOMS", "a:b"}}), ElementsAre(HasSubstr("no id of an org")));
    EXPECT_THAT(problems_of({valkey, {"INSIGHTDESK_ADAPTER", "redis"}}), ElementsAre(HasSubstr("none of memory")));
    const auto wrong = problems_of({{"INSIGHTDESK_VALKEY", "http://desk:hush-hush@valkey.example"}});
    EXPECT_THAT(wrong, ElementsAre(AllOf(HasSubstr("INSIGHTDESK_VALKEY"), HasSubstr("redis://"), Not(HasSubstr("hush")))));
}

TEST(Config, HasAnAdapterWithAValkeyUnlessItIsMemory) {
    const std::pair<std::string, std::string> valkey{"INSIGHTDESK_VALKEY", "redis://valkey.example"};
    EXPECT_TRUE(resolved({valkey}).has_adapter());
    EXPECT_TRUE(resolved({valkey, {"INSIGHTDESK_ADAPTER", "pubsub"}}).has_adapter());
    EXPECT_FALSE(resolved({valkey, {"INSIGHTDESK_ADAPTER", "memory"}}).has_adapter());
    EXPECT_FALSE(resolved({{"INSIGHTDESK_ADAPTER", "memory"}}).has_adapter());
    EXPECT_FALSE(resolved({}).has_adapter());
}

TEST(Config, KnowsItsStoreFile) {
    EXPECT_EQ(resolved({{"INSIGHTDESK_STORE", "sqlite:/a/b.db"}}).store_file(), "/a/b.db");
    EXPECT_EQ(resolved({{"INSIGHTDESK_STORE", "sqlite::memory:"}}).store_file(), std::nullopt);
    EXPECT_EQ(resolved({{"INSIGHTDESK_STORE", "postgres://a@b/c"}}).store_file(), std::nullopt);
}

TEST(Config, ThePasswordOfAStoreIsSaidNowhere) {
    RawConfig raw;
    ASSERT_TRUE(
        add_environment(raw, {{"INSIGHTDESK_STORE", "postgres://ann:h%40sh-hush@db/desk?password=other-secret&sslmode=require"}}).empty());
    const auto config = resolve(raw);
    ASSERT_TRUE(config.has_value());
    EXPECT_THAT(effective_config(*config, raw), HasSubstr("\"postgres://ann:********@db/desk?password=********&sslmode=require\""));
    EXPECT_THAT(log_options(*config).secrets, ::testing::IsSupersetOf({"h%40sh-hush", "h@sh-hush", "other-secret"}));
    EXPECT_THAT(problems_of({{"INSIGHTDESK_STORE", "postgres:/ann:hush-hush@db/desk"}}),
                ElementsAre(::testing::AllOf(HasSubstr("INSIGHTDESK_STORE"), ::testing::Not(HasSubstr("hush")))));
}

TEST(ConfigPrint, UncommentingTheDefaultFileChangesNothing) {
    std::istringstream lines(default_config());
    std::string toml;
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#") && !line.starts_with("# ")) {
            toml += line.substr(1) + "\n";
            ++count;
        }
    }
    RawConfig raw;
    EXPECT_THAT(add_file(raw, toml, "default"), IsEmpty());
    EXPECT_EQ(count, raw.entries().size());
    // Settings whose default is "nothing" may refuse an empty text; there is none.
    EXPECT_EQ(resolve(raw).value(), Config{});
    RawConfig untouched;
    EXPECT_THAT(add_file(untouched, default_config(), "default"), IsEmpty());
    EXPECT_TRUE(untouched.entries().empty());
}

TEST(ConfigPrint, ShowsSourcesAndMasksSecrets) {
    const auto raw = from_environment({{"INSIGHTDESK_JWT_SECRET", "hush-hush"}, {"INSIGHTDESK_JWT_ISSUER", "a\"b\\c\n"}});
    const auto text = effective_config(resolve(raw).value(), raw);
    EXPECT_THAT(text, HasSubstr("jwt_secret = \"********\"  # environment\n"));
    EXPECT_THAT(text, HasSubstr("port = 3001  # default\n"));
    EXPECT_THAT(text, HasSubstr(R"(jwt_issuer = "a\"b\\c\u000A"  # environment)"));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    RawConfig again;
    EXPECT_THAT(add_file(again, text, "effective"), IsEmpty());
}

TEST(ConfigPrint, ThePageInDocsIsWhatTheTableSays) {
    std::ifstream file(INSIGHTDESK_SOURCE_DIR "/docs/configuration.md");
    std::stringstream page;
    page << file.rdbuf();
    EXPECT_EQ(page.str(), configuration_page()) << "write it anew: insightdesk config-page > docs/configuration.md";
}

}  // namespace
}  // namespace desk::app
