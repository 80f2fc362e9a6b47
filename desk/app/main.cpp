#include <csignal>
#include <iostream>
#include <span>
#include <variant>

#include "desk/app/command_line.hpp"
#include "desk/app/demo.hpp"
#include "desk/app/desk_server.hpp"
#include "desk/app/log.hpp"
#include "sio/runtime/limits.hpp"

namespace {

/// Signals are taken by sigwait in serve(), also those for threads made later.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

/// A second SIGTERM or SIGINT ends the waiting.
void wait_until_drained(const desk::app::DeskServer& server, const sigset_t& signals) {
    constexpr timespec kLookEvery{.tv_sec = 0, .tv_nsec = 10'000'000};
    while (!server.drained()) {
        const int signal = sigtimedwait(&signals, nullptr, &kLookEvery);
        if (signal == SIGTERM || signal == SIGINT) return;
    }
}

int serve(const desk::app::Config& config) {
    const sigset_t signals = block_signals();
    // A file that may not grow (LimitFSIZE of a service) is a failed write like any other.
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    const auto keys = desk::app::load_or_make_keys(config);
    if (!keys) {
        std::cerr << "insightdesk: " << keys.error() << '\n';
        return 1;
    }
    auto logging = desk::app::log_options(config);
    logging.secrets.push_back(keys->secret);
    const auto log = desk::app::make_log(logging);
    if (keys->weak_secret) log->warn("the token secret is shorter than 32 bytes");
    static_cast<void>(sio::runtime::raise_descriptor_limit());
    const auto server = desk::app::DeskServer::start(config, *keys, *log);
    if (!server) {
        std::cerr << "insightdesk: " << server.error() << '\n';
        return 1;
    }
    for (const auto& url : (*server)->urls()) std::cout << "listening on " << url << std::endl;
    if (config.demo) desk::app::print_demo(std::cout, config, (*server)->urls().front());
    std::cout.flush();

    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (*server)->reload();
    (*server)->drain();
    wait_until_drained(**server, signals);
    (*server)->stop();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto environment = desk::app::read_environment(environ);
    const auto command = desk::app::parse_command_line(std::span<const char* const>(argv, static_cast<std::size_t>(argc)), environment);
    if (const auto* wanted = std::get_if<desk::app::ServeCommand>(&command)) return serve(wanted->config);
    return desk::app::run_offline(command, std::cin, std::cout, std::cerr);
}
