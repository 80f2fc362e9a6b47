#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "desk/model/ids.hpp"
#include "desk/model/ticket.hpp"
#include "sio/base/json.hpp"

namespace desk {

/// Reads the members of a JSON object into a command. The first thing that is wrong is kept and names its field; null counts as absent,
/// unknown members are ignored.
///
///     Fields fields(body);
///     command.subject = fields.text("subject");
///     if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
class Fields {
public:
    explicit Fields(sio::json::Value object);

    /// A string that must be there.
    std::string text(std::string_view name);
    std::optional<std::string> optional_text(std::string_view name);
    /// A valid id that must be there; an optional one.
    std::string id(std::string_view name);
    std::optional<std::string> optional_id(std::string_view name);
    std::vector<std::string> ids(std::string_view name, std::size_t limit);
    std::vector<std::string> texts(std::string_view name, std::size_t limit);
    std::vector<Attachment> attachments(std::string_view name);
    bool flag(std::string_view name);
    /// A JSON object as text, `{}` when absent.
    std::string object(std::string_view name);
    sio::json::Value member(std::string_view name) const { return object_[name]; }

    template <Named E>
    E one_of(std::string_view name, E otherwise) {
        const auto text = optional_text(name);
        if (!text) return otherwise;
        const auto value = from_string<E>(*text);
        if (!value) wrong(name, "UNKNOWN_VALUE");
        return value.value_or(otherwise);
    }

    void wrong(std::string_view name, std::string_view reason);
    std::optional<Error> error() { return std::move(error_); }

private:
    sio::json::Value present(std::string_view name) const;

    sio::json::Value object_;
    std::optional<Error> error_;
};

}  // namespace desk
