#include "observe/onlooker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "trace/print.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::observe {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::sender;

// What an onlooker sees, drawn as in scenario files, a line an event:
//
//   sub > CONNECT client_id="sub" clean_start=1     a first CONNECT opens the connection
//   sub < CONNACK session_present=0
//   sub - shutdown, closed, abort, reset
//   sub - amid                                      a connection of which the beginning is missing
//   sub - missing 5                                 of the client
//   refused
//   + 5s
class looked_on {
 public:
  explicit looked_on(const std::string& trace, onlooker_options how = {})
      : eyes_(how, [this](sighting s) { seen_.push_back(std::move(s)); }) {
    std::istringstream lines(trace);
    for (std::string line; std::getline(lines, line);) {
      line.erase(0, line.find_first_not_of(' '));
      if (!line.empty()) event(line);
    }
    eyes_.finish(now_);
  }

  // "broker receive-maximum", "a client-receive-maximum"
  std::vector<std::string> rules() const {
    std::vector<std::string> out;
    for (const sighting& s : seen_) {
      out.push_back((s.by == party::broker ? "broker" : s.client) + " " + std::string(s.what.rule));
    }
    return out;
  }
  const std::vector<sighting>& seen() const { return seen_; }
  const onlooker& eyes() const { return eyes_; }

 private:
  void event(const std::string& line) {
    now_ += 1ms;
    if (line.starts_with("+ ")) {
      now_ += *parse_duration(line.substr(2));
      return eyes_.look(now_);
    }
    if (line == "refused") return eyes_.refused(now_);
    std::istringstream words(line);
    std::string name;
    char way = 0;
    words >> name >> way;
    const std::string what = line.substr(name.size() + 3);
    if (way == '-') return on_event(name, what);
    if (what.starts_with("CONNECT") || !ids_.contains(name)) {
      ids_[name] = ++last_;
      eyes_.opened(last_, name, true, now_);
    }
    const sender from = way == '>' ? sender::client : sender::server;
    if (what.starts_with("hex(")) {
      return eyes_.passed(ids_.at(name), from, *from_hex(what.substr(4, what.size() - 5)), now_);
    }
    const auto p = wire::parse_packet(what, wire::protocol_version::v5);
    ASSERT_TRUE(p) << what;
    eyes_.passed(ids_.at(name), from, wire::encode(*p)->bytes, now_);
  }

  void on_event(const std::string& name, const std::string& what) {
    if (what == "amid") {
      ids_[name] = ++last_;
      return eyes_.opened(last_, name, false, now_);
    }
    if (what.starts_with("missing ")) {
      return eyes_.missed(ids_.at(name), sender::client, std::stoul(what.substr(8)), now_);
    }
    const bool of_client = what == "shutdown" || what == "abort";
    eyes_.ended(ids_.at(name), of_client ? sender::client : sender::server,
                what == "abort" || what == "reset", now_);
  }

  std::vector<sighting> seen_;
  onlooker eyes_;
  std::map<std::string, onlooker::id> ids_;
  onlooker::id last_ = 0;
  instant now_{};
};

const std::string sub_joins = R"(
  sub > CONNECT client_id="sub" clean_start=1 session_expiry_interval=300 receive_maximum=1
  sub < CONNACK session_present=0
  sub > SUBSCRIBE id=1 filter="t" max_qos=1
  sub < SUBACK id=1 reasons=[granted_qos_1]
)";
const std::string pub_joins = R"(
  pub > CONNECT client_id="pub" clean_start=1
  pub < CONNACK session_present=0 receive_maximum=1
)";
const std::string sub_leaves = R"(
  sub > DISCONNECT
  sub - shutdown
  sub - closed
)";
const std::string sub_is_new = R"(
  sub > CONNECT client_id="sub" clean_start=0 session_expiry_interval=300
  sub < CONNACK session_present=0
)";

TEST(onlooker, both_are_judged_and_named) {
  EXPECT_THAT(looked_on(sub_joins + pub_joins + R"(
    pub > PUBLISH topic="t" payload="1" qos=1 id=1
    pub > PUBLISH topic="t" payload="2" qos=1 id=2
    sub < PUBLISH topic="t" payload="1" qos=1 id=1
    sub < PUBLISH topic="t" payload="2" qos=1 id=2
  )")
                  .rules(),
              ElementsAre("pub client-receive-maximum", "broker receive-maximum"));
}

