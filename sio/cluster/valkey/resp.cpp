#include "sio/cluster/valkey/resp.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

namespace sio::cluster {

namespace {

void append_number(std::string& out, char mark, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out += mark;
    out.append(digits, end);
    out += "\r\n";
}

// hiredis' formatter gives each command a buffer of its own; here a turn's commands go into one.
template <class Word>
void append(std::string& out, std::span<const Word> words) {
    append_number(out, '*', words.size());
    for (const Word& word : words) {
        append_number(out, '$', word.size());
        out += word;
        out += "\r\n";
    }
}

}  // namespace

void append_command(std::string& out, std::span<const std::string_view> words) { append(out, words); }
void append_command(std::string& out, std::span<const std::string> words) { append(out, words); }

std::size_t encoded_size(std::span<const std::string> words) {
    std::size_t size = 16;
    for (const std::string& word : words) size += word.size() + 16;
    return size;
}

// hiredis builds the tree through these. An element goes to the end of its parent's list, which does not grow while the element's own
// elements are read, so pointers hold. Exceptions must not pass C: a null pointer ends the reader.
struct RespReader::Callbacks {
    static RespReader& self(const redisReadTask* task) { return *static_cast<RespReader*>(task->privdata); }

    static Value* place(const redisReadTask* task) {
        RespReader& reader = self(task);
        if (task->parent == nullptr) return new (std::nothrow) Value;
        if (++reader.elements_ > reader.bounds_.max_elements) {
            reader.too_large_ = true;
            return nullptr;
        }
        try {
            return &static_cast<Value*>(task->parent->obj)->elements.emplace_back();
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    static void* string(const redisReadTask* task, char* text, std::size_t size) {
        Value* const value = place(task);
        if (value == nullptr) return nullptr;
        value->kind = task->type == REDIS_REPLY_ERROR ? Value::Kind::Error : Value::Kind::Text;
        try {
            value->text.assign(text, size);
        } catch (const std::bad_alloc&) {
            if (task->parent == nullptr) delete value;
            return nullptr;
        }
        return value;
    }
    static void* array(const redisReadTask* task, int) {
        Value* const value = place(task);
        if (value != nullptr) value->kind = Value::Kind::Array;
        return value;
    }
    static void* integer(const redisReadTask* task, long long number) {
        Value* const value = place(task);
        if (value == nullptr) return nullptr;
        value->kind = Value::Kind::Integer;
        value->integer = number;
        return value;
    }
    static void* nil(const redisReadTask* task) { return place(task); }
    static void free(void* root) { delete static_cast<Value*>(root); }

    static redisReplyObjectFunctions* table() {
        static redisReplyObjectFunctions functions{string, array, integer, nil, free};
        return &functions;
    }
};

RespReader::RespReader() : RespReader(Bounds{}) {}

RespReader::RespReader(Bounds bounds) : bounds_(bounds), reader_(redisReaderCreateWithFunctions(Callbacks::table()), redisReaderFree) {
    if (!reader_) throw std::bad_alloc();
    reader_->privdata = this;
}

RespReader::~RespReader() = default;

void RespReader::feed(std::string_view bytes) {
    pending_ += bytes.size();
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
}

Result<std::optional<Value>> RespReader::next() {
    void* made = nullptr;
    if (redisReaderGetReply(reader_.get(), &made) != REDIS_OK) {
        if (too_large_) return fail(ErrorCode::TooLarge, "an answer of too many elements");
        return fail(ErrorCode::BadRequest, std::string("not RESP: ") + reader_->errstr);
    }
    if (made == nullptr) {
        if (pending_ > bounds_.max_bytes) return fail(ErrorCode::TooLarge, "an answer of too many bytes");
        return std::optional<Value>();
    }
    const std::unique_ptr<Value> whole(static_cast<Value*>(made));
    elements_ = 0;
    pending_ = reader_->len - reader_->pos;
    return std::optional<Value>(std::move(*whole));
}

}  // namespace sio::cluster
