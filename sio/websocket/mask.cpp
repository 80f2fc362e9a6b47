#include "sio/websocket/mask.hpp"

#include <cstdint>
#include <cstring>

namespace sio::websocket {

void unmask(char* data, std::size_t size, MaskKey key, std::size_t offset) {
    std::array<unsigned char, 8> pattern;
    for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key[(offset + i) % key.size()];
    std::uint64_t wide = 0;
    std::memcpy(&wide, pattern.data(), sizeof wide);

    std::size_t i = 0;
    for (; i + 32 <= size; i += 32) {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), data + i, 32);
        for (auto& word : words) word ^= wide;
        std::memcpy(data + i, words.data(), 32);
    }
    for (; i + 8 <= size; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data + i, 8);
        word ^= wide;
        std::memcpy(data + i, &word, 8);
    }
    for (; i < size; ++i) data[i] = static_cast<char>(static_cast<unsigned char>(data[i]) ^ pattern[i % 8]);
}

}  // namespace sio::websocket
