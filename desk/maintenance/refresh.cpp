#include "desk/maintenance/refresh.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace desk::maintenance {

namespace {

constexpr std::chrono::seconds kEvery{1};
constexpr std::string_view kChannel = "insightdesk:maintenance";

}  // namespace

NoticeRefresh::NoticeRefresh(Board& board, store::Store& store, cluster::Bus& bus, sio::runtime::Loop& loop, sio::Log& log)
    : board_(board), store_(store), loop_(loop), log_(log), timer_([](void* self) { static_cast<NoticeRefresh*>(self)->look(); }, this) {
    // What it says is in the store: the message itself is nothing but a nudge.
    board_.on_told([&bus] { bus.tell(kChannel, "1"); });
    bus.hear(std::string(kChannel), {.message = [this](auto, auto) { loop_.post([this] { look(); }); }, .gap = {}});
}

void NoticeRefresh::start() {
    loop_.post([this] { look(); });
}

void NoticeRefresh::look() {
    loop_.arm_after(timer_, kEvery);
    if (std::exchange(looking_, true)) {
        look_again_ = true;
        return;
    }
    store_.read(
        "",
        [](const store::Snapshot& snapshot) -> Result<std::vector<Notice>> {
            return Notices(snapshot.session()).current(snapshot.now_us());
        },
        [this, at = board_.changes()](Result<std::vector<Notice>>&& stored) {
            if (stored)
                board_.refresh(*stored, at);
            else
                log_.warn("maintenance notices not read", {{"reason", stored.error().detail}});
            loop_.post([this] {
                looking_ = false;
                if (std::exchange(look_again_, false)) look();
            });
        });
}

}  // namespace desk::maintenance
