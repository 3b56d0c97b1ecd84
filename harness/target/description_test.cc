#include "target/description.h"

#include <gtest/gtest.h>

namespace mqttspec::target {
namespace {

TEST(target, reads_everything) {
  const auto t = parse_target("t.toml", R"(
name = "mosquitto 2.0.11"
address = "127.0.0.1:1883"
versions = ["5", "3.1.1"]
user = "tester"
password_env = "BROKER_PASSWORD"
keep_alive = 60
[facts]
queue_limit = 1000
queue_overflow = "drop-oldest"
qos0_queued = false
[hooks]
start = "run"
wait_ready = "probe"
)");
  ASSERT_TRUE(t) << render(t.error());
  EXPECT_EQ(t->name, "mosquitto 2.0.11");
  EXPECT_EQ(t->versions.size(), 2u);
  EXPECT_EQ(t->keep_alive, 60);
  EXPECT_EQ(t->facts.at("queue_limit"), 1000);
  EXPECT_EQ(t->facts.at("queue_overflow_drop_oldest"), 1);
  EXPECT_EQ(t->facts.at("queue_overflow_drop_newest"), 0);
  EXPECT_EQ(t->facts.at("qos0_queued"), 0);
  EXPECT_EQ(t->facts_as_written.at("queue_overflow"), "drop-oldest");
  EXPECT_EQ(t->hooks.start, "run");
  EXPECT_EQ(t->hooks.wait_ready, "probe");
  EXPECT_EQ(t->hooks.kill, "");
}

TEST(target, all_mistakes_are_told_with_place_and_help) {
  const auto t = parse_target("t.toml", R"(adress = "127.0.0.1:1883"
name = 7
versions = ["5", "3.1"]
[facts]
queue_limmit = 5
queue_overflow = "drop-oldst"
qos0_queued = 1.5
[hooks]
restrat = "x"
)");
  ASSERT_FALSE(t);
  EXPECT_EQ(render(t.error()), R"(error: a target file has no key 'adress'
 --> t.toml:1:1
  |
1 | adress = "127.0.0.1:1883"
  | ^^^^^^ unknown key
  |
  = help: did you mean 'address'?

error: 'name' must be a text in quotation marks
 --> t.toml:2:8
  |
2 | name = 7
  |        ^ not a text

error: no such MQTT version
 --> t.toml:3:18
  |
3 | versions = ["5", "3.1"]
  |                  ^ unknown version
  |
  = help: valid here: "5", "3.1.1"

error: [facts] has no key 'queue_limmit'
 --> t.toml:5:1
  |
5 | queue_limmit = 5
  | ^^^^^^^^^^^^ unknown key
  |
  = help: did you mean 'queue_limit'?

error: no fact 'queue_overflow' with the value "drop-oldst"
 --> t.toml:6:18
  |
6 | queue_overflow = "drop-oldst"
  |                  ^^^^^^^^^^^^ unknown value
  |
  = help: did you mean 'queue_overflow_drop_oldest'?

error: 'qos0_queued' must be a number, true, false or a text
 --> t.toml:7:15
  |
7 | qos0_queued = 1.5
  |               ^ not a fact

error: [hooks] has no key 'restrat'
 --> t.toml:9:1
  |
9 | restrat = "x"
  | ^^^^^^^ unknown key
  |
  = help: did you mean 'restart'?
)");
}

TEST(target, listeners_are_read_and_files_looked_for_beside_it) {
  const auto t = parse_target("targets/t.toml", R"(
password_file = "secret.txt"
[tls]
ca = "ca.pem"
certificate = "/etc/client.pem"
server_name = "broker.test"
alpn = ["mqtt"]
[transports]
tls = "127.0.0.1:8883"
ws = "127.0.0.1:8080/path"
wss = "wss://[::1]"
[nodes]
one = "127.0.0.1"
two = "ws://127.0.0.1:8081"
)");
  ASSERT_TRUE(t) << render(t.error());
  EXPECT_EQ(t->password_file, "targets/secret.txt");
  EXPECT_EQ(t->tls.ca, "targets/ca.pem");
  EXPECT_EQ(t->tls.certificate, "/etc/client.pem");
  EXPECT_EQ(t->tls.server_name, "broker.test");
  EXPECT_EQ(t->tls.protocols, std::vector<std::string>{"mqtt"});
  EXPECT_FALSE(t->tls.insecure);
  const auto text = [](const listener_address& a) { return print(a); };
  EXPECT_EQ(text(t->transports.at("tls")), "tls://127.0.0.1:8883");
  EXPECT_EQ(text(t->transports.at("ws")), "ws://127.0.0.1:8080/path");
  EXPECT_EQ(text(t->transports.at("wss")), "wss://[::1]:443/mqtt");
  EXPECT_EQ(text(t->nodes.at("one")), "127.0.0.1:1883");
  EXPECT_EQ(text(t->nodes.at("two")), "ws://127.0.0.1:8081/mqtt");
}

TEST(target, mistakes_of_listeners_are_told) {
  const auto t = parse_target("t.toml", R"([tls]
cert = "x"
alpn = "mqtt"
insecure = 1
[transports]
quic = "127.0.0.1:1"
ws = "tcp://127.0.0.1:1"
tls = "127.0.0.1:x"
tcp = "127.0.0.1/path"
[nodes]
one = 1
)");
  ASSERT_FALSE(t);
  const std::string told = render(t.error());
  for (const char* part : {"[tls] has no key 'cert'", "'alpn' must be a list of texts",
                           "'insecure' must be true or false", "[transports] has no key 'quic'",
                           "an address of 'tcp' where 'ws' stands", "'127.0.0.1:x' has no port",
                           "'127.0.0.1/path' has a path, which only WebSocket has",
                           "'one' must be a text in quotation marks"}) {
    EXPECT_NE(told.find(part), std::string::npos) << part << "\n" << told;
  }
  EXPECT_EQ(t.error().size(), 8u) << told;
}

TEST(listener_address, reads_what_it_prints) {
  for (const char* text :
       {"127.0.0.1:1883", "tls://a.test:8883", "ws://127.0.0.1:80/", "wss://[::1]:443/a/b?c"}) {
    const auto a = parse_listener(text);
    ASSERT_TRUE(a) << text << ": " << a.error();
    EXPECT_EQ(print(*a), text);
  }
  EXPECT_EQ(parse_listener("127.0.0.1", transport::tls)->at.port, 8883);
  for (const char* text :
       {"", "http://127.0.0.1", "ws://", "ws://127.0.0.1/a b", "ws://h/\r\nX: y"}) {
    EXPECT_FALSE(parse_listener(text)) << text;
  }
  EXPECT_NE(parse_listener("wsss://h").error().find("did you mean 'wss'?"), std::string::npos);
}

TEST(listener_address, takes_the_schemes_of_other_programs) {
  const auto printed = [](const char* text) {
    const auto a = parse_listener(text);
    return a ? print(*a) : a.error();
  };
  EXPECT_EQ(printed("mqtt://127.0.0.1"), "127.0.0.1:1883");
  EXPECT_EQ(printed("mqtt://127.0.0.1:1884/"), "127.0.0.1:1884");
  EXPECT_EQ(printed("mqtts://broker.test"), "tls://broker.test:8883");
  EXPECT_EQ(printed("tcp://127.0.0.1:1"), "127.0.0.1:1");
  EXPECT_EQ(printed("ws://127.0.0.1"), "ws://127.0.0.1:80/mqtt");
  EXPECT_NE(printed("mqqt://127.0.0.1").find("did you mean 'mqtt'?"), std::string::npos);
  const std::string with_user = printed("mqtt://me:hunter2@127.0.0.1");
  EXPECT_NE(with_user.find("--user"), std::string::npos);
  EXPECT_EQ(with_user.find("hunter2"), std::string::npos);
}

TEST(target, says_where_each_setting_comes_from) {
  const auto t = parse_target("t.toml", "name = \"x\"\n\n[facts]\nqueue_limit = 7\n");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->sources.at("name"), "t.toml:1");
  EXPECT_EQ(t->sources.at("queue_limit"), "t.toml:4");
}

TEST(target, broken_toml_is_a_diagnostic) {
  for (const char* text : {"name = ", "= 1", "[facts", "name = \"a\"\nname = \"b\"", "a.b.c",
                           "name = \"\xff\"", "versions = [[[[", "\"\"\"", "x = 1e999999"}) {
    const auto t = parse_target("t.toml", text);
    ASSERT_FALSE(t) << text;
    EXPECT_FALSE(t.error().empty());
    EXPECT_EQ(t.error()[0].where.file, "t.toml");
  }
}

TEST(capabilities, absent_properties_have_the_meaning_of_their_absence) {
  const auto plain =
      learned_from(wire::make(wire::packet_type::connack, wire::protocol_version::v5), 0xFFFFFFFF);
  EXPECT_EQ(plain.at("receive_maximum"), 65535);
  EXPECT_EQ(plain.at("maximum_qos"), 2);
  EXPECT_EQ(plain.at("retain_available"), 1);
  EXPECT_EQ(plain.at("session_expiry_max"), 0xFFFFFFFF);
  EXPECT_EQ(plain.at("server_keep_alive"), 0);
  EXPECT_FALSE(plain.contains("queue_limit"));

  auto connack = wire::make(wire::packet_type::connack, wire::protocol_version::v5);
  connack.properties = {wire::number_property(wire::property_id::receive_maximum, 20),
                        wire::number_property(wire::property_id::session_expiry_interval, 7200),
                        wire::number_property(wire::property_id::retain_available, 0)};
  const auto told = learned_from(connack, 0xFFFFFFFF);
  EXPECT_EQ(told.at("receive_maximum"), 20);
  EXPECT_EQ(told.at("session_expiry_max"), 7200);
  EXPECT_EQ(told.at("retain_available"), 0);
}

TEST(capabilities, needs_are_compared_and_the_reason_told) {
  using script::comparison;
  const capability_values have = {{"queue_limit", 20}, {"off", 0}};
  const auto reason = [&](const char* name, comparison op, std::int64_t n) {
    return unmet({name, op, n, {}}, have).value_or("met");
  };
  EXPECT_EQ(reason("queue_limit", comparison::exists, 0), "met");
  EXPECT_EQ(reason("off", comparison::exists, 0), "needs off; this target has none");
  EXPECT_EQ(reason("unknown", comparison::exists, 0), "needs unknown; the target does not say");
  EXPECT_EQ(reason("unknown", comparison::less, 5), "needs unknown < 5; the target does not say");
  EXPECT_EQ(reason("queue_limit", comparison::greater_or_equal, 100),
            "needs queue_limit >= 100; here it is 20");
  EXPECT_EQ(reason("queue_limit", comparison::greater_or_equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::greater, 20),
            "needs queue_limit > 20; here it is 20");
  EXPECT_EQ(reason("queue_limit", comparison::less, 21), "met");
  EXPECT_EQ(reason("queue_limit", comparison::less_or_equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::equal, 20), "met");
  EXPECT_EQ(reason("queue_limit", comparison::not_equal, 20),
            "needs queue_limit != 20; here it is 20");
}

}  // namespace
}  // namespace mqttspec::target
