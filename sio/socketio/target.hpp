#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sio {

/// Whom something is for: members of any of `rooms` (every socket of the namespace when there are none), once each, without the members
/// of any of `except`. The id of a socket is the name of a room that it alone is in. Borrows.
struct Target {
    std::span<const std::string_view> rooms;
    std::span<const std::string_view> except;
};

/// How a broadcast travels.
struct BroadcastFlags {
    bool local = false;                                ///< this server's sockets only
    bool volatile_ = false;                            ///< dropped for a socket that could not send it at once
    bool compress = true;                              ///< may be compressed where compression is on
    std::optional<std::chrono::milliseconds> timeout;  ///< for acknowledgements
};

/// A target that owns its names, in one string.
class StoredTarget {
public:
    StoredTarget() = default;
    explicit StoredTarget(const Target& target);
    void add_room(std::string_view name) { add('+', name); }
    void add_except(std::string_view name) { add('-', name); }

    /// The names as views of this object, in buffers that live as long as the View.
    class View {
    public:
        explicit View(const StoredTarget& stored);
        View(const View&) = delete;
        View& operator=(const View&) = delete;
        const Target& operator*() const { return target_; }
        const Target* operator->() const { return &target_; }

    private:
        static constexpr std::size_t kInline = 8;
        std::string_view inline_[kInline];
        std::vector<std::string_view> spilled_;
        Target target_;
    };
    View view() const { return View(*this); }

private:
    void add(char kind, std::string_view name);

    std::string records_;  // of each name: kind, four bytes of length, the name
    std::uint32_t rooms_ = 0;
    std::uint32_t except_ = 0;
};

}  // namespace sio
