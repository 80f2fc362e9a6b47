#include "desk/app/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/app/log_line.hpp"
#include "sio/base/json.hpp"

namespace desk::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl-_";

std::string json(std::string_view message, sio::Log::Fields fields) {
    return log_line::json(sio::LogLevel::Info, message, fields, 1'800'000'000'123, Redactor({"hush-hush-hush"}));
}

std::string human(std::string_view message, sio::Log::Fields fields) { return log_line::human(message, fields, Redactor()); }

/// What a log writes into its target.
std::string written(LogFormat format, sio::LogLevel least, const std::function<void(sio::Log&)>& use) {
    std::FILE* file = std::tmpfile();
    use(*make_log({least, format, {"hush-hush-hush"}, file}));
    std::rewind(file);
    std::string text(1 << 20, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

TEST(Redactor, TakesTokensOutWhereverTheyStand) {
    const Redactor redactor;
    const auto token = std::string(kToken);
    EXPECT_EQ(redactor.redact(token), "[redacted]");
    EXPECT_EQ(redactor.redact("GET /?token=" + token + "&x=1"), "GET /?token=[redacted]&x=1");
    EXPECT_EQ(redactor.redact("{\"token\":\"" + token + "\"}"), "{\"token\":\"[redacted]\"}");
    EXPECT_EQ(redactor.redact("Authorization: Bearer abc.def xyz"), "Authorization: Bearer [redacted] xyz");
    EXPECT_EQ(redactor.redact("authorization: bearer " + token), "authorization: bearer [redacted]");
}

TEST(Redactor, TakesOurSecretsOut) {
    const Redactor redactor({"hush-hush-hush", "short"});
    EXPECT_EQ(redactor.redact("a hush-hush-hush b short"), "a [redacted] b short");
    EXPECT_EQ(redactor.redact("hush-hush-hushhush-hush-hush"), "[redacted][redacted]");
}

TEST(Redactor, LeavesOrdinaryTextAlone) {
    const Redactor redactor;
    for (const auto* text : {"", "eyJ", "eyJust a word", "bearer", "Bearer ", "the bearer of news", "a.b.c"}) {
        const auto expected = std::string(text) == "the bearer of news" ? "the bearer [redacted] news" : text;
        EXPECT_EQ(redactor.redact(text), expected);
    }
}

TEST(Redactor, KnowsSecretFieldsByName) {
    for (const auto* name : {"token", "jwt_secret", "Authorization", "apiKey", "set-cookie", "password", "refreshToken"})
        EXPECT_TRUE(Redactor::secret_name(name)) << name;
    for (const auto* name : {"user", "reason", "token_id", "keys"}) EXPECT_FALSE(Redactor::secret_name(name)) << name;
}

TEST(LogLine, IsJson) {
    const auto line = json("it \"works\"", {{"user", "ann"}, {"count", 7}, {"ratio", 0.5}, {"ok", true}});
    EXPECT_EQ(
        line,
        R"({"time":"2027-01-15T08:00:00.123Z","level":"info","message":"it \"works\"","user":"ann","count":7,"ratio":0.5,"ok":true})");
}

TEST(LogLine, NeverHoldsASecret) {
    for (const auto& line : {json(kToken, {{"text", kToken}, {"token", "abc"}, {"why", "hush-hush-hush"}}),
                             human(kToken, {{"text", kToken}, {"token", "abc"}})}) {
        EXPECT_THAT(line, Not(HasSubstr("eyJ")));
        EXPECT_THAT(line, Not(HasSubstr("abc")));
        EXPECT_THAT(line, Not(HasSubstr("hush")));
    }
}

TEST(LogLine, IsOneLineOfUtf8WhateverItsValues) {
    const auto line = json("a\nb", {{"x", std::string_view("\xff\0\x1b[31m", 7)}});
    EXPECT_EQ(line.find('\n'), std::string::npos);
    sio::json::Parser parser;
    EXPECT_TRUE(parser.parse_copy(line)) << line;
    EXPECT_EQ(human("a\nb", {{"x", "\x1b[31m"}}), "a\\x0ab  x=\\x1b[31m");
}

TEST(LogLine, HumansReadKeysAndValues) {
    EXPECT_EQ(human("listening", {{"host", "::1"}, {"port", 3001}, {"why", "two words"}, {"none", ""}}),
              R"(listening  host=::1 port=3001 why="two words" none="")");
}

TEST(Log, WritesJsonLinesFromItsLevelUp) {
    const auto text = written(LogFormat::Json, sio::LogLevel::Info, [](sio::Log& log) {
        EXPECT_FALSE(log.enabled(sio::LogLevel::Debug));
        log.debug("one");
        log.info("two", {{"n", 2}});
        log.error("three {} %s", {{"secret", "x"}});
    });
    EXPECT_THAT(text, Not(HasSubstr("one")));
    EXPECT_THAT(text, HasSubstr(R"("level":"info","message":"two","n":2})"
                                "\n"));
    EXPECT_THAT(text, HasSubstr(R"("message":"three {} %s","secret":"[redacted]"})"
                                "\n"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(Log, WritesForHumansWithoutColoursIntoAFile) {
    const auto text = written(LogFormat::Human, sio::LogLevel::Debug, [](sio::Log& log) { log.warn("careful", {{"n", 1}}); });
    EXPECT_THAT(text, HasSubstr("warning careful  n=1\n"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Log, AutoMeansJsonWhenNoTerminalReads) {
    EXPECT_TRUE(written(LogFormat::Auto, sio::LogLevel::Info, [](sio::Log& log) { log.info("x"); }).starts_with("{"));
}

TEST(Log, WritesEverythingBeforeItEnds) {
    const auto text = written(LogFormat::Json, sio::LogLevel::Info, [](sio::Log& log) {
        for (int i = 0; i < 1000; ++i) log.info("line", {{"i", i}});
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 1000);
}

TEST(Log, TakesItsSecretsFromTheConfiguration) {
    Config config;
    config.jwt_secret = "hush-hush-hush";
    EXPECT_THAT(log_options(config).secrets, ::testing::Contains("hush-hush-hush"));
}

}  // namespace
}  // namespace desk::app
