#include "play/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/notation.h"

namespace mqttspec::play {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using wire::protocol_version;

class ledger_test : public testing::Test {
 protected:
  void sent(const std::string& packet, protocol_version v = protocol_version::v5) {
    const auto p = wire::parse_packet(packet, v);
    ASSERT_TRUE(p) << packet;
    of_.sent(1, *p);
  }
  ledger of_;
};

TEST_F(ledger_test, knows_what_outlives_a_connection) {
  sent("CONNECT client_id=\"a\" clean_start=1");
  EXPECT_THAT(of_.all().sessions, IsEmpty());
  sent("CONNECT client_id=\"b\" clean_start=1 session_expiry_interval=9");
  sent("CONNECT client_id=\"c\" clean_session=0", protocol_version::v311);
  EXPECT_THAT(of_.all().sessions, ElementsAre(Key("b"), Key("c")));
  sent("CONNECT client_id=\"b\" clean_start=1");
  EXPECT_THAT(of_.all().sessions, ElementsAre(Key("b"), Key("c"))) << "it may not be obeyed";
}

TEST_F(ledger_test, knows_retained_messages_by_alias) {
  sent("CONNECT client_id=\"a\" clean_start=1");
  sent("PUBLISH topic=\"t\" topic_alias=1 payload=\"x\"");
  sent("PUBLISH topic=\"\" topic_alias=1 retain=1 payload=\"x\"");
  EXPECT_THAT(of_.all().topics, ElementsAre("t"));
}

// What is retained when it is released could not be removed before.
TEST_F(ledger_test, knows_who_has_a_will) {
  sent("CONNECT client_id=\"a\" clean_start=1 will_topic=\"w\" will_payload=\"x\" will_retain=1");
  EXPECT_THAT(of_.all().sessions, ElementsAre(Key("a")));
  EXPECT_THAT(of_.all().topics, ElementsAre("w"));
}

// Nobody could remove the session of a client that left before CONNACK told its name.
TEST_F(ledger_test, a_goodbye_ends_what_has_no_name) {
  const byte_buffer plain = {0xE0, 0x00};
  sent("CONNECT client_id=\"\" clean_start=1");
  EXPECT_EQ(of_.goodbye(1), plain);
  sent("CONNECT client_id=\"a\" clean_start=1 session_expiry_interval=9");
  EXPECT_EQ(of_.goodbye(1), plain) << "this one can be removed by its name";
  sent("CONNECT client_id=\"\" clean_start=1 session_expiry_interval=9");
  EXPECT_EQ(to_hex(of_.goodbye(1)), "e0 07 00 05 11 00 00 00 00");
  of_.received(1, *wire::parse_packet(
                      "CONNACK session_present=0 reason=success assigned_client_identifier=\"s\"",
                      protocol_version::v5));
  EXPECT_EQ(of_.goodbye(1), plain);
  EXPECT_THAT(of_.all().sessions, testing::Contains(Key("s")));
}

TEST_F(ledger_test, tells_news_once) {
  sent("CONNECT client_id=\"b\" clean_start=1 session_expiry_interval=9");
  of_.sent_octets("ns");
  const left_things news = of_.take_news();
  EXPECT_THAT(news.sessions, ElementsAre(Key("b")));
  EXPECT_THAT(news.levels, ElementsAre("ns"));
  sent("CONNECT client_id=\"b\" clean_start=1 session_expiry_interval=9");
  EXPECT_TRUE(of_.take_news().empty());
}

}  // namespace
}  // namespace mqttspec::play
