#include "sio/socketio/client_files.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sio/engineio/testing/client.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

class ClientFilesTest : public testing::ServerTest {
protected:
    ClientFilesTest() {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "socket.io.min.js") << script_;
        std::ofstream(folder_ / "secret.txt") << "not for everybody";
    }
    ~ClientFilesTest() override { std::filesystem::remove_all(folder_); }

    engineio::testing::Answer get(std::string_view target, std::string_view headers = {}) {
        engineio::testing::Client client(port_);
        return client.get(target, headers);
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                    ("client-files-" + std::to_string(::getpid()) + "-" + std::to_string(std::rand()));
    std::string script_ = "/* the client */" + std::string(2000, ' ');
};

TEST_F(ClientFilesTest, AreServedBesideTheSocketIoPath) {
    auto files = ClientFiles::load(folder_).value();
    files.add_to(io().router());
    start();
    const auto answer = get("/socket.io/socket.io.min.js");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, script_);
    EXPECT_EQ(answer.header("Content-Type"), "application/javascript; charset=utf-8");
    EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=0");
    EXPECT_EQ(get("/socket.io/socket.io.min.js", "Accept-Encoding: gzip\r\n").header("Content-Encoding"), "gzip");
    EXPECT_EQ(get("/socket.io/?EIO=4&transport=polling").status, 200);
    io().close();
}

TEST_F(ClientFilesTest, AreNotSentAgainWhenTheClientHasThem) {
    auto files = ClientFiles::load(folder_).value();
    files.add_to(io().router());
    start();
    const std::string etag = get("/socket.io/socket.io.min.js").header("ETag");
    EXPECT_EQ(get("/socket.io/socket.io.min.js", "If-None-Match: " + etag + "\r\n").status, 304);
    EXPECT_EQ(get("/socket.io/socket.io.min.js", "If-None-Match: W/" + etag + "\r\n").status, 304);
    EXPECT_EQ(get("/socket.io/socket.io.min.js", "If-None-Match: \"other\"\r\n").status, 200);
    io().close();
}

TEST_F(ClientFilesTest, NothingElseOfTheFolderIsServed) {
    auto files = ClientFiles::load(folder_).value();
    files.add_to(io().router());
    start();
    for (const auto* path : {"/socket.io/secret.txt", "/socket.io/socket.io.js", "/socket.io/socket.io.min.js/../secret.txt"}) {
        EXPECT_GE(get(path).status, 400) << path;
    }
    io().close();
}

TEST_F(ClientFilesTest, AFolderWithoutThemIsAnError) { EXPECT_FALSE(ClientFiles::load("/nonexistent").has_value()); }

}  // namespace
}  // namespace sio
