#include "desk/app/api_key_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "desk/store/testing/temp_store.hpp"

namespace desk::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class ApiKeyCommandTest : public testing::Test {
protected:
    /// Exit status and all that is written.
    std::pair<int, std::string> run(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), {"insightdesk", "apikey"});
        const std::string store = "sqlite:" + dir_.file();
        arguments.insert(arguments.end(), {"--store", store.c_str()});
        std::istringstream in;
        std::ostringstream out;
        const int status = run_offline(parse_command_line(arguments, {}), in, out, out);
        return {status, out.str()};
    }

    store::testing::TempDir dir_;
};

TEST_F(ApiKeyCommandTest, AKeyIsPrintedOnceListedWithoutItselfAndRevoked) {
    const auto [made, text] = run({"create", "--name", "Backend", "--org", "acme,globex", "--scope", "publish", "--scope", "read"});
    ASSERT_EQ(made, 0) << text;
    const std::string secret = text.substr(text.find("idk_"), 52);
    const std::string id = text.substr(0, text.find(' '));
    EXPECT_THAT(text, HasSubstr("scopes publish,read  orgs acme,globex  Backend\n"));
    const auto [listed, list] = run({"list"});
    EXPECT_EQ(listed, 0);
    EXPECT_THAT(list, HasSubstr(id));
    EXPECT_THAT(list, Not(HasSubstr(secret)));
    EXPECT_EQ(run({"revoke", id.c_str()}).first, 0);
    EXPECT_EQ(run({"list"}).second, "no API keys\n");
    EXPECT_THAT(run({"revoke", id.c_str()}).second, HasSubstr("there is no API key " + id));
}

TEST_F(ApiKeyCommandTest, WhatIsWrongIsSaid) {
    EXPECT_THAT(run({"list"}).second, HasSubstr("there is no store"));
    EXPECT_THAT(run({"create", "--name", "x", "--org", "acme", "--scope", "all"}).second, HasSubstr("--scope"));
    EXPECT_EQ(run({"create", "--name", "x", "--scope", "read"}).first, 2);
    EXPECT_THAT(run({"create", "--name", "x", "--org", "a:b", "--scope", "read"}).second, HasSubstr("BAD_ID"));
    EXPECT_EQ(run({}).first, 2);
}

}  // namespace
}  // namespace desk::app
