#pragma once
// TLS (1.2 and later) on any connection. As a client: the peer's certificate is verified, and its
// name or address, unless |insecure|. As a server: for the embedded broker, and to test the client.

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/event_loop.h"
#include "net/layer.h"
#include "net/stream.h"

namespace mqttspec::net {

struct tls_options {
  std::string ca = {};         // PEM file of trusted authorities; "": the system's
  std::string authority = {};  // PEM text of one; |ca| and the system's are not asked then
  std::string certificate =
      {};                // PEM file: the client's certificate, and what leads to its authority
  std::string key = {};  // PEM file
  std::string server_name = {};  // for SNI, and in the peer's certificate; "": the host's
  std::vector<std::string> protocols = {};  // ALPN, most wanted first
  bool insecure = false;

  friend bool operator==(const tls_options&, const tls_options&) = default;
};

struct tls_server_options {
  std::string certificate = {};  // PEM text, as net/certificate.h makes it
  std::string key = {};          // PEM text
  std::string authority = {};    // PEM text; not empty: clients need a certificate of it
  std::vector<std::string> protocols =
      {};  // ALPN, most wanted first; a client must offer one, or none
};

// The options with all files read; shared by all connections. Holds OpenSSL's objects.
class tls_context;

// The error is a sentence that names the file.
result<std::shared_ptr<const tls_context>, std::string> make_tls_context(const tls_options& o);
result<std::shared_ptr<const tls_context>, std::string> make_tls_server_context(
    const tls_server_options& o);

// Client or server, as |context| is. |host|: the server's name or numeric address as the user gave
// it; of no meaning to a server. Notes what ALPN came to where a protocol was offered.
std::unique_ptr<layer> make_tls_layer(std::shared_ptr<const tls_context> context,
                                      const std::string& host);

// |loop| and |below| must outlive it.
std::unique_ptr<connector> make_tls_connector(event_loop& loop, connector& below,
                                              std::shared_ptr<const tls_context> context,
                                              const std::string& host);

}  // namespace mqttspec::net
