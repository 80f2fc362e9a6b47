#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace desk::cluster {

/// What servers tell each other: one MessagePack array of texts and integers. The first is the version of the message's form: what another
/// version wrote, and what is not of that form, is left alone. Pre: texts are valid UTF-8.
class Message {
public:
    explicit Message(std::int64_t version) { integer(version); }

    Message& text(std::string_view text);
    Message& integer(std::int64_t number);
    Message& flag(bool flag) { return integer(flag ? 1 : 0); }
    std::string bytes() const;

private:
    std::string values_;
    std::size_t count_ = 0;
};

/// A Message as it came; its texts borrow from the bytes. What is asked for and is not there, or something else, makes it bad for good.
class ReceivedMessage {
public:
    /// nullopt: no such message, or of another version. `at_most` values are read, the rest is passed over.
    static std::optional<ReceivedMessage> read(std::string_view bytes, std::int64_t version, std::size_t at_most = 100'000);

    std::size_t left() const { return values_.size() - next_; }
    std::string_view text();
    std::int64_t integer();
    bool flag() { return integer() != 0; }
    /// Whether everything that was asked for was there.
    bool good() const { return good_; }

private:
    using Value = std::variant<std::int64_t, std::string_view>;
    template <class T>
    T take();

    std::vector<Value> values_;
    std::size_t next_ = 1;
    bool good_ = true;
};

}  // namespace desk::cluster
