#include "net/certificate.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstring>

#include "net/endpoint.h"
#include "net/openssl_pointers.h"

namespace mqttspec::net {

namespace {

bio_pointer reader_of(const std::string& pem) {
  return bio_pointer(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string text_in(BIO* memory) {
  char* octets = nullptr;
  const long n = BIO_get_mem_data(memory, &octets);
  return {octets, static_cast<std::size_t>(n)};
}

bool add_extension(X509* to, X509* authority, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, authority, to, nullptr, nullptr, 0);
  const openssl_pointer<X509_EXTENSION, X509_EXTENSION_free> made(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return made && X509_add_ext(to, made.get(), -1) == 1;
}

bool fill_in(X509* out, const certificate_request& wanted) {
  std::array<unsigned char, 8> serial{};
  if (RAND_bytes(serial.data(), serial.size()) != 1) return false;
  serial[0] =
      static_cast<unsigned char>((serial[0] & 0x7F) | 0x40);  // positive, and of full length
  const openssl_pointer<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  X509_NAME* name = X509_get_subject_name(out);
  return X509_set_version(out, X509_VERSION_3) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(out)) != nullptr &&
         X509_gmtime_adj(X509_getm_notBefore(out), wanted.valid_from.count()) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(out), wanted.valid_until.count()) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1,
                                    -1, 0) == 1;
}

}  // namespace

int no_password(char*, int, int, void*) {
  return -1;
}

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  // Of the operating system, such as a file that is not there.
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* text = ERR_reason_error_string(code);
  return text != nullptr ? text : fmt::format("error {:#x}", code);
}

x509_pointer read_certificate(const std::string& pem) {
  return x509_pointer(PEM_read_bio_X509(reader_of(pem).get(), nullptr, no_password, nullptr));
}

key_pointer read_key(const std::string& pem) {
  return key_pointer(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, no_password, nullptr));
}

result<certificate, std::string> make_certificate(const certificate_request& wanted,
                                                  const certificate* authority) {
  ERR_clear_error();
  const auto failed = [] { return unexpected("cannot make a certificate: " + openssl_reason()); };
  const key_pointer key(EVP_EC_gen("P-256"));
  const x509_pointer made(X509_new());
  if (!key || !made || !fill_in(made.get(), wanted)) return failed();
  x509_pointer issuer;
  key_pointer issuing_key;
  if (authority != nullptr) {
    issuer = read_certificate(authority->text);
    issuing_key = read_key(authority->key);
    if (!issuer || !issuing_key) return failed();
  }
  X509* by = issuer ? issuer.get() : made.get();
  std::string hosts;
  for (const std::string& host : wanted.hosts) {
    hosts +=
        fmt::format("{}{}:{}", hosts.empty() ? "" : ",", is_numeric(host) ? "IP" : "DNS", host);
  }
  const bool complete =
      X509_set_issuer_name(made.get(), X509_get_subject_name(by)) == 1 &&
      X509_set_pubkey(made.get(), key.get()) == 1 &&
      add_extension(made.get(), by, NID_basic_constraints,
                    wanted.signs_others ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
      (hosts.empty() || add_extension(made.get(), by, NID_subject_alt_name, hosts)) &&
      X509_sign(made.get(), issuing_key ? issuing_key.get() : key.get(), EVP_sha256()) > 0;
  const bio_pointer text(BIO_new(BIO_s_mem()));
  const bio_pointer secret(BIO_new(BIO_s_mem()));
  if (!complete || !text || !secret || PEM_write_bio_X509(text.get(), made.get()) != 1 ||
      PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return failed();
  }
  return certificate{text_in(text.get()), text_in(secret.get())};
}

}  // namespace mqttspec::net
