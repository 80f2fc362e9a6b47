#include "sio/cluster/adapter/carrier.hpp"

#include "sio/base/bytes.hpp"

namespace sio::cluster {

void pass_on(Receiver& receiver, const Result<Incoming>& message, const DocumentReader& reader) {
    if (message) {
        receiver.on_message(*message, reader.attachments());
    } else {
        receiver.on_undecodable(message.error());
    }
}

Valkey::Answer count_of(Carrier::CountCallback callback) {
    return [callback = std::move(callback)](Result<Value> answer) mutable {
        if (!answer || (*answer)[1].is_nil()) return callback(std::nullopt);
        const Value& count = (*answer)[1];
        const auto number = count.kind == Value::Kind::Integer ? std::optional(static_cast<std::uint64_t>(count.integer))
                                                               : parse_decimal(count.text);
        callback(number);
    };
}

}  // namespace sio::cluster
