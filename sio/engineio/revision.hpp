#pragma once

#include <cstdint>

namespace sio::engineio {

/// The protocol a session speaks: Engine.IO 4, or with Options::allow_eio3 Engine.IO 3, whose clients may ask (query `b64`) that
/// binary never be sent to them as bytes.
enum class Revision : std::uint8_t { V4, V3, V3Base64 };

constexpr bool is_v3(Revision revision) { return revision != Revision::V4; }

}  // namespace sio::engineio
