#include "suite/slips.h"

#include <fmt/format.h>

#include <algorithm>

namespace mqttspec::suite {

namespace {

using trace::entry;

bool begins_with(const byte_buffer& octets, std::string_view text) {
  return octets.size() >= text.size() &&
         std::equal(text.begin(), text.end(), octets.begin(), [](char c, auto octet) {
           return static_cast<unsigned char>(c) == static_cast<unsigned char>(octet);
         });
}

// Bad user name or password, not authorized: of 5.0 and of 3.1.1.
bool wants_credentials(const wire::packet& connack) {
  return connack.version == wire::protocol_version::v5
             ? connack.reason == 0x86 || connack.reason == 0x87
             : connack.reason == 4 || connack.reason == 5;
}

}  // namespace

std::string likely_slip(const results::case_result& c, bool plain, const std::string& user) {
  const entry* first = nullptr;
  bool opened = false;
  for (const entry& e : c.trace) {
    opened = opened || e.way == trace::direction::sent;
    if (first == nullptr && e.way == trace::direction::received) first = &e;
  }
  if (first == nullptr) {
    return opened && plain
               ? ". Is this a TLS or WebSocket port? Then write the address with tls:// or ws://"
               : "";
  }
  if (plain && begins_with(first->octets, "HTTP")) {
    return ". The broker answers in HTTP: this is a WebSocket port. Write its address as "
           "ws://HOST:PORT/mqtt";
  }
  // An alert record of TLS 1.x.
  if (plain && begins_with(first->octets, "\x15\x03")) {
    return ". The broker answers in TLS: write its address as tls://HOST:PORT";
  }
  const auto connack = trace::packet_of(*first);
  if (!connack || connack->type != wire::packet_type::connack || !wants_credentials(*connack)) {
    return "";
  }
  return user.empty() ? ". The broker wants a user name and a password: give --user NAME and "
                        "--password-env VARIABLE"
                      : fmt::format(
                            ". The broker refuses the user '{}': is the password that "
                            "--password-env or --password-file gives the right one?",
                            user);
}

}  // namespace mqttspec::suite
