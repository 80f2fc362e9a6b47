#include "sio/cluster/valkey/script_book.hpp"

#include "sio/runtime/digest.hpp"

namespace sio::cluster {

const std::string& ScriptBook::digest(std::string_view text) {
    std::string& digest = digests_[text.data()];
    if (digest.empty()) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        const runtime::Sha1 bytes = runtime::sha1(text);
        for (const char byte : bytes) {
            const auto value = static_cast<unsigned char>(byte);
            digest += kDigits[value >> 4U];
            digest += kDigits[value & 15U];
        }
    }
    return digest;
}

}  // namespace sio::cluster
