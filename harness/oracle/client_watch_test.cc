#include "oracle/client_watch.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::oracle {
namespace {

using namespace std::chrono_literals;
using wire::protocol_version;

// A trace as in scenario files: `>` from the client, `<` from the server, `open`, `lost` (the
// connection), `killed`, `+ 5s`.
std::set<std::string> broken(const std::string& trace,
                             protocol_version version = protocol_version::v5) {
  client_watch watch({});
  connection_id link = 0;
  instant now{};
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line); now += 1ms) {
    line.erase(0, line.find_first_not_of(' '));
    if (line.empty()) continue;
    if (line == "open") {
      watch.opened(++link, "c", version, now);
    } else if (line == "lost") {
      watch.ended(link, end_of_link::closed_by_server, now);
    } else if (line == "killed") {
      watch.restarted(now);
    } else if (line.starts_with("+ ")) {
      now += *parse_duration(line.substr(2));
    } else {
      const auto p = wire::parse_packet(line.substr(2), version);
      EXPECT_TRUE(p) << line;
      const auto octets = wire::encode(*p)->bytes;
      if (line[0] == '>') {
        watch.received(link, *p, octets.size(), now);
      } else {
        watch.sent(link, octets, now);
      }
    }
  }
  watch.finish(now);
  std::set<std::string> out;
  for (const finding& f : watch.findings()) out.emplace(f.rule);
  return out;
}

const std::string connected = R"(
  open
  > CONNECT client_id="c" clean_start=0 session_expiry_interval=300 keep_alive=10
  < CONNACK session_present=0 receive_maximum=2 maximum_qos=1 topic_alias_maximum=3
)";
const std::string resumed = R"(
  lost
  open
  > CONNECT client_id="c" clean_start=0 session_expiry_interval=300
  < CONNACK session_present=1
)";
const std::string forgotten = R"(
  lost
  open
  > CONNECT client_id="c" clean_start=0 session_expiry_interval=300
  < CONNACK session_present=0
)";
const std::string first = "> PUBLISH topic=\"t\" payload=\"1\" qos=1 id=1\n";
const std::string again = "> PUBLISH topic=\"t\" payload=\"1\" qos=1 id=1 dup=1\n";
const std::string second = "> PUBLISH topic=\"t\" payload=\"2\" qos=1 id=2\n";
using names = std::set<std::string>;

TEST(client_watch, a_good_client_breaks_nothing) {
  EXPECT_EQ(broken(connected + first + second + resumed + again +
                   "> PUBLISH topic=\"t\" payload=\"2\" qos=1 id=2 dup=1\n< PUBACK id=1\n"
                   "< PUBACK id=2\n" +
                   first + "> DISCONNECT\n"),
            names{});
}

TEST(client_watch, identifiers_are_free) {
  EXPECT_EQ(broken(connected + first + "> PUBLISH topic=\"t\" payload=\"2\" qos=1 id=1\n"),
            names{"client-identifier-is-free"});
  EXPECT_EQ(broken(connected + first + "> SUBSCRIBE id=1 filter=\"a\" max_qos=0\n"),
            names{"client-identifier-is-free"});
  // Behind the end of a process nobody knows.
  EXPECT_EQ(broken(connected + first + "killed\n" + resumed +
                   "> PUBLISH topic=\"t\" payload=\"2\" qos=1 id=1\n"),
            names{});
}

TEST(client_watch, what_comes_again) {
  EXPECT_EQ(broken(connected + first + again), names{"client-repeats-on-a-resume"});
  EXPECT_EQ(broken(connected + first + resumed + first), names{"client-repeat-has-dup-1"});
  EXPECT_EQ(broken(connected + again), names{"client-first-qos1-has-dup-0"});
  EXPECT_EQ(broken(connected + first + forgotten + again), names{"client-lost-session-is-lost"});
  EXPECT_EQ(broken(connected + first + forgotten + first), names{});
  EXPECT_EQ(broken(connected + first + second + resumed +
                   "> PUBLISH topic=\"t\" payload=\"2\" qos=1 id=2 dup=1\n" + again),
            names{"client-repeats-in-order"});
  EXPECT_EQ(broken(connected + first + resumed + "+ 5s\n"), names{"client-owed-is-sent-again"});
}

TEST(client_watch, limits_of_the_server) {
  EXPECT_EQ(broken(connected + first + second + "> PUBLISH topic=\"t\" qos=1 id=3\n"),
            names{"client-receive-maximum"});
  EXPECT_EQ(broken(connected + "> PUBLISH topic=\"t\" qos=2 id=3\n"), names{"client-maximum-qos"});
  EXPECT_EQ(broken(connected + "> PUBLISH topic=\"t\" topic_alias=4\n"),
            names{"client-topic-alias-maximum"});
  EXPECT_EQ(broken(connected + "> PUBLISH topic=\"\" topic_alias=3\n"),
            names{"client-alias-is-of-this-connection"});
}

TEST(client_watch, answers_and_their_order) {
  const std::string two = "< PUBLISH topic=\"t\" qos=1 id=8\n< PUBLISH topic=\"t\" qos=1 id=9\n";
  EXPECT_EQ(broken(connected + two + "> PUBACK id=8\n> PUBACK id=9\n"), names{});
  EXPECT_EQ(broken(connected + two + "> PUBACK id=9\n> PUBACK id=8\n"),
            names{"client-pubacks-in-order"});
  EXPECT_EQ(broken(connected + two + "> PUBACK id=7\n"), names{"client-answers-what-came"});
}

TEST(client_watch, the_end_and_silence) {
  EXPECT_EQ(broken(connected + "> DISCONNECT\n> PINGREQ\n"),
            names{"client-disconnect-is-the-last"});
  EXPECT_EQ(broken(connected + "+ 14s\n> PINGREQ\n"), names{});
  EXPECT_EQ(broken(connected + "+ 17s\n> PINGREQ\n"), names{"client-keep-alive"});
  EXPECT_EQ(broken("open\n> PINGREQ\n"), names{"client-connects-first"});
}

}  // namespace
}  // namespace mqttspec::oracle
