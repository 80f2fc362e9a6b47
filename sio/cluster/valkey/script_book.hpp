#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace sio::cluster {

/// Digests of scripts, reckoned once. Thread: the loop.
class ScriptBook {
public:
    /// SHA-1 in hex. `text` has static lifetime; the same text is at the same place.
    const std::string& digest(std::string_view text);

private:
    std::unordered_map<const char*, std::string> digests_;
};

}  // namespace sio::cluster
