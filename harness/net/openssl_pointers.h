#pragma once
// Inside of net/: owners of OpenSSL's objects.

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace mqttspec::net {

template <class T, void (*release)(T*)>
struct releaser {
  void operator()(T* p) const { release(p); }
};
template <class T, void (*release)(T*)>
using openssl_pointer = std::unique_ptr<T, releaser<T, release>>;

using x509_pointer = openssl_pointer<X509, X509_free>;
using key_pointer = openssl_pointer<EVP_PKEY, EVP_PKEY_free>;
using bio_pointer = openssl_pointer<BIO, BIO_free_all>;

// The callback for a key's password: an encrypted key must not ask at the terminal.
int no_password(char* into, int size, int writing, void* context);

// The first error of OpenSSL's queue, which is left empty.
std::string openssl_reason();

// Each nullptr when |pem| is no such thing.
x509_pointer read_certificate(const std::string& pem);
key_pointer read_key(const std::string& pem);

}  // namespace mqttspec::net
