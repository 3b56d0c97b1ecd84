#include "suite/slips.h"

#include <gtest/gtest.h>

#include "wire/encode.h"

namespace mqttspec::suite {
namespace {

using trace::direction;

// The first case of the sanity check: CONNECT was sent and these octets came.
results::case_result seen(byte_buffer octets) {
  results::case_result c;
  c.trace.push_back(trace::packet_entry("c", 1, direction::sent, wire::protocol_version::v5,
                                        byte_buffer{0x10, 0x00}, 2, nullptr));
  if (octets.empty()) return c;
  c.trace.push_back(trace::packet_entry("c", 1, direction::received, wire::protocol_version::v5,
                                        octets, octets.size(), nullptr));
  return c;
}

byte_buffer octets_of(std::string_view text) {
  return {text.begin(), text.end()};
}

bool tells(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

TEST(slips, a_wrong_port_is_guessed_by_what_it_answers) {
  EXPECT_TRUE(tells(likely_slip(seen(octets_of("HTTP/1.1 400 Bad")), true, ""), "ws://"));
  EXPECT_TRUE(tells(likely_slip(seen({0x15, 0x03, 0x03, 0x00, 0x02}), true, ""), "tls://"));
  EXPECT_TRUE(tells(likely_slip(seen({}), true, ""), "tls:// or ws://"));
  // Not where TLS or WebSocket was spoken, nor where nothing was sent.
  EXPECT_EQ(likely_slip(seen({}), false, ""), "");
  EXPECT_EQ(likely_slip({}, true, ""), "");
}

TEST(slips, a_refusal_names_the_options_for_user_and_password) {
  const byte_buffer refused = {0x20, 0x03, 0x00, 0x87, 0x00};
  EXPECT_TRUE(tells(likely_slip(seen(refused), true, ""), "--user NAME and --password-env"));
  EXPECT_TRUE(tells(likely_slip(seen(refused), false, "joe"), "refuses the user 'joe'"));
  EXPECT_EQ(likely_slip(seen({0x20, 0x03, 0x00, 0x88, 0x00}), true, ""), "");  // unavailable
}

}  // namespace
}  // namespace mqttspec::suite
