#pragma once

#include <array>
#include <cstddef>

namespace sio::websocket {

/// The masking key of a client's frame (RFC 6455, section 5.3).
using MaskKey = std::array<unsigned char, 4>;

/// Unmasks (or masks: it is the same) `size` bytes in place, of which `offset` came before.  Thread: any.
void unmask(char* data, std::size_t size, MaskKey key, std::size_t offset = 0);

}  // namespace sio::websocket
