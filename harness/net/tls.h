#pragma once
// TLS (1.2 and later) as a client, on any connection. The peer's certificate is verified, and its
// name or address, unless |insecure|.

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/event_loop.h"
#include "net/layer.h"
#include "net/stream.h"

namespace mqttspec::net {

struct tls_options {
  std::string ca;           // PEM file of trusted authorities; "": the system's
  std::string certificate;  // PEM file: the client's certificate, and what leads to its authority
  std::string key;          // PEM file
  std::string server_name;  // for SNI, and in the peer's certificate; "": the host's
  std::vector<std::string> protocols;  // ALPN, most wanted first
  bool insecure = false;

  friend bool operator==(const tls_options&, const tls_options&) = default;
};

// The options with all files read; shared by all connections. Holds OpenSSL's objects.
class tls_context;

// The error is a sentence that names the file.
result<std::shared_ptr<const tls_context>, std::string> make_tls_context(const tls_options& o);

// |host|: the peer's name or numeric address as the user gave it.
std::unique_ptr<layer> make_tls_layer(std::shared_ptr<const tls_context> context,
                                      const std::string& host);

// |loop| and |below| must outlive it.
std::unique_ptr<connector> make_tls_connector(event_loop& loop, connector& below,
                                              std::shared_ptr<const tls_context> context,
                                              const std::string& host);

}  // namespace mqttspec::net
