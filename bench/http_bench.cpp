/// A polling POST with 8 headers: parsing alone, and through a server over a socket pair, with the allocations each costs.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "sio/http/head_scanner.hpp"
#include "sio/http/parser.hpp"
#include "sio/http/server.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

}  // namespace

// Not inlined: g++ takes the malloc of an inlined one for a mismatch with delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace sio;

constexpr std::string_view kPost =
    "POST /socket.io/?EIO=4&transport=polling&t=Pabcdef&sid=lv_VI97HAXpY6yYWAAAB HTTP/1.1\r\n"
    "Host: realtime.example.com\r\n"
    "Connection: keep-alive\r\n"
    "Content-Length: 46\r\n"
    "Accept: */*\r\n"
    "Content-type: text/plain;charset=UTF-8\r\n"
    "Origin: https://app.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n\r\n"
    "42[\"ticket:typing\",{\"ticketId\":\"ticket_123\"}]\n";

void count_allocations(benchmark::State& state, std::size_t before) {
    state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations.load() - before),
                                                       benchmark::Counter::kAvgIterations);
}

void parse_polling_post(benchmark::State& state) {
    const http::Limits limits;
    http::RequestParser parser;
    http::Request request;
    http::HeadFacts facts;
    std::string body;
    body.reserve(1024);
    request.headers.reserve(16);
    const std::size_t before = allocations.load();
    for (auto _ : state) {
        http::HeadScanner scanner;
        http::Refusal refusal;
        const auto head = scanner.scan(kPost, limits, refusal);
        refusal = parser.parse_head(kPost.substr(0, head), request, facts);
        body.clear();
        parser.feed_body(kPost.substr(head), 1000, limits, &body, refusal);
        if (refusal || !parser.done()) std::abort();
        benchmark::DoNotOptimize(body);
    }
    count_allocations(state, before);
}
BENCHMARK(parse_polling_post);

class Ok final : public http::Handler {
public:
    Head on_head(http::Exchange&) override { return {1'000'000}; }
    void on_request(http::Exchange& exchange) override {
        http::Response response;
        response.content_type = "text/html";
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = "ok";
        exchange.respond(std::move(response));
    }
    void on_upgrade(http::Exchange& exchange) override { exchange.abort(); }
    void on_aborted(http::Exchange&, Abort) override {}
};

/// Includes the client's send and recv on a socket pair.
void serve_polling_post(benchmark::State& state) {
    runtime::Loop loop;
    Ok handler;
    http::Router router;
    router.add("/socket.io/", handler);
    http::Server server(router, {});
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    server.serve(std::make_unique<runtime::Stream>(loop, ends[0], nullptr, *runtime::Address::parse("192.0.2.7", 4711)));
    char buffer[4096];
    const auto once = [&] {
        if (send(ends[1], kPost.data(), kPost.size(), MSG_NOSIGNAL) < 0) std::abort();
        loop.turn();
        if (recv(ends[1], buffer, sizeof buffer, 0) <= 0) std::abort();
    };
    once();
    once();
    const std::size_t before = allocations.load();
    for (auto _ : state) once();
    count_allocations(state, before);
    close(ends[1]);
}
BENCHMARK(serve_polling_post);

}  // namespace
