#include "desk/store/postgres_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/store/postgres.hpp"

namespace desk::store::postgres {
namespace {

using sql::FailureKind;

TEST(SqlText, BecomesTheOtherDatabases) {
    EXPECT_EQ(translate("SELECT a FROM t WHERE b = ?1 AND c = ?12 {lock}"), "SELECT a FROM t WHERE b = $1 AND c = $12 FOR UPDATE");
    EXPECT_EQ(translate("CREATE TABLE t (a BIGINT) {clustered};"), "CREATE TABLE t (a BIGINT) ;");
    EXPECT_EQ(translate_script("CREATE TABLE t (a TEXT NOT NULL, b TEXT);"),
              R"(CREATE TABLE t (a TEXT COLLATE "C" NOT NULL, b TEXT COLLATE "C");)");
}

TEST(SqlText, StatesHaveTheirKind) {
    const std::pair<std::string_view, FailureKind> kinds[] = {
        {"", FailureKind::Io},           {"57P01", FailureKind::Io},     {"08006", FailureKind::Io},     {"25P03", FailureKind::Io},
        {"58030", FailureKind::Io},      {"40001", FailureKind::Undone}, {"40P01", FailureKind::Undone}, {"55P03", FailureKind::Busy},
        {"57014", FailureKind::Busy},    {"53300", FailureKind::Busy},   {"53100", FailureKind::Full},   {"23505", FailureKind::Constraint},
        {"XX001", FailureKind::Corrupt}, {"42601", FailureKind::Other},  {"XX000", FailureKind::Other}};
    for (const auto& [state, kind] : kinds) EXPECT_EQ(kind_of(state), kind) << state;
    for (const auto* state : {"", "57P01", "08006", "25P03", "25006", "28P01"}) EXPECT_TRUE(ends_connection(state)) << state;
    for (const auto* state : {"23505", "42601", "40001", "57014"}) EXPECT_FALSE(ends_connection(state)) << state;
}

TEST(StoreUrl, IsKnown) {
    for (const auto* url : {"postgres://h/d", "postgresql:///d"}) EXPECT_TRUE(is_postgres_url(url)) << url;
    for (const auto* url : {"", "postgres:h", "sqlite:postgres://x", "Postgres://h"}) EXPECT_FALSE(is_postgres_url(url)) << url;
}

TEST(StoreUrl, ShowsNoPassword) {
    EXPECT_EQ(loggable_postgres_url("postgres://ann@db:5432/desk?sslmode=require"), "postgres://ann@db:5432/desk?sslmode=require");
    EXPECT_EQ(loggable_postgres_url("postgres://ann:hush@db/desk"), "postgres://ann:********@db/desk");
    EXPECT_EQ(loggable_postgres_url("postgres://ann:hu@sh@a:1,b:2/desk"), "postgres://ann:********@a:1,b:2/desk");
    EXPECT_EQ(loggable_postgres_url("postgres://db/desk?user=ann&password=hush&sslpassword=hush"),
              "postgres://db/desk?user=ann&password=********&sslpassword=********");
    EXPECT_EQ(loggable_postgres_url("sqlite:/x/y:z.db"), "sqlite:/x/y:z.db");
}

TEST(StoreUrl, NamesItsSecrets) {
    EXPECT_THAT(secrets_in_postgres_url("postgres://ann:h%40sh%zz@db/d?password=x%41"),
                ::testing::ElementsAre("h%40sh%zz", "h@sh%zz", "x%41", "xA"));
    EXPECT_THAT(secrets_in_postgres_url("postgres://ann@db/d"), ::testing::IsEmpty());
    EXPECT_THAT(secrets_in_postgres_url("postgres://ann:@db/d?password="), ::testing::IsEmpty());
}

}  // namespace
}  // namespace desk::store::postgres
