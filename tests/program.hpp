#pragma once

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

/// What the test programs' main functions share: `--name value` arguments, and signals that are waited for.
namespace program {

/// Anything but `--name value` pairs ends the program with `usage`.
class Arguments {
public:
    Arguments(int argc, char** argv, std::string_view usage) {
        for (int i = 1; i < argc; i += 2) {
            const std::string_view name = argv[i];
            if (!name.starts_with("--") || i + 1 == argc) {
                std::cerr << usage;
                std::exit(2);
            }
            values_[std::string(name.substr(2))] = argv[i + 1];
        }
    }
    bool has(std::string_view name) const { return values_.contains(name); }
    std::string text(std::string_view name, std::string_view otherwise = {}) const {
        const auto found = values_.find(name);
        return found == values_.end() ? std::string(otherwise) : found->second;
    }
    unsigned number(std::string_view name, unsigned otherwise) const {
        return has(name) ? static_cast<unsigned>(std::stoul(text(name))) : otherwise;
    }
    std::chrono::milliseconds ms(std::string_view name, unsigned otherwise) const {
        return std::chrono::milliseconds(number(name, otherwise));
    }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// Made before any thread, so that these signals reach `wait` and nobody else.
class Signals {
public:
    Signals() {
        sigemptyset(&set_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    int wait() const {
        int signal = 0;
        sigwait(&set_, &signal);
        return signal;
    }

private:
    sigset_t set_{};
};

}  // namespace program
