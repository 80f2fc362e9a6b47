#include "sio/websocket/frame_header.hpp"

#include <algorithm>

namespace sio::websocket {
namespace {

constexpr unsigned kFin = 0x80;
constexpr unsigned kRsv1 = 0x40;
constexpr unsigned kRsv2And3 = 0x30;
constexpr unsigned kMasked = 0x80;
constexpr std::uint64_t kMaxControl = 125;

bool is_known(unsigned opcode) { return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA); }

}  // namespace

HeaderVerdict read_header(std::string_view bytes, const HeaderRules& rules, FrameHeader& header) {
    const auto byte = [bytes](std::size_t index) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[index])); };
    if (bytes.empty()) return HeaderVerdict::NeedMore;

    const unsigned first = byte(0);
    if (!is_known(first & 0x0f)) return HeaderVerdict::ProtocolError;
    header.opcode = static_cast<Opcode>(first & 0x0f);
    header.fin = (first & kFin) != 0;
    header.compressed = (first & kRsv1) != 0;
    const bool control = is_control(header.opcode);
    const bool starts = header.opcode == Opcode::Text || header.opcode == Opcode::Binary;
    if ((first & kRsv2And3) != 0) return HeaderVerdict::ProtocolError;
    if (header.compressed && !(rules.deflate && starts)) return HeaderVerdict::ProtocolError;
    if (control && !header.fin) return HeaderVerdict::ProtocolError;
    if (!control && starts == rules.in_message) return HeaderVerdict::ProtocolError;

    if (bytes.size() < 2) return HeaderVerdict::NeedMore;
    const unsigned second = byte(1);
    if ((second & kMasked) == 0) return HeaderVerdict::ProtocolError;
    header.length = second & 0x7f;
    if (control && header.length > kMaxControl) return HeaderVerdict::ProtocolError;

    std::size_t at = 2;
    if (header.length >= 126) {
        const std::size_t width = header.length == 126 ? 2 : 8;
        if (bytes.size() < at + width) return HeaderVerdict::NeedMore;
        header.length = 0;
        for (std::size_t i = 0; i < width; ++i) header.length = header.length << 8 | byte(at + i);
        at += width;
        if (header.length <= (width == 2 ? 125U : 0xffffU)) return HeaderVerdict::ProtocolError;
        if (header.length >> 63 != 0) return HeaderVerdict::ProtocolError;
    }
    if (!control && header.length > rules.room) return HeaderVerdict::TooBig;

    if (bytes.size() < at + header.mask.size()) return HeaderVerdict::NeedMore;
    for (std::size_t i = 0; i < header.mask.size(); ++i) header.mask[i] = static_cast<unsigned char>(byte(at + i));
    header.size = at + header.mask.size();
    return HeaderVerdict::Complete;
}

HeaderBytes::HeaderBytes(Opcode opcode, bool compressed, std::size_t length) {
    bytes_[0] = static_cast<char>(kFin | (compressed ? kRsv1 : 0) | static_cast<unsigned>(opcode));
    if (length <= kMaxControl) {
        bytes_[1] = static_cast<char>(length);
        return;
    }
    const std::size_t width = length <= 0xffff ? 2 : 8;
    bytes_[1] = width == 2 ? 126 : 127;
    for (std::size_t i = 0; i < width; ++i) bytes_[2 + i] = static_cast<char>(length >> (8 * (width - 1 - i)) & 0xff);
    size_ = 2 + width;
}

}  // namespace sio::websocket
