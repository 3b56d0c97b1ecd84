// The one translation unit that knows OpenSSL's TLS (certificates are made in certificate.cc). It
// runs on memory BIOs, so that connecting, half-closing, resetting and all limits stay those of the
// connection below.

#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>

#include "net/endpoint.h"
#include "net/layered_stream.h"
#include "net/openssl_pointers.h"

namespace mqttspec::net {

namespace {

using context_pointer = openssl_pointer<SSL_CTX, SSL_CTX_free>;
using ssl_pointer = openssl_pointer<SSL, SSL_free>;

}  // namespace

class tls_context {
 public:
  context_pointer ssl;
  tls_options options;
  bool server = false;
  byte_buffer protocols;  // ALPN, each behind its length
};

namespace {

class tls_layer : public layer {
 public:
  tls_layer(std::shared_ptr<const tls_context> context, const std::string& host)
      : context_(std::move(context)), ssl_(SSL_new(context_->ssl.get())) {
    name_ = context_->options.server_name.empty() ? host : context_->options.server_name;
    if (!ssl_) {
      fail("TLS: " + openssl_reason());
      return;
    }
    from_peer_ = BIO_new(BIO_s_mem());
    to_peer_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), from_peer_, to_peer_);  // owns both
    if (context_->server) {
      SSL_set_accept_state(ssl_.get());
      return;
    }
    SSL_set_connect_state(ssl_.get());
    if (is_numeric(name_)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), name_.c_str());
    } else {
      // [RFC 6066 section 3]: an address is no name for SNI.
      SSL_set_tlsext_host_name(ssl_.get(), name_.c_str());
      SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      SSL_set1_host(ssl_.get(), name_.c_str());
    }
  }

  const char* name() const override { return "TLS"; }

  void begin() override {
    if (state_ == layer_state::shaking_hands) shake_hands();
  }

  void received(byte_view below) override {
    if (state_ == layer_state::failed || state_ == layer_state::ended) return;
    BIO_write(from_peer_, below.data(), static_cast<int>(below.size()));
    if (state_ == layer_state::shaking_hands) shake_hands();
    if (state_ == layer_state::open) read();
    collect();
  }

  void write(byte_view above) override {
    ERR_clear_error();
    while (!above.empty()) {
      std::size_t taken = 0;
      const int done = SSL_write_ex(ssl_.get(), above.data(), above.size(), &taken);
      if (done != 1) {
        fail("TLS: cannot write: " + openssl_reason());
        break;
      }
      above = above.subspan(taken);
    }
    collect();
  }

  void end() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // close_notify; the peer's is seen when it comes
    ERR_clear_error();
    collect();
  }

  bool end_means_fin() const override { return true; }

 private:
  void shake_hands() {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) {
      state_ = layer_state::open;
      note_protocol();
    } else if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) {
      fail(handshake_failure());
    }
    collect();  // an alert of ours, too
  }

  void note_protocol() {
    if (context_->server || context_->protocols.empty()) return;
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &length);
    notes_.push_back(length == 0
                         ? "TLS: the broker chose none of the protocols offered by ALPN"
                         : fmt::format("TLS: ALPN chose '{}'", as_text(byte_view(name, length))));
  }

  std::string handshake_failure() {
    const long verified = SSL_get_verify_result(ssl_.get());
    const std::string reason = openssl_reason();
    if (context_->server) return "TLS: " + reason;
    if (verified == X509_V_OK || context_->options.insecure) return alert_or(reason);
    if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH) {
      return fmt::format("TLS: the broker's certificate is not for '{}'", name_);
    }
    return fmt::format("TLS: the broker's certificate is not trusted: {}",
                       X509_verify_cert_error_string(verified));
  }

  static std::string alert_or(const std::string& reason) {
    constexpr std::string_view of_alert[] = {"tlsv1 alert ", "sslv3 alert ", "tlsv13 alert "};
    for (const std::string_view prefix : of_alert) {
      if (reason.starts_with(prefix)) {
        return fmt::format("TLS: the broker refuses: {}", reason.substr(prefix.size()));
      }
    }
    if (reason == "wrong version number") return "TLS: the broker does not speak TLS on this port";
    return "TLS: " + reason;
  }

  void read() {
    std::array<std::uint8_t, 16384> octets;  // a record holds at most that
    for (;;) {
      ERR_clear_error();
      std::size_t n = 0;
      const int done = SSL_read_ex(ssl_.get(), octets.data(), octets.size(), &n);
      if (done == 1) {
        incoming_.insert(incoming_.end(), octets.begin(), octets.begin() + n);
        continue;
      }
      switch (SSL_get_error(ssl_.get(), done)) {
        case SSL_ERROR_WANT_READ:
          return;
        case SSL_ERROR_ZERO_RETURN:
          state_ = layer_state::ended;
          return;
        default:
          // In TLS 1.3 a server judges the client's certificate after the client's handshake.
          return fail(alert_or(openssl_reason()));
      }
    }
  }

  void collect() {
    if (!ssl_) return;
    char* octets = nullptr;
    const long n = BIO_get_mem_data(to_peer_, &octets);
    if (n <= 0) return;
    outgoing_.insert(outgoing_.end(), octets, octets + n);
    BIO_reset(to_peer_);
  }

  std::shared_ptr<const tls_context> context_;
  ssl_pointer ssl_;
  BIO* from_peer_ = nullptr;
  BIO* to_peer_ = nullptr;
  std::string name_;
};