TEST(onlooker, a_sighting_has_a_trace_that_hides_passwords) {
  const looked_on all(R"(
    a > CONNECT client_id="a" clean_start=1 user_name="me" password="hunter2"
    a < CONNACK session_present=0
    a > PUBLISH topic="t" payload="hunter2" qos=1 id=1 dup=1
  )");
  ASSERT_EQ(all.seen().size(), 1u);
  EXPECT_THAT(all.eyes().passwords(), ElementsAre("hunter2"));
  const auto lines = trace::print(all.seen().front().trace, trace::secrets({"hunter2"}));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines.back().marked);
  for (const auto& line : lines) {
    EXPECT_EQ(line.text.find("hunter2"), std::string::npos) << line.text;
    EXPECT_EQ(line.hex.find("68 75 6e 74 65 72 32"), std::string::npos) << line.hex;
  }
}

TEST(onlooker, nothing_is_shown_of_a_connect_that_is_not_understood) {
  const looked_on all(R"(
    a > hex(10 1b 00 04 4d 51 54 54 05 43 00 3c 00 00 01 61 00 02 6d 65 00 07 68 75 6e 74 65 72 32)
  )");
  ASSERT_EQ(all.seen().size(), 1u);
  for (const auto& line : trace::print(all.seen().front().trace, {})) {
    EXPECT_EQ(line.hex.find("68 75 6e 74"), std::string::npos) << line.hex;
  }
}

TEST(onlooker, a_session_that_is_older_accuses_nobody) {
  EXPECT_THAT(looked_on(R"(
    sub > CONNECT client_id="sub" clean_start=0 session_expiry_interval=300
    sub < CONNACK session_present=1
    sub < PUBLISH topic="t" payload="old" qos=1 id=1 dup=1
    sub > PUBACK id=1
    sub < PUBREL id=7
    sub > PUBCOMP id=7
    sub > PUBLISH topic="t" payload="old" qos=1 id=9 dup=1
    sub < PUBACK id=9
    sub > PUBREL id=10
    sub < PUBCOMP id=10
  )")
                  .rules(),
              IsEmpty());
}

TEST(onlooker, a_connection_that_is_older_accuses_nobody) {
  EXPECT_THAT(looked_on(sub_joins + R"(
    other - amid
    other > PUBLISH topic="t" payload="x" qos=1 id=9 dup=1
    other < PUBACK id=9
    sub < PUBLISH topic="t" payload="x" qos=1 id=1
    sub > PUBACK id=1
    other < PUBACK id=9
    other - closed
  )")
                  .rules(),
              IsEmpty());
}

TEST(onlooker, retained_messages_that_are_older_accuse_nobody) {
  EXPECT_THAT(looked_on(pub_joins + R"(
    pub > PUBLISH topic="t" payload="on" qos=0
  )" + sub_joins + R"(
    sub < PUBLISH topic="t" payload="on" qos=1 id=1 retain=1
    sub > PUBACK id=1
  )")
                  .rules(),
              IsEmpty());
  EXPECT_THAT(looked_on(pub_joins + R"(
    pub > PUBLISH topic="t" payload="on" qos=0
  )" + sub_joins + R"(
    sub < PUBLISH topic="t" payload="on" qos=1 id=1 retain=1
    sub > PUBACK id=1
  )",
                        {.whole = true})
                  .rules(),
              testing::Contains("broker retain-flag"));
}

TEST(onlooker, others_that_publish_silence_what_needs_all_messages) {
  const std::string wrong = R"(
    pub > PUBLISH topic="t" payload="on" qos=0
    sub < PUBLISH topic="t" payload="on" qos=1 id=1
    sub > PUBACK id=1
  )";
  const std::string of_others = R"(
    sub < PUBLISH topic="t" payload="from elsewhere" qos=1 id=2
    sub > PUBACK id=2
  )";
  const looked_on before(sub_joins + pub_joins + wrong);
  EXPECT_THAT(before.rules(), ElementsAre("broker qos-is-the-lesser"));
  EXPECT_TRUE(before.seen().front().what.needs_all_messages);
  EXPECT_FALSE(before.eyes().others_publish());
  const looked_on behind(sub_joins + pub_joins + of_others + wrong);
  EXPECT_THAT(behind.rules(), IsEmpty());
  EXPECT_TRUE(behind.eyes().others_publish());
}

TEST(onlooker, a_lost_session_is_told_unless_the_broker_may_have_been_restarted) {
  EXPECT_THAT(looked_on(sub_joins + pub_joins + sub_leaves + sub_is_new).rules(),
              ElementsAre("broker session-is-kept"));
  EXPECT_THAT(looked_on(sub_joins + sub_leaves + sub_is_new).rules(),
              ElementsAre("broker session-is-kept"));
  EXPECT_THAT(
      looked_on(sub_joins + pub_joins + "pub - reset\nsub - closed\nsub - shutdown\n" + sub_is_new)
          .rules(),
      IsEmpty());
  EXPECT_THAT(looked_on(sub_joins + sub_leaves + "refused\n" + sub_is_new).rules(), IsEmpty());
}

