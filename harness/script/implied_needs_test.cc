#include "script/implied_needs.h"

#include <gtest/gtest.h>

#include "script/expander.h"
#include "script/library.h"

namespace mqttspec::script {
namespace {

// "maximum_qos>=2 retain_available": of the one scenario with |lines|.
std::string needs_of(const std::string& lines, const std::string& header = "clients c") {
  file_set files([](const std::string&) { return std::nullopt; });
  files.add("a.mqs", "scenario a\n  title \"a\"\n  " + header + "\n  step \"all\"\n" + lines);
  expand_options options;
  options.versions = {wire::protocol_version::v5};
  const expansion e = expand(files, options);
  EXPECT_EQ(e.scenarios.size(), 1u) << render(e.problems);
  std::string out;
  for (const need& n : e.scenarios.at(0).needs) {
    out += (out.empty() ? "" : " ") + n.capability;
    if (n.op == comparison::greater_or_equal) out += ">=" + std::to_string(n.number);
    if (n.op == comparison::less_or_equal) out += "<=" + std::to_string(n.number);
    if (n.op == comparison::equal) out += "==" + std::to_string(n.number);
  }
  return out;
}

TEST(implied_needs, follow_from_what_is_published) {
  EXPECT_EQ(needs_of("    c > PUBLISH topic=\"t\" payload=\"x\"\n"), "");
  EXPECT_EQ(needs_of("    c > PUBLISH id=1 topic=\"t\" qos=2 retain=1\n"
                     "    c > PUBLISH id=1 topic=\"t\" qos=1\n"),
            "maximum_qos>=2 retain_available");
  EXPECT_EQ(needs_of("    c > PUBLISH topic=\"t\" topic_alias=3\n"), "topic_alias_maximum>=3");
  EXPECT_EQ(needs_of("    c > CONNECT client_id=\"c\" will_topic=\"w\" will_payload=\"x\" "
                     "will_qos=1 will_retain=1\n"),
            "maximum_qos>=1 retain_available");
}

TEST(implied_needs, follow_from_what_is_subscribed_to) {
  EXPECT_EQ(needs_of("    c > SUBSCRIBE id=1 filter=\"a/+\" max_qos=0\n"),
            "wildcard_subscription_available");
  EXPECT_EQ(needs_of("    c > SUBSCRIBE id=1 filter=\"$share/g/a\" max_qos=1 "
                     "subscription_identifier=5\n"),
            "granted_qos>=1 shared_subscription_available subscription_identifier_available");
}

TEST(implied_needs, follow_from_an_interval_that_is_to_pass) {
  const std::string connect = "    c > CONNECT client_id=\"c\" session_expiry_interval=";
  EXPECT_EQ(needs_of(connect + "5\n" + connect + "3\n"),
            "session_expiry_max>=1 session_expiry_min<=3");
  EXPECT_EQ(needs_of(connect + "300\n"), "session_expiry_max>=1");
}

TEST(implied_needs, are_not_those_of_a_case_about_the_limit_or_of_a_malformed_packet) {
  EXPECT_EQ(
      needs_of("    c > PUBLISH id=1 topic=\"t\" qos=2\n", "clients c\n  needs maximum_qos == 1"),
      "maximum_qos==1");
  EXPECT_EQ(needs_of("    c > PUBLISH id=1 topic=\"t\" qos=2 | set 0 0x36\n"), "");
}

}  // namespace
}  // namespace mqttspec::script
