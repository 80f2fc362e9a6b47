/// JSON on the hot path: parse the two messages of shared/libraries.md section 2 and read a few fields; build the larger one.
#include <benchmark/benchmark.h>

#include <string>

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace {

constexpr std::string_view kTyping = R"(["ticket:typing",{"ticketId":"ticket_123"}])";

struct Chat {
    std::string_view conversation = "conversation_0017";
    std::string_view client_id = "c-8f14e45f-ceea-467f-9a36-dedd4bea2543";
    std::string_view text =
        "Guten Tag Frau M\xC3\xBCller,\nIhre Bestellung \"#4711\" ist unterwegs \xF0\x9F\x9A\x9A und kommt am Freitag an. "
        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE3\x81\xA7"
        "\xE3\x82\x82\xE6\x89\xBF\xE3\x82\x8A\xE3\x81\xBE\xE3\x81\x99\xE3\x80\x82 Sollten Sie noch Fragen haben, antworten Sie einfach "
        "hier.";
    std::string_view author = "user_0042";
    std::string_view author_name = "S\xC3\xB8ren \xC3\x85kesson";
    std::int64_t seq = 123456;
    std::int64_t at = 1769850000123;
    std::int64_t position = 75;
    bool internal = false;
};

void write(sio::json::Writer& w, const Chat& chat) {
    w.begin_array().value("chat:message").begin_object();
    w.field("conversationId", chat.conversation).field("clientId", chat.client_id).field("text", chat.text);
    w.field("authorId", chat.author).field("authorName", chat.author_name).field("seq", chat.seq).field("createdAt", chat.at);
    w.field("position", chat.position).field("internal", chat.internal).end_object().end_array();
}

std::string padded(std::string_view text) { return std::string(text) + std::string(sio::json::kPadding, '\0'); }

void parse_typing(benchmark::State& state) {
    sio::json::Parser parser;
    const std::string buffer = padded(kTyping);
    for ([[maybe_unused]] auto _ : state) {
        const auto root = parser.parse(std::string_view(buffer).substr(0, kTyping.size()));
        benchmark::DoNotOptimize(root->at(0).string());
        benchmark::DoNotOptimize(root->at(1)["ticketId"].string());
    }
}
BENCHMARK(parse_typing);

void parse_chat(benchmark::State& state) {
    std::string json;
    sio::json::Writer writer(json);
    write(writer, {});
    sio::json::Parser parser;
    const std::string buffer = padded(json);
    for ([[maybe_unused]] auto _ : state) {
        const auto root = parser.parse(std::string_view(buffer).substr(0, json.size()));
        benchmark::DoNotOptimize(root->at(0).string());
        benchmark::DoNotOptimize(root->at(1)["conversationId"].string());
        benchmark::DoNotOptimize(root->at(1)["text"].string());
    }
    state.counters["bytes"] = static_cast<double>(json.size());
}
BENCHMARK(parse_chat);

void parse_with_repair(benchmark::State& state) {
    const std::string_view text = R"(["chat:message",{"text":"cut in half \ud83d"}])";
    sio::json::Parser parser;
    const std::string buffer = padded(text);
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(parser.parse(std::string_view(buffer).substr(0, text.size())));
}
BENCHMARK(parse_with_repair);

void build_chat(benchmark::State& state) {
    std::string json;
    const Chat chat;
    for ([[maybe_unused]] auto _ : state) {
        json.clear();
        sio::json::Writer writer(json);
        write(writer, chat);
        benchmark::DoNotOptimize(json.data());
    }
    state.counters["bytes"] = static_cast<double>(json.size());
}
BENCHMARK(build_chat);

void build_chat_with_raw_keys(benchmark::State& state) {
    std::string json;
    const Chat chat;
    for ([[maybe_unused]] auto _ : state) {
        json.clear();
        sio::json::Writer w(json);
        w.begin_array().value("chat:message").begin_object();
        w.raw_key(R"("conversationId":)").value(chat.conversation).raw_key(R"("clientId":)").value(chat.client_id);
        w.raw_key(R"("text":)")
            .value(chat.text)
            .raw_key(R"("authorId":)")
            .value(chat.author)
            .raw_key(R"("authorName":)")
            .value(chat.author_name);
        w.raw_key(R"("seq":)").value(chat.seq).raw_key(R"("createdAt":)").value(chat.at);
        w.raw_key(R"("position":)").value(chat.position).raw_key(R"("internal":)").value(chat.internal).end_object().end_array();
        benchmark::DoNotOptimize(json.data());
    }
}
BENCHMARK(build_chat_with_raw_keys);

void write_fraction(benchmark::State& state) {
    std::string json;
    for ([[maybe_unused]] auto _ : state) {
        json.clear();
        sio::json::Writer(json).value(0.75);
        benchmark::DoNotOptimize(json.data());
    }
}
BENCHMARK(write_fraction);

void copy_parsed_chat(benchmark::State& state) {
    std::string json;
    sio::json::Writer writer(json);
    write(writer, {});
    sio::json::Parser parser;
    const auto root = parser.parse_copy(json);
    std::string out;
    for ([[maybe_unused]] auto _ : state) {
        out.clear();
        sio::json::Writer(out).value(*root);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(copy_parsed_chat);

}  // namespace
