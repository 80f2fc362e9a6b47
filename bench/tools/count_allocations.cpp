// Preloaded into a server, counts its heap allocations in a file of eight bytes that COUNT_FILE names (bench/allocations.py reads it).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

std::atomic<std::uint64_t>* open_counter() {
    const char* const path = std::getenv("COUNT_FILE");
    const int fd = path != nullptr ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || ftruncate(fd, sizeof(std::uint64_t)) != 0) return nullptr;
    void* const memory = mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<std::atomic<std::uint64_t>*>(memory);
}

std::atomic<std::uint64_t>* counter = nullptr;

__attribute__((constructor)) void start() { counter = open_counter(); }

void count() {
    if (counter != nullptr) counter->fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

// glibc's own names, so that nothing has to be looked up while memory is asked for.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

void* malloc(std::size_t size) {
    count();
    return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
    count();
    return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) {
    count();
    return __libc_realloc(old, size);
}
}
