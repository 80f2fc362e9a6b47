#include <simdjson.h>
#include <algorithm>
#include <bit>

#include "sio/base/json.hpp"
#include "sio/base/json_repair.hpp"
#include "sio/base/json_tape.hpp"

namespace sio::json {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

namespace {

constexpr std::size_t kMinCapacity = 4096;
constexpr std::size_t kMaxDepth = 1024;
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;  // tape indices have 32 bits

bool worth_repair(simdjson::error_code error) {
    // The reader of numbers gives up on long ones with the code for a bad number.
    return error == simdjson::STRING_ERROR || error == simdjson::NUMBER_ERROR || error == simdjson::NUMBER_OUT_OF_RANGE;
}

}  // namespace

struct Parser::Impl {
    explicit Impl(ParserLimits wanted)
        : limits{std::min(wanted.max_bytes, kMaxBytes), std::clamp<std::size_t>(wanted.max_depth, 1, kMaxDepth)} {}

    /// simdjson would grow to exactly each new largest size; powers of two grow but a few times.
    simdjson::error_code ensure_capacity(std::size_t bytes) {
        if (parser.capacity() >= bytes && parser.capacity() != 0) return simdjson::SUCCESS;
        const std::size_t capacity = std::bit_ceil(std::max(bytes, kMinCapacity));
        if (const auto error = parser.doc.allocate(capacity)) return error;
        // simdjson counts the document itself as a level.
        return parser.allocate(capacity, limits.max_depth + 1);
    }

    simdjson::error_code run(std::string_view padded) {
        if (const auto error = ensure_capacity(padded.size())) return error;
        const auto error = parser.parse(padded.data(), padded.size(), false).error();
        tape = Tape{parser.doc.tape.get(), parser.doc.string_buf.get()};
        return error;
    }

    simdjson::dom::parser parser;
    Tape tape;
    std::string copy;
    std::string repaired;
    ParserLimits limits;
};

Parser::Parser(ParserLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Result<Value> Parser::parse(std::string_view text) {
    Impl& self = *impl_;
    if (text.size() > self.limits.max_bytes) return fail(ErrorCode::TooLarge, "JSON text over the limit");
    auto error = self.run(text);
    if (worth_repair(error)) {
        repair(text, self.repaired);
        const std::size_t size = self.repaired.size();
        self.repaired.append(kPadding, '\0');
        error = self.run(std::string_view(self.repaired).substr(0, size));
    }
    if (error == simdjson::MEMALLOC) return fail(ErrorCode::System, "no memory for JSON");
    if (error) return fail(ErrorCode::BadJson, simdjson::error_message(error));
    return Value(&self.tape, 1);
}

Result<Value> Parser::parse_copy(std::string_view text) {
    Impl& self = *impl_;
    if (text.size() > self.limits.max_bytes) return fail(ErrorCode::TooLarge, "JSON text over the limit");
    self.copy.reserve(text.size() + kPadding);
    self.copy.assign(text).append(kPadding, '\0');
    return parse(std::string_view(self.copy).substr(0, text.size()));
}

}  // namespace sio::json
