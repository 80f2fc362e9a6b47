/// Tokens as a client sends them. The input is one token; once more it is a header and a payload, cut at the first NUL and signed by our
/// own key, so that what stands behind the signature is fuzzed too.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <openssl/hmac.h>

#include "desk/auth/compact.hpp"
#include "desk/auth/key.hpp"
#include "desk/auth/token_verifier.hpp"
#include "sio/base/base64.hpp"

namespace {

constexpr std::string_view kSecret = "fuzz-secret-fuzz-secret-fuzz-secret";
constexpr std::int64_t kNowMs = 1'800'000'000'000;

const desk::auth::TokenVerifier& verifier() {
    static const desk::auth::TokenVerifier verifier(desk::auth::KeySet({*desk::auth::Key::from_secret(kSecret)}));
    return verifier;
}

std::string sign(std::string_view header, std::string_view payload) {
    auto token = sio::base64::encode_url(header) + "." + sio::base64::encode_url(payload);
    std::array<unsigned char, 32> mac{};
    HMAC(EVP_sha256(), kSecret.data(), static_cast<int>(kSecret.size()), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         mac.data(), nullptr);
    token += "." + sio::base64::encode_url({reinterpret_cast<const char*>(mac.data()), mac.size()});
    return token;
}

void require(bool holds) {
    if (!holds) std::abort();
}

void check(std::string_view token) {
    const auto claims = verifier().verify(token, kNowMs);
    if (!claims) return;
    require(token.size() <= desk::auth::kMaxTokenBytes);
    require(!claims->sub.empty() && !claims->org.empty() && !claims->name.empty());
    require(claims->exp > kNowMs / 1000 && claims->teams.size() <= desk::auth::kMaxTeams);
    require(claims->role != desk::Role::System);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input);
    const auto nul = input.find('\0');
    const bool two = nul != std::string_view::npos;
    check(sign(two ? input.substr(0, nul) : R"({"alg":"HS256"})", two ? input.substr(nul + 1) : input));
    return 0;
}
