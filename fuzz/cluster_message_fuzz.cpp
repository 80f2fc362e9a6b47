// What comes over Valkey in the form of the sharded and the streams adapter: the first byte says how the rest is read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/cluster/wire/modern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static sio::cluster::DocumentReader reader;
    const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
    constexpr std::string_view kTypes[] = {"3", "4", "5", "6", "13"};
    if (*data < std::size(kTypes)) {
        static_cast<void>(sio::cluster::modern::decode_entry(reader, {.uid = "u", .nsp = "/", .type = kTypes[*data], .data = payload}));
    } else {
        static_cast<void>(sio::cluster::modern::decode(reader, payload));
    }
    return 0;
}
