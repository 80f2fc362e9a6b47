#include "desk/app/dev_secret.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "sio/base/base64.hpp"
#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLeastCharacters = 32;
constexpr std::size_t kMostCharacters = 1024;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_;
};

std::string why() { return std::strerror(errno); }  // NOLINT(concurrency-mt-unsafe): start-up only

}  // namespace

std::expected<std::string, std::string> DevSecret::read() const {
    const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts{};
    if (!file || ::fstat(file.get(), &facts) != 0) return std::unexpected(path_ + ": " + why());
    if (!S_ISREG(facts.st_mode)) return std::unexpected(path_ + " is no plain file");
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return std::unexpected(path_ + " can be reached by others than its owner: chmod 600 it, or delete it to have a new one made");
    }
    std::array<char, kMostCharacters> text{};
    const auto size = ::read(file.get(), text.data(), text.size());
    if (size < 0) return std::unexpected(path_ + ": " + why());
    std::string secret(text.data(), static_cast<std::size_t>(size));
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
    if (secret.size() < kLeastCharacters)
        return std::unexpected(path_ + " holds no secret of 32 characters or more: delete it to have a new one made");
    return secret;
}

bool DevSecret::make() const {
    std::array<std::uint8_t, kSecretBytes> random{};
    sio::random_bytes(random);
    const auto line = sio::base64::encode_url({reinterpret_cast<const char*>(random.data()), random.size()}) + "\n";
    // Written aside and linked into place, so that whoever finds the file finds it whole; link refuses to replace another's.
    const auto aside = path_ + "." + sio::random_id();
    const Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) return false;
    const bool written = ::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file.get()) == 0;
    const bool linked = written && (::link(aside.c_str(), path_.c_str()) == 0 || errno == EEXIST);
    const int error = errno;
    ::unlink(aside.c_str());
    errno = error;
    return linked;
}

std::expected<std::string, std::string> DevSecret::read_or_make() const {
    if (::access(path_.c_str(), F_OK) != 0 && !make()) return std::unexpected(path_ + ": cannot be made: " + why());
    return read();
}

}  // namespace desk::app
