#include "sio/runtime/testing/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

namespace sio::runtime::testing {

namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using File = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

}  // namespace

Certificate::Certificate(const std::string& common_name, const std::string& other_names) {
    std::string pattern = (std::filesystem::temp_directory_path() / "sio-tls-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory_ = pattern;
    write(common_name, other_names);
}

Certificate::~Certificate() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void Certificate::write(const std::string& common_name, const std::string& other_names) {
    const Key key(EVP_EC_gen("P-256"));
    const X509Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    if (!other_names.empty()) {
        const Extension names(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, other_names.c_str()));
        if (!names || X509_add_ext(certificate.get(), names.get(), -1) != 1) throw std::runtime_error("X509_add_ext");
    }
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("X509_sign");

    const File certificate_out(std::fopen(certificate_file().c_str(), "w"));
    const File key_out(std::fopen(key_file().c_str(), "w"));
    if (!certificate_out || !key_out || PEM_write_X509(certificate_out.get(), certificate.get()) != 1 ||
        PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        throw std::runtime_error("writing PEM files");
    }
}

}  // namespace sio::runtime::testing