TEST(onlooker, what_is_owed_is_told_while_the_connection_stands) {
  EXPECT_THAT(looked_on(pub_joins + R"(
    pub > PUBLISH topic="t" payload="1" qos=1 id=1
    + 9s
    pub < PUBACK id=1
    pub > PUBLISH topic="t" payload="2" qos=1 id=2
    + 11s
    + 11s
    pub < PUBACK id=2
  )")
                  .rules(),
              ElementsAre("broker request-is-answered"));
}

TEST(onlooker, brokers_look_for_silent_clients_now_and_then) {
  const std::string silent = R"(
    a > CONNECT client_id="a" clean_start=1 keep_alive=2
    a < CONNACK session_present=0
  )";
  // The client is at fault either way.
  EXPECT_THAT(looked_on(silent + "+ 9s\na - closed\n").rules(), ElementsAre("a client-keep-alive"));
  EXPECT_THAT(looked_on(silent + "+ 14s\na - closed\n").rules(),
              testing::Contains("broker keep-alive"));
}

// What is over is forgotten, and accuses nobody afterwards.
TEST(onlooker, a_long_trace_is_not_kept_as_a_whole) {
  std::string trace = sub_joins + pub_joins;
  for (int i = 0; i < 300; ++i) {
    const std::string payload = "\"" + std::to_string(i % 100) + "\"";
    trace += "pub > PUBLISH topic=\"t\" payload=" + payload + " qos=1 id=7\n" +
             "sub < PUBLISH topic=\"t\" payload=" + payload + " qos=1 id=9\n" +
             "sub > PUBACK id=9\npub < PUBACK id=7\n+ 2s\n" +
             "x > CONNECT client_id=\"x\" clean_start=1\nx < CONNACK session_present=0\n" +
             "x > DISCONNECT\nx - shutdown\nx - closed\n";
  }
  // Still known: what is in use, and what was acknowledged.
  trace += R"(
    sub < PUBLISH topic="t" payload="new" qos=1 id=3
    sub < PUBLISH topic="t" payload="5" qos=1 id=3 dup=1
    pub > PUBLISH topic="t" payload="a" qos=1 id=8
    pub > PUBLISH topic="t" payload="b" qos=1 id=8
    pub < PUBACK id=77
  )";
  EXPECT_THAT(
      looked_on(trace, {.many = 50}).rules(),
      testing::UnorderedElementsAre("broker identifier-is-free", "pub client-identifier-is-free",
                                    "broker answer-has-a-request"));
}

TEST(onlooker, what_was_not_caught_accuses_nobody) {
  EXPECT_THAT(looked_on(pub_joins + R"(
    pub - missing 5
    pub > PUBLISH topic="t" payload="1" qos=1 id=1 dup=1
    pub < PUBACK id=77
  )")
                  .rules(),
              IsEmpty());
}

TEST(onlooker, other_protocols_are_not_judged) {
  const looked_on all(R"(
    tls > hex(16 03 01 02 00 01 00 01 fc 03 03 00 00 00 00)
    http > hex(47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a)
    old > hex(10 10 00 06 4d 51 49 73 64 70 03 02 00 3c 00 02 61 62)
  )");
  EXPECT_THAT(all.rules(), IsEmpty());
  EXPECT_EQ(all.eyes().counts().not_mqtt, 3u);
}

TEST(onlooker, malformed_packets_and_those_out_of_place) {
  EXPECT_THAT(looked_on(pub_joins + "pub > hex(36 00)\n").rules(),
              ElementsAre("pub client-well-formed"));
  EXPECT_THAT(looked_on(pub_joins + "pub < hex(d0 01 00)\n").rules(),
              ElementsAre("broker well-formed"));
  EXPECT_THAT(looked_on("x > PINGREQ\n").rules(), ElementsAre("x client-connects-first"));
}

TEST(onlooker, packets_come_in_any_pieces) {
  EXPECT_THAT(looked_on(R"(
    a > hex(10 0e 00 04 4d)
    a > hex(51 54 54 05 02 00 3c 00 00 01)
    a > hex(61 c0 00 c0)
    a > hex(00 e0 00 c0 00)
  )")
                  .rules(),
              ElementsAre("a client-disconnect-is-the-last"));
}

}  // namespace
}  // namespace mqttspec::observe
