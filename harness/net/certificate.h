#pragma once
// Certificates made on the spot, with ECDSA keys on P-256: for the listeners of the embedded
// broker, and to test what clients make of expired or foreign ones. Never written to a file by
// this.
//
//   const auto authority = make_certificate({.name = "authority", .signs_others = true});
//   const auto server = make_certificate({.name = "broker", .hosts = {"127.0.0.1"}}, &*authority);

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace mqttspec::net {

struct certificate_request {
  std::string name;                     // Common Name
  std::vector<std::string> hosts = {};  // names and numeric addresses that it is good for
  bool signs_others = false;            // an authority's
  std::chrono::seconds valid_from = std::chrono::hours(-1);  // from now
  std::chrono::seconds valid_until = std::chrono::hours(24);
};

struct certificate {
  std::string text;  // PEM
  std::string key;   // PEM
};

// Signed by |authority|, or by itself.
result<certificate, std::string> make_certificate(const certificate_request& wanted,
                                                  const certificate* authority = nullptr);

}  // namespace mqttspec::net
