#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/json_writer.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/socketio/arguments.hpp"

namespace sio {

/// Bytes as an argument, or inside one of any structure that a json::Writer writes: they travel as an attachment. Borrows until the
/// event is encoded. Written outside of an event it becomes null.
struct Binary {
    std::string_view bytes;
};
void write_json(json::Writer& writer, const Binary& binary);

/// A Socket.IO packet ready to be sent to any number of sockets of one namespace, on any loop: copies share the frames.
/// Thread: any.
class EncodedEvent {
public:
    EncodedEvent() = default;
    EncodedEvent(engineio::Packet packet, std::size_t json_offset, std::vector<engineio::Packet> attachments)
        : packet_(std::move(packet)), attachments_(std::move(attachments)), json_offset_(static_cast<std::uint32_t>(json_offset)) {}

    /// `["event",arguments...]`, with placeholders where binary was.
    std::string_view json() const { return packet_.frame->payload().substr(json_offset_); }
    const engineio::Packet& packet() const { return packet_; }
    std::span<const engineio::Packet> attachments() const { return attachments_; }
    std::size_t bytes() const;
    /// The same event with its form for clients with the msgpack parser.
    EncodedEvent with_msgpack() const;
    /// That form; no frame when it has none.
    const engineio::Packet& msgpack() const { return msgpack_; }
    /// The same event with a text behind its arguments, as text only. Pre: `text` needs no escapes.
    EncodedEvent with_text(std::string_view text) const;
    /// The same event, to be compressed or not.
    EncodedEvent with_compress(bool compress) const;
    explicit operator bool() const { return static_cast<bool>(packet_.frame); }

private:
    engineio::Packet packet_;
    engineio::Packet msgpack_;
    std::vector<engineio::Packet> attachments_;
    std::uint32_t json_offset_ = 0;
};

namespace detail {

/// Builds one packet in a scratch buffer of the thread: an array of values, then the header in front of it, then one frame.
/// Any number may be under way on one thread, one inside the other.
class Encoder {
public:
    Encoder();
    ~Encoder();
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    template <class T>
    Encoder& add(const T& value) {
        writer_.value(value);
        return *this;
    }
    /// Received arguments, each an argument again, binary with them.
    Encoder& add(const Arguments& arguments);
    /// The elements of a JSON array with the attachments its placeholders name, as another server sent them.
    Encoder& add_elements(json::Value array, std::span<const std::string> attachments);

    /// EVENT or BINARY_EVENT, with an acknowledgement asked for when `ack_id` is given.
    EncodedEvent finish_event(std::string_view nsp, std::optional<std::uint64_t> ack_id = {}, bool compress = true);
    /// ACK or BINARY_ACK.
    EncodedEvent finish_ack(std::string_view nsp, std::uint64_t ack_id);
    /// What was added, as owned JSON array and attachments.
    std::pair<std::string, std::vector<std::string>> finish_text();

private:
    friend void sio::write_json(json::Writer& writer, const Binary& binary);
    struct Scratch;
    static Scratch& scratch_of(std::size_t level);
    void add_with_attachments(json::Value value, std::span<const std::string> attachments);
    EncodedEvent finish(char plain, char with_binary, std::string_view nsp, std::optional<std::uint64_t> ack_id, bool compress);
    void disarm_foreign_placeholders();

    Encoder* outer_;  // of the same thread, under way
    std::size_t level_;
    Scratch& scratch_;
    json::Writer writer_;
};

template <class... Args>
EncodedEvent encode_event(std::string_view nsp, std::optional<std::uint64_t> ack_id, bool compress, std::string_view event,
                          const Args&... args) {
    Encoder encoder;
    encoder.add(event);
    (encoder.add(args), ...);
    return encoder.finish_event(nsp, ack_id, compress);
}

template <class... Args>
EncodedEvent encode_ack(std::string_view nsp, std::uint64_t ack_id, const Args&... args) {
    Encoder encoder;
    (encoder.add(args), ...);
    return encoder.finish_ack(nsp, ack_id);
}

}  // namespace detail

}  // namespace sio
