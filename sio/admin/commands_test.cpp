#include <gmock/gmock.h>

#include "sio/admin/testing/fixture.hpp"

namespace sio::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AdminCommands : public testing::InstrumentedServer, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        io().of("/chat").on_connection([](Socket& socket) {
            if (socket.auth() != "{}") socket.join("vip");
        });
    }
    void start() {
        InstrumentedServer::start();
        page_ = enter();
        one_ = connect();
        id_ = one_->join("/chat", R"({"vip":true})");
        two_ = connect();
        two_->join("/chat");
    }
    void command(std::string_view arguments) { page_->send("42/admin,[" + std::string(arguments) + "]"); }
    /// Follows what was commanded before, to every socket of /chat.
    void expect_nothing_before_the_mark() {
        command(R"("emit","/chat",null,"mark")");
        for (auto* client : {one_.get(), two_.get()}) EXPECT_EQ(client->receive(), R"(42/chat,["mark"])");
    }

    std::unique_ptr<Client> page_;
    std::unique_ptr<Client> one_;
    std::unique_ptr<Client> two_;
    std::string id_;
};

INSTANTIATE_TEST_SUITE_P(Loops, AdminCommands, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(AdminCommands, TheConfigNamesThem) {
    start();
    EXPECT_EQ(config_, R"(42/admin,["config",{"supportedFeatures":["EMIT","JOIN","LEAVE","DISCONNECT","MJOIN","MLEAVE","MDISCONNECT",)"
                       R"("AGGREGATED_EVENTS"]}])");
}

TEST_P(AdminCommands, EmitReachesANamespaceARoomOrOneSocket) {
    start();
    command(R"("emit","/chat","","news",1,{"a":[true]})");
    for (auto* client : {one_.get(), two_.get()}) EXPECT_EQ(client->receive(), R"(42/chat,["news",1,{"a":[true]}])");
    command(R"("emit","/chat","vip","to the room")");
    EXPECT_EQ(one_->receive(), R"(42/chat,["to the room"])");
    command(R"("emit","/chat",")" + id_ + R"(","to one")");
    EXPECT_EQ(one_->receive(), R"(42/chat,["to one"])");
    expect_nothing_before_the_mark();
}

TEST_P(AdminCommands, EmitPassesBinaryOn) {
    start();
    page_->send(R"(451-/admin,["emit","/chat","vip","bytes",{"_placeholder":true,"num":0}])");
    page_->send_binary("abc");
    EXPECT_EQ(one_->receive(), R"(451-/chat,["bytes",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(one_->receive(), "b:abc");
}

TEST_P(AdminCommands, JoinAndLeaveMoveSockets) {
    start();
    command(R"("join","/chat","lobby")");
    command(R"("emit","/chat","lobby","a")");
    for (auto* client : {one_.get(), two_.get()}) EXPECT_EQ(client->receive(), R"(42/chat,["a"])");
    command(R"("leave","/chat","lobby",")" + id_ + "\"");
    command(R"("emit","/chat","lobby","b")");
    EXPECT_EQ(two_->receive(), R"(42/chat,["b"])");
    expect_nothing_before_the_mark();
}

TEST_P(AdminCommands, DisconnectEndsTheSocketOrItsWholeConnection) {
    start();
    command(R"("_disconnect","/chat",false,"vip")");
    EXPECT_EQ(one_->receive(), "41/chat,");
    one_->send("40");
    EXPECT_TRUE(one_->receive().starts_with("40{")) << "the connection is still there";
    command(R"("_disconnect","/chat",true)");
    EXPECT_EQ(two_->receive(), "41/chat,");
    EXPECT_TRUE(two_->closed());
}

TEST_P(AdminCommands, WhatIsMalformedDoesNothing) {
    start();
    const std::string long_name(1000, 'x');
    for (const std::string& bad : std::initializer_list<std::string>{R"("emit")",
                                                                     R"("emit","/chat")",
                                                                     R"("emit","/chat","")",
                                                                     R"("emit","/chat","",1)",
                                                                     R"("emit","/chat","","")",
                                                                     R"("emit","/chat","","connect")",
                                                                     R"("emit","/chat","","disconnect",1)",
                                                                     R"("emit","/chat",7,"x")",
                                                                     R"("emit","/chat",["vip"],"x")",
                                                                     R"("emit","/chat",{"room":"vip"},"x")",
                                                                     R"("emit","chat","","x")",
                                                                     R"("emit","/nowhere","","x")",
                                                                     R"("emit",null,"","x")",
                                                                     R"("emit","/chat","","EVENT")",
                                                                     R"("emit","/chat","EVENT","x")",
                                                                     R"("join","/chat")",
                                                                     R"("join","/chat",1)",
                                                                     R"("join","/chat","")",
                                                                     R"("join",[],"a")",
                                                                     R"("leave","/chat",{})",
                                                                     R"("leave","/chat","vip",1)",
                                                                     R"("leave","/chat","EVENT")",
                                                                     R"("_disconnect")",
                                                                     R"("_disconnect","/chat")",
                                                                     R"("_disconnect","/chat","true")",
                                                                     R"("_disconnect","/chat",1,"vip")",
                                                                     R"("_disconnect","/chat",true,[])",
                                                                     R"("config",{})",
                                                                     R"("session","x")",
                                                                     R"("constructor")"}) {
        auto text = bad;
        if (const auto at = text.find("EVENT"); at != std::string::npos) text.replace(at, 5, long_name);
        command(text);
    }
    expect_nothing_before_the_mark();
    command(R"("emit","/chat","vip","still in the room")");
    EXPECT_EQ(one_->receive(), R"(42/chat,["still in the room"])");
}

TEST_P(AdminCommands, ReadonlyTakesNone) {
    admin_.readonly = true;
    start();
    EXPECT_THAT(config_, Not(HasSubstr("EMIT")));
    for (const auto* text : {R"("emit","/chat","","x")", R"("_disconnect","/chat",true,"")", R"("leave","/chat","vip")"}) command(text);
    page_->send("41/admin,");
    page_->send("40");
    EXPECT_TRUE(page_->receive().starts_with("40{")) << "all were read";
    io().of("/chat").to("vip").emit("mark");
    EXPECT_EQ(one_->receive(), R"(42/chat,["mark"])");
}

}  // namespace
}  // namespace sio::admin
