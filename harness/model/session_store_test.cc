#include "model/session_store.h"

#include <gtest/gtest.h>

namespace mqttspec::model {
namespace {

using namespace std::chrono_literals;
using wire::packet_type;
using wire::property_id;

constexpr protocol_version v311 = protocol_version::v311;

struct session_store_test : testing::Test {
  session_store store{{}, sound_rules()};
  instant now{};

  connect_outcome connect(const std::string& id, std::optional<std::uint32_t> interval = 300,
                          bool clean = false) {
    connect_request r;
    r.client_id = id;
    r.clean_start = clean;
    r.asked_interval = interval;
    return store.connect(r, now);
  }
  connect_outcome connect_with_will(const std::string& id, std::uint32_t interval,
                                    std::uint32_t delay) {
    connect_request r;
    r.client_id = id;
    r.asked_interval = interval;
    r.will = wire::will_message{"will", id, 1, false, {}};
    r.will->properties = {wire::number_property(property_id::will_delay_interval, delay),
                          wire::user_property("k", "v")};
    return store.connect(r, now);
  }
  void drop(const std::string& id, close_cause cause = close_cause::peer_closed,
            std::uint8_t reason = 0) {
    store.disconnect(*store.find(id), {cause, reason, {}}, now);
  }
  void publish(const std::string& topic, const std::string& payload, std::uint8_t qos = 1,
               const std::string& publisher = "somebody") {
    message m;
    m.topic = topic;
    m.payload = payload;
    m.qos = qos;
    m.received = now;
    m.publisher = publisher;
    store.publish(std::move(m), now);
  }
  void pass(duration d) {
    now += d;
    store.advance(now);
  }
  // How many wills a stored watcher has got.
  std::size_t wills() { return store.find("watcher")->out.queued(); }
  void watch() {
    session& w = *connect("watcher", wire::never_expires).who;
    store.subscribe(w, {"will", 2}, std::nullopt, now);
    drop("watcher");
  }
};

// The seven kinds of state, over a resume and over the end of the session.
TEST_F(session_store_test, every_kind_of_state_survives_a_resume_and_goes_with_the_session) {
  for (const bool resumed : {true, false}) {
    const std::string id = resumed ? "kept" : "lost";
    session* who = connect(id, 10).who;
    const subscription_options options{2, true, true, 1, 9u};
    store.subscribe(*who, {"t/" + id, 2, true, true, 1}, 9, now);
    publish("t/" + id, "in flight");
    ASSERT_TRUE(who->out.next(now));
    publish("t/" + id, "released", 2);
    const auto released = who->out.next(now);
    who->out.acknowledge(packet_type::pubrec, released->packet_id, 0);
    who->in.received(7, nullptr);
    drop(id);
    publish("t/" + id, "queued");
    EXPECT_EQ(store.next_deadline(), now + 10s);
    pass(resumed ? 10s - 1ns : 10s);

    const connect_outcome again = connect(id, 10);
    who = again.who;
    EXPECT_EQ(again.session_present, resumed);
    EXPECT_EQ(who->subscriptions.size(), resumed ? 1u : 0u);
    EXPECT_EQ(who->out.queued(), resumed ? 1u : 0u);
    EXPECT_EQ(who->out.in_flight(), resumed ? 2u : 0u);
    EXPECT_EQ(who->in.size(), resumed ? 1u : 0u);
    if (resumed) {
      EXPECT_TRUE(who->subscriptions.at("t/" + id).resumed);
      who->subscriptions.at("t/" + id).resumed = false;
      EXPECT_EQ(who->subscriptions.at("t/" + id), options);
    }
    publish("t/" + id, "new");
    EXPECT_EQ(who->out.queued(), resumed ? 2u : 0u);
    drop(id);
    pass(1h);
  }
}

TEST_F(session_store_test, interval_decides_the_end) {
  struct row {
    std::optional<std::uint32_t> interval;
    duration wait;
    bool present;
  };
  for (const row& r :
       {row{std::nullopt, 0ns, false}, row{0, 0ns, false}, row{1, 1s - 1ns, true},
        row{1, 1s, false}, row{0x80000000, 24h * 365 * 68, true},
        row{0xFFFFFFFE, 24h * 365 * 136, true}, row{0xFFFFFFFF, 24h * 365 * 137, true}}) {
    session_store fresh({}, sound_rules());
    connect_request c;
    c.client_id = "a";
    c.asked_interval = r.interval;
    instant t{};
    session* who = fresh.connect(c, t).who;
    fresh.disconnect(*who, {close_cause::peer_closed, 0, {}}, t);
    EXPECT_EQ(fresh.connect(c, t + r.wait).session_present, r.present);
  }
}

TEST_F(session_store_test, the_last_connection_decides_and_nothing_ends_while_connected) {
  connect("a", 2);
  pass(100s);
  EXPECT_TRUE(store.holds("a"));
  drop("a");
  pass(1s);
  EXPECT_TRUE(connect("a", 60).session_present);
  drop("a");
  pass(59s);
  EXPECT_TRUE(connect("a", std::nullopt).session_present);
  drop("a");
  EXPECT_FALSE(store.holds("a"));
  EXPECT_EQ(store.next_deadline(), never);
}

TEST_F(session_store_test, clean_session_of_311_is_zero_or_the_operators_interval) {
  session_store s({.v311_session_expiry = 100}, sound_rules());
  connect_request c;
  c.client_id = "a";
  c.version = v311;
  c.clean_start = false;
  session* who = s.connect(c, now).who;
  s.disconnect(*who, {close_cause::disconnect, 0, {}}, now);
  EXPECT_EQ(s.next_deadline(), now + 100s);
  c.clean_start = true;
  who = s.connect(c, now).who;
  s.disconnect(*who, {close_cause::disconnect, 0, {}}, now);
  EXPECT_FALSE(s.holds("a"));
}

TEST_F(session_store_test, will_waits_for_its_delay_or_the_sessions_end_and_comes_once) {
  struct row {
    std::uint32_t interval;
    std::uint32_t delay;
    duration due;
  };
  for (const row& r : {row{60, 3, 3s}, row{3, 60, 3s}, row{0, 60, 0s}, row{60, 0, 0s},
                       row{0xFFFFFFFF, 5, 5s}, row{5, 5, 5s}}) {
    store = session_store({}, sound_rules());
    watch();
    connect_with_will("a", r.interval, r.delay);
    drop("a");
    if (r.due > 0s) {
      pass(r.due - 1ns);
      EXPECT_EQ(wills(), 0u);
      pass(1ns);
    }
    EXPECT_EQ(wills(), 1u);
    pass(2min);
    EXPECT_EQ(wills(), 1u);
  }
}

TEST_F(session_store_test, resume_inside_the_delay_cancels_the_will_for_good) {
  watch();
  connect_with_will("a", 60, 4);
  drop("a");
  pass(2s);
  connect("a", 60);
  pass(10s);
  drop("a");
  pass(2min);
  EXPECT_EQ(wills(), 0u);
}

TEST_F(session_store_test, a_second_delay_starts_at_the_second_loss) {
  watch();
  connect_with_will("a", 60, 3);
  drop("a");
  pass(1s);
  connect_with_will("a", 60, 3);
  pass(2s);
  drop("a");
  pass(3s - 1ns);
  EXPECT_EQ(wills(), 0u);
  pass(1ns);
  EXPECT_EQ(wills(), 1u);
}

TEST_F(session_store_test, clean_start_inside_the_delay_ends_the_session_and_sends_the_will) {
  watch();
  connect_with_will("a", 60, 30);
  drop("a");
  connect("a", 60, true);
  EXPECT_EQ(wills(), 1u);
}

TEST_F(session_store_test, disconnect_0x04_sends_the_will_and_0x00_does_not) {
  watch();
  connect_with_will("a", 60, 0);
  drop("a", close_cause::disconnect, 0);
  EXPECT_EQ(wills(), 0u);
  connect_with_will("a", 60, 0);
  drop("a", close_cause::disconnect, 4);
  EXPECT_EQ(wills(), 1u);
}

TEST_F(session_store_test, a_published_will_has_its_properties_but_not_the_delay) {
  watch();
  connect_with_will("a", 0, 5);
  drop("a");
  session& w = *connect("watcher", 60).who;
  const auto o = w.out.next(now);
  ASSERT_TRUE(o);
  EXPECT_EQ(o->copy.content->properties, (wire::property_list{wire::user_property("k", "v")}));
  EXPECT_EQ(o->copy.qos, 1);
}

TEST_F(session_store_test, takeover_of_an_interval_of_zero_ends_the_session_and_sends_the_will) {
  watch();
  connect_with_will("a", 0, 30);
  drop("a", close_cause::takeover);
  EXPECT_EQ(wills(), 1u);
  EXPECT_FALSE(connect("a", 60).session_present);
}

TEST_F(session_store_test, a_message_for_several_sessions_is_stored_for_each) {
  for (const char* id : {"a", "b", "c"}) {
    session& s = *connect(id).who;
    store.subscribe(s, {"t", 1}, std::nullopt, now);
    drop(id);
  }
  publish("t", "x");
  for (const char* id : {"a", "b", "c"}) EXPECT_EQ(store.find(id)->out.queued(), 1u);
}

TEST_F(session_store_test, subscribing_again_replaces_options_and_identifier) {
  session& s = *connect("a").who;
  store.subscribe(s, {"t", 2}, 7, now);
  store.subscribe(s, {"t", 0}, std::nullopt, now);
  publish("t", "x", 2);
  const auto o = s.out.next(now);
  ASSERT_TRUE(o);
  EXPECT_EQ(o->copy.qos, 0);
  EXPECT_TRUE(o->copy.identifiers.empty());
  EXPECT_FALSE(s.out.next(now));
}

TEST_F(session_store_test, unsubscribe_needs_the_equal_filter_and_keeps_what_waits) {
  session& s = *connect("a").who;
  store.subscribe(s, {"t/+", 1}, std::nullopt, now);
  drop("a");
  publish("t/x", "1");
  EXPECT_EQ(store.unsubscribe(s, "t/x"), 0x11);
  EXPECT_EQ(store.unsubscribe(s, "t/+"), 0x00);
  publish("t/x", "2");
  EXPECT_EQ(s.out.queued(), 1u);
}

TEST_F(session_store_test, retained_messages_outlive_their_publisher_and_expire) {
  message m;
  m.topic = "r";
  m.payload = "kept";
  m.retain = true;
  m.publisher = "pub";
  m.expiry_interval = 2;
  m.received = now;
  connect("pub", 0);
  store.publish(m, now);
  drop("pub");
  session& s = *connect("a").who;
  store.subscribe(s, {"#", 1}, std::nullopt, now);
  const auto o = s.out.next(now);
  ASSERT_TRUE(o);
  EXPECT_TRUE(o->copy.retain);
  pass(2s);
  store.subscribe(s, {"#", 1}, std::nullopt, now);
  EXPECT_FALSE(s.out.next(now));
  EXPECT_EQ(store.retained_count(), 0u);
}

TEST_F(session_store_test, a_share_serves_members_in_turn_and_ends_with_them) {
  for (const char* id : {"a", "b"}) {
    store.subscribe(*connect(id).who, {"$share/g/t", 1}, std::nullopt, now);
    store.subscribe(*store.find(id), {"$share/g/t", 1}, std::nullopt, now);  // counts once
    drop(id);
  }
  for (int n = 0; n < 4; ++n) publish("t", "x");
  EXPECT_EQ(store.find("a")->out.queued(), 2u);
  EXPECT_EQ(store.find("b")->out.queued(), 2u);
  connect("b");
  for (int n = 0; n < 4; ++n) publish("t", "x");
  EXPECT_EQ(store.find("b")->out.queued(), 6u);
  EXPECT_EQ(store.unsubscribe(*store.find("b"), "$share/g/t"), 0);
  publish("t", "x");
  EXPECT_EQ(store.find("a")->out.queued(), 3u);
}

TEST_F(session_store_test, a_share_passes_on_what_an_ended_session_owed_but_not_qos2_in_flight) {
  connect("a", 5);
  store.subscribe(*store.find("a"), {"$share/g/t", 2}, std::nullopt, now);
  publish("t", "begun", 2);
  publish("t", "unacknowledged", 1);
  session& a = *store.find("a");
  while (a.out.next(now)) {
  }
  drop("a");
  publish("t", "queued", 2);
  store.subscribe(*connect("b").who, {"$share/g/t", 2}, std::nullopt, now);
  EXPECT_FALSE(store.find("b")->out.next(now));
  pass(5s);
  std::vector<std::string> got;
  while (auto o = store.find("b")->out.next(now)) got.push_back(o->copy.content->payload);
  EXPECT_EQ(got, (std::vector<std::string>{"unacknowledged", "queued"}));
}

TEST_F(session_store_test, connect_takes_a_connected_session_over) {
  connect("a", 300);
  EXPECT_TRUE(connect("a", 0).session_present);
  EXPECT_FALSE(connect("a", 300).session_present);
}

TEST_F(session_store_test, state_that_a_defect_leaves_behind_belongs_to_no_session) {
  rules r;
  r.discard_state = [](const discard_facts& f) { return f.part != state_part::subscriptions; };
  session_store s({}, r);
  connect_request c;
  c.client_id = "a";
  session* who = s.connect(c, now).who;
  s.subscribe(*who, {"t", 1}, std::nullopt, now);
  s.disconnect(*who, {close_cause::peer_closed, 0, {}}, now);
  EXPECT_FALSE(s.holds("a"));
  const connect_outcome again = s.connect(c, now);
  EXPECT_FALSE(again.session_present);
  EXPECT_EQ(again.who->subscriptions.size(), 1u);
}

}  // namespace
}  // namespace mqttspec::model
