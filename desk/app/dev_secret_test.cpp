#include "desk/app/dev_secret.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "desk/app/token_keys.hpp"
#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

namespace fs = std::filesystem;

class DevSecretTest : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directory(folder_); }
    void TearDown() override { fs::remove_all(folder_); }

    std::string store() const { return folder_ / "desk.db"; }
    void write(const std::string& text, mode_t mode = 0600) const {
        std::ofstream(store() + ".secret") << text;
        ::chmod((store() + ".secret").c_str(), mode);
    }
    Config config() const {
        Config config;
        config.store = "sqlite:" + store();
        return config;
    }

    fs::path folder_ = fs::temp_directory_path() / ("insightdesk-" + sio::random_id());
};

TEST_F(DevSecretTest, IsMadeOnceForItsOwnerOnly) {
    const DevSecret file(store());
    EXPECT_FALSE(file.read());
    const auto secret = file.read_or_make();
    ASSERT_TRUE(secret) << secret.error();
    EXPECT_EQ(secret->size(), 43U);
    EXPECT_EQ(file.read(), secret);
    EXPECT_EQ(file.read_or_make(), secret);
    struct stat facts{};
    ASSERT_EQ(::stat(file.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1) << "nothing is left beside it";
}

TEST_F(DevSecretTest, IsTheSameForAllWhoMakeItAtOnce) {
    std::vector<std::string> secrets(8);
    std::vector<std::jthread> threads;
    for (auto& secret : secrets) {
        threads.emplace_back([&] { secret = DevSecret(store()).read_or_make().value_or(""); });
    }
    threads.clear();
    EXPECT_EQ(std::set<std::string>(secrets.begin(), secrets.end()).size(), 1U);
    EXPECT_NE(secrets.front(), "");
}

TEST_F(DevSecretTest, AFileThatOthersCanReadIsRefused) {
    write(std::string(43, 'x') + "\n", 0640);
    EXPECT_FALSE(DevSecret(store()).read_or_make());
}

TEST_F(DevSecretTest, AFileWithoutASecretIsRefusedNotReplaced) {
    write("short\n");
    EXPECT_FALSE(DevSecret(store()).read_or_make());
    write("");
    EXPECT_FALSE(DevSecret(store()).read_or_make());
}

TEST_F(DevSecretTest, OnlyAPlainFileIsRead) {
    fs::create_symlink("/etc/hostname", store() + ".secret");
    EXPECT_FALSE(DevSecret(store()).read_or_make());
    fs::remove(store() + ".secret");
    fs::create_directory(store() + ".secret");
    EXPECT_FALSE(DevSecret(store()).read_or_make());
}

TEST_F(DevSecretTest, AFolderThatDoesNotExistIsAnError) { EXPECT_FALSE(DevSecret((folder_ / "no" / "desk.db").string()).read_or_make()); }

TEST_F(DevSecretTest, ServeMakesItAndGenTokenReadsIt) {
    EXPECT_FALSE(load_keys(config()));
    const auto made = load_or_make_keys(config());
    ASSERT_TRUE(made) << made.error();
    EXPECT_EQ(made->made_at, store() + ".secret");
    EXPECT_TRUE(made->signing);
    EXPECT_EQ(load_keys(config())->secret, made->secret);
}

TEST_F(DevSecretTest, AConfiguredKeyComesWithoutAFile) {
    auto with_key = config();
    with_key.jwt_secret = "s3cret";
    const auto keys = load_or_make_keys(with_key);
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->made_at, std::nullopt);
    EXPECT_TRUE(keys->weak_secret);
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(DevSecretTest, AStoreInMemoryHasASecretInMemory) {
    auto memory = config();
    memory.store = "sqlite::memory:";
    const auto first = load_or_make_keys(memory);
    ASSERT_TRUE(first);
    EXPECT_NE(first->secret, load_or_make_keys(memory)->secret);
    EXPECT_FALSE(load_keys(memory));
}

TEST_F(DevSecretTest, SecretFilesLoseOneLineEnd) {
    write(std::string(40, 'k') + "\r\n");
    auto with_file = config();
    with_file.jwt_secret_file = store() + ".secret";
    EXPECT_EQ(load_keys(with_file)->secret, std::string(40, 'k'));
    write("\n");
    EXPECT_FALSE(load_keys(with_file));
    with_file.jwt_secret_file = "/nonexistent";
    EXPECT_FALSE(load_keys(with_file));
}

TEST_F(DevSecretTest, PublicKeysComeFromFiles) {
    write(R"({"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]})");
    auto with_set = config();
    with_set.jwks_file = store() + ".secret";
    const auto keys = load_or_make_keys(with_set);
    ASSERT_TRUE(keys) << keys.error();
    EXPECT_EQ(keys->verifying.keys().size(), 1U);
    EXPECT_FALSE(keys->signing);
    with_set.jwt_public_key = with_set.jwks_file;
    EXPECT_FALSE(load_or_make_keys(with_set));
}

}  // namespace
}  // namespace desk::app