// [RFC 7301 section 3.1]: each name behind its length.
result<byte_buffer, std::string> protocol_names(const std::vector<std::string>& protocols) {
  byte_buffer names;
  for (const std::string& p : protocols) {
    if (p.empty() || p.size() > 255) {
      return unexpected(std::string("a name for ALPN has between 1 and 255 octets"));
    }
    names.push_back(static_cast<std::uint8_t>(p.size()));
    names.insert(names.end(), p.begin(), p.end());
  }
  return names;
}

bool trust(SSL_CTX* ssl, const std::string& authority) {
  const x509_pointer certificate = read_certificate(authority);
  return certificate && X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), certificate.get()) == 1;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned size, void* context) {
  const auto& ours = static_cast<const tls_context*>(context)->protocols;
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, length, ours.data(), static_cast<unsigned>(ours.size()),
                            offered, size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

result<std::shared_ptr<const tls_context>, std::string> make_tls_server_context(
    const tls_server_options& o) {
  ERR_clear_error();
  auto out = std::make_shared<tls_context>();
  out->server = true;
  out->ssl.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* ssl = out->ssl.get();
  if (ssl == nullptr) return unexpected("TLS: " + openssl_reason());
  SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
  const x509_pointer certificate = read_certificate(o.certificate);
  const key_pointer key = read_key(o.key);
  if (!certificate || !key || SSL_CTX_use_certificate(ssl, certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(ssl, key.get()) != 1) {
    return unexpected("a server's certificate and key: " + openssl_reason());
  }
  if (!o.authority.empty()) {
    if (!trust(ssl, o.authority)) return unexpected("an authority: " + openssl_reason());
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  auto names = protocol_names(o.protocols);
  if (!names) return unexpected(names.error());
  out->protocols = std::move(*names);
  if (!out->protocols.empty()) SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, out.get());
  return out;
}

result<std::shared_ptr<const tls_context>, std::string> make_tls_context(const tls_options& o) {
  ERR_clear_error();
  auto out = std::make_shared<tls_context>();
  out->options = o;
  out->ssl.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* ssl = out->ssl.get();
  if (ssl == nullptr) return unexpected("TLS: " + openssl_reason());
  SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
  SSL_CTX_set_default_passwd_cb(ssl, no_password);
  SSL_CTX_set_verify(ssl, o.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (!o.authority.empty()) {
    if (!trust(ssl, o.authority)) return unexpected("an authority: " + openssl_reason());
  } else if (!o.ca.empty()) {
    if (SSL_CTX_load_verify_file(ssl, o.ca.c_str()) != 1) {
      return unexpected(
          fmt::format("cannot read authorities from '{}': {}", o.ca, openssl_reason()));
    }
  } else {
    SSL_CTX_set_default_verify_paths(ssl);
  }
  if (o.certificate.empty() != o.key.empty()) {
    return unexpected(std::string("a client's certificate and its key go together"));
  }
  if (!o.certificate.empty()) {
    if (SSL_CTX_use_certificate_chain_file(ssl, o.certificate.c_str()) != 1) {
      return unexpected(
          fmt::format("cannot read a certificate from '{}': {}", o.certificate, openssl_reason()));
    }
    if (SSL_CTX_use_PrivateKey_file(ssl, o.key.c_str(), SSL_FILETYPE_PEM) != 1) {
      return unexpected(
          fmt::format("cannot read a key from '{}' (keys with a password cannot be "
                      "used): {}",
                      o.key, openssl_reason()));
    }
    if (SSL_CTX_check_private_key(ssl) != 1) {
      return unexpected(fmt::format("the key of '{}' is not that of '{}'", o.key, o.certificate));
    }
  }
  auto names = protocol_names(o.protocols);
  if (!names) return unexpected(names.error());
  out->protocols = std::move(*names);
  if (!out->protocols.empty() &&
      SSL_CTX_set_alpn_protos(ssl, out->protocols.data(),
                              static_cast<unsigned>(out->protocols.size())) != 0) {
    return unexpected(std::string("the names for ALPN are too long"));
  }
  return out;
}

std::unique_ptr<layer> make_tls_layer(std::shared_ptr<const tls_context> context,
                                      const std::string& host) {
  return std::make_unique<tls_layer>(std::move(context), host);
}

std::unique_ptr<connector> make_tls_connector(event_loop& loop, connector& below,
                                              std::shared_ptr<const tls_context> context,
                                              const std::string& host) {
  return make_layered_connector(
      loop, below, [context = std::move(context), host] { return make_tls_layer(context, host); });
}

}  // namespace mqttspec::net
