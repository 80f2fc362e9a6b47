#include "sio/socketio/encoded_event.hpp"

#include <charconv>
#include <cstring>
#include <memory>

#include "sio/socketio/msgpack_packet.hpp"

namespace sio {

std::size_t EncodedEvent::bytes() const {
    std::size_t sum = packet_.frame ? packet_.frame->payload().size() : 0;
    for (const auto& attachment : attachments_) sum += attachment.frame->payload().size();
    return sum;
}

EncodedEvent EncodedEvent::with_msgpack() const {
    const auto header = detail::decode_packet(packet_.frame->payload().substr(1), attachments_.size());
    if (!header) return *this;
    const auto type = header->type == detail::PacketType::BinaryEvent ? detail::PacketType::Event
                      : header->type == detail::PacketType::BinaryAck ? detail::PacketType::Ack
                                                                      : header->type;
    EncodedEvent copy = *this;
    copy.msgpack_ = detail::encode_msgpack(type, header->nsp, header->ack_id, header->json, attachments_);
    copy.msgpack_.compress = packet_.compress;
    return copy;
}

EncodedEvent EncodedEvent::with_text(std::string_view text) const {
    const std::string_view payload = packet_.frame->payload();
    std::string longer;
    longer.reserve(payload.size() + text.size() + 3);
    longer.append(payload, 0, payload.size() - 1).append(",\"").append(text).append("\"]");
    EncodedEvent copy(engineio::text_packet(longer), json_offset_, attachments_);
    copy.packet_.compress = packet_.compress;
    return copy;
}

EncodedEvent EncodedEvent::with_compress(bool compress) const {
    EncodedEvent copy = *this;
    copy.packet_.compress = copy.msgpack_.compress = compress;
    for (auto& attachment : copy.attachments_) attachment.compress = compress;
    return copy;
}

namespace detail {
namespace {

/// Room in front of the JSON for `4`, type, attachment count, namespace and acknowledgement id.
constexpr std::size_t kReserve = 384;
/// A buffer that one large event made bigger than this is not kept.
constexpr std::size_t kKeptBytes = 256 * 1024;

constexpr std::string_view kPlaceholder = R"("_placeholder":true)";

thread_local Encoder* t_innermost = nullptr;

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

}  // namespace

struct Encoder::Scratch {
    std::string text;
    std::vector<engineio::Packet> attachments;
    std::vector<std::size_t> placeholders;  // where in `text` our own ones are
    std::string prefix;
};

// Encoders nest (a `write_json` may emit), so each level of a thread has buffers of its own, kept for the next time.
Encoder::Scratch& Encoder::scratch_of(std::size_t level) {
    static thread_local std::vector<std::unique_ptr<Scratch>> levels;
    if (level == levels.size()) levels.push_back(std::make_unique<Scratch>());
    return *levels[level];
}

Encoder::Encoder() : outer_(t_innermost), level_(outer_ ? outer_->level_ + 1 : 0), scratch_(scratch_of(level_)), writer_(scratch_.text) {
    t_innermost = this;
    scratch_.text.assign(kReserve, ' ');
    writer_.begin_array();
}

Encoder::~Encoder() {
    t_innermost = outer_;
    scratch_.attachments.clear();
    scratch_.placeholders.clear();
    if (scratch_.text.capacity() > kKeptBytes) std::string().swap(scratch_.text);
}

Encoder& Encoder::add(const Arguments& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) add_with_attachments(arguments[i], arguments.attachments());
    return *this;
}

Encoder& Encoder::add_elements(json::Value array, std::span<const std::string> attachments) {
    for (const auto element : array.elements()) add_with_attachments(element, attachments);
    return *this;
}

void Encoder::add_with_attachments(json::Value value, std::span<const std::string> attachments) {
    if (attachments.empty()) {
        writer_.value(value);
    } else if (const auto found = placeholder(value, attachments.size()); found && found->valid) {
        writer_.value(Binary{attachments[found->number]});
    } else if (value.is_array()) {
        writer_.begin_array();
        for (const auto element : value.elements()) add_with_attachments(element, attachments);
        writer_.end_array();
    } else if (value.is_object()) {
        writer_.begin_object();
        for (const auto [key, member] : value.members()) {
            writer_.key(key);
            add_with_attachments(member, attachments);
        }
        writer_.end_object();
    } else {
        writer_.value(value);
    }
}

// Next to real attachments a receiver would take any object of a placeholder's form for one, also one that a client sent as plain data:
// resolved to somebody else's bytes, or refused with a disconnect. `true` becomes `null`, which no parser takes for a placeholder.
void Encoder::disarm_foreign_placeholders() {
    auto& text = scratch_.text;
    auto own = scratch_.placeholders.begin();
    for (auto at = text.find(kPlaceholder, kReserve); at != std::string::npos; at = text.find(kPlaceholder, at + 1)) {
        while (own != scratch_.placeholders.end() && *own < at) ++own;
        if (own != scratch_.placeholders.end() && *own == at) continue;
        text.replace(at + kPlaceholder.size() - 4, 4, "null");
    }
}

EncodedEvent Encoder::finish_event(std::string_view nsp, std::optional<std::uint64_t> ack_id, bool compress) {
    return finish('2', '5', nsp, ack_id, compress);
}

EncodedEvent Encoder::finish_ack(std::string_view nsp, std::uint64_t ack_id) { return finish('3', '6', nsp, ack_id, true); }

EncodedEvent Encoder::finish(char plain, char with_binary, std::string_view nsp, std::optional<std::uint64_t> ack_id, bool compress) {
    writer_.end_array();
    const bool binary = !scratch_.attachments.empty();
    if (binary) disarm_foreign_placeholders();

    auto& prefix = scratch_.prefix;
    prefix.assign(1, '4');
    prefix.push_back(binary ? with_binary : plain);
    if (binary) {
        append_number(prefix, scratch_.attachments.size());
        prefix.push_back('-');
    }
    if (nsp != "/") prefix.append(nsp).push_back(',');
    if (ack_id) append_number(prefix, *ack_id);

    // The header goes right before the JSON, so that the frame is the only copy made.
    auto& text = scratch_.text;
    std::size_t start = 0;
    if (prefix.size() <= kReserve) {
        start = kReserve - prefix.size();
        std::memcpy(text.data() + start, prefix.data(), prefix.size());
    } else {
        text.replace(0, kReserve, prefix);
    }
    auto packet = engineio::text_packet(std::string_view(text).substr(start));
    packet.compress = compress;
    for (auto& attachment : scratch_.attachments) attachment.compress = compress;
    return {std::move(packet), prefix.size(), {scratch_.attachments.begin(), scratch_.attachments.end()}};
}

std::pair<std::string, std::vector<std::string>> Encoder::finish_text() {
    writer_.end_array();
    if (!scratch_.attachments.empty()) disarm_foreign_placeholders();
    std::vector<std::string> attachments;
    attachments.reserve(scratch_.attachments.size());
    for (const auto& attachment : scratch_.attachments) attachments.emplace_back(attachment.frame->payload());
    return {scratch_.text.substr(kReserve), std::move(attachments)};
}

}  // namespace detail

void write_json(json::Writer& writer, const Binary& binary) {
    detail::Encoder* const encoder = detail::t_innermost;
    if (encoder == nullptr || &encoder->writer_ != &writer) {
        writer.value(nullptr);
        return;
    }
    auto& scratch = encoder->scratch_;
    writer.begin_object();
    scratch.placeholders.push_back(scratch.text.size());
    writer.raw_key(R"("_placeholder":)").value(true);
    writer.raw_key(R"("num":)").value(scratch.attachments.size());
    writer.end_object();
    scratch.attachments.push_back(engineio::binary_packet(binary.bytes));
}

}  // namespace sio
