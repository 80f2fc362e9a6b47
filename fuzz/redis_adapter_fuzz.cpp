// What comes over Valkey in the form of `@socket.io/redis-adapter`: the first byte says as what the rest is read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/cluster/wire/classic.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static sio::cluster::DocumentReader reader;
    const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (*data % 3) {
        case 0: static_cast<void>(sio::cluster::classic::decode_broadcast(reader, payload)); break;
        case 1: static_cast<void>(sio::cluster::classic::decode_request(reader, payload)); break;
        default: static_cast<void>(sio::cluster::classic::decode_response(reader, payload)); break;
    }
    return 0;
}
