#include <pthread.h>

#include <algorithm>
#include <string>
#include <thread>

#include "sio/runtime/listener.hpp"

namespace sio::runtime {

struct LoopGroup::Thread {
    std::thread thread;
};

LoopGroup::LoopGroup(unsigned count) {
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned index = 0; index < count; ++index) loops_.push_back(std::make_unique<Loop>(index));
}

LoopGroup::~LoopGroup() { stop(); }

void LoopGroup::start() {
    if (!threads_.empty()) return;
    for (const auto& loop : loops_) {
        threads_.push_back(std::make_unique<Thread>(std::thread([loop = loop.get()] {
            pthread_setname_np(pthread_self(), ("loop-" + std::to_string(loop->index())).c_str());
            loop->run();
        })));
    }
}

void LoopGroup::stop() {
    if (threads_.empty()) return;
    for (const auto& loop : loops_) loop->stop();
    for (const auto& thread : threads_) thread->thread.join();
    threads_.clear();
}

}  // namespace sio::runtime
