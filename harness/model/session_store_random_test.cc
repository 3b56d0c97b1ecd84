// Random histories through the session model; what must hold after every step does.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "model/session_store.h"

namespace mqttspec::model {
namespace {

constexpr std::size_t queue_limit = 10;
constexpr std::uint32_t window = 4;

class history {
 public:
  explicit history(std::uint64_t seed)
      : random_(seed),
        store_({.outbox = {.queue_limit = queue_limit,
                           .overflow = static_cast<overflow_action>(seed % 3),
                           .qos0_queued = seed % 2 == 0,
                           .window = window}},
               sound_rules()) {}

  void step() {
    now_ += std::chrono::milliseconds(random_.below(700));
    store_.advance(now_);
    ASSERT_GT(store_.next_deadline(), now_);
    const std::string id(1, static_cast<char>('a' + random_.below(5)));
    session* who = store_.find(id);
    const bool connected = who != nullptr && who->connected;
    switch (random_.below(8)) {
      case 0:
        connect(id);
        break;
      case 1:
        if (connected) disconnect(*who);
        break;
      case 2:
        if (connected) store_.subscribe(*who, {filter(), qos()}, std::nullopt, now_);
        break;
      case 3:
        if (connected) store_.unsubscribe(*who, filter());
        break;
      case 4:
        if (connected) acknowledge(*who);
        break;
      default:
        publish();
        break;
    }
    send();
    check();
  }

 private:
  std::uint8_t qos() { return static_cast<std::uint8_t>(random_.below(3)); }
  std::string filter() {
    static const char* const all[] = {"t/a", "t/+", "#", "$share/g/t/#", "$share/h/t/b"};
    return all[random_.below(std::size(all))];
  }

  void connect(const std::string& id) {
    const session* before = store_.find(id);
    const bool lasts = before != nullptr && (!before->connected || before->interval > 0);
    connect_request r;
    r.client_id = id;
    r.clean_start = random_.below(4) == 0;
    r.asked_interval = static_cast<std::uint32_t>(random_.below(6));
    r.receive_maximum = static_cast<std::uint32_t>(1 + random_.below(6));
    if (random_.below(2) == 0) {
      r.will = wire::will_message{"t/w", "w", qos(), random_.below(2) == 0, {}};
      r.will->properties.push_back(wire::number_property(
          wire::property_id::will_delay_interval, static_cast<std::uint32_t>(random_.below(4))));
    }
    const bool clean = r.clean_start;
    ASSERT_EQ(store_.connect(std::move(r), now_).session_present, lasts && !clean);
  }

  void disconnect(session& who) {
    const auto cause = static_cast<close_cause>(random_.below(7));
    const std::string id = who.client_id;
    const std::uint32_t interval = who.interval;
    store_.disconnect(who, {cause, 0, {}}, now_);
    const session* after = store_.find(id);
    ASSERT_EQ(after != nullptr, interval > 0);
    if (after != nullptr) {
      ASSERT_EQ(after->end, now_ + std::chrono::seconds(interval));
    }
  }

  void acknowledge(session& who) {
    static const wire::packet_type kinds[] = {wire::packet_type::puback, wire::packet_type::pubrec,
                                              wire::packet_type::pubcomp};
    for (std::uint16_t id = 1; id < 200; ++id) {
      who.out.acknowledge(kinds[random_.below(3)], id, random_.below(9) == 0 ? 0x80 : 0);
    }
  }

  void publish() {
    message m;
    m.topic = std::string("t/") + static_cast<char>('a' + random_.below(3));
    m.payload = random_.below(4) == 0 ? "" : "x";
    m.qos = qos();
    m.retain = random_.below(4) == 0;
    if (random_.below(2) == 0) m.expiry_interval = static_cast<std::uint32_t>(random_.below(5));
    m.received = now_;
    store_.publish(std::move(m), now_);
  }

  void send() {
    for (session* who : store_.take_touched()) {
      std::set<std::uint16_t> sent;
      while (const auto o = who->out.next(now_)) {
        if (o->type == wire::packet_type::pubrel || o->copy.qos == 0) continue;
        ASSERT_TRUE(sent.insert(o->packet_id).second);
        ASSERT_NE(who->out.find(o->packet_id), nullptr);
      }
    }
  }

  void check() {
    for (const char id : std::string("abcde")) {
      const session* who = store_.find(std::string(1, id));
      if (who == nullptr) continue;
      ASSERT_LE(who->out.slots_in_use(), std::min(window, who->out.window()));
      ASSERT_LE(who->out.slots_in_use(), who->out.in_flight());
      ASSERT_LE(who->out.queued(), queue_limit);
      if (!who->connected) {
        ASSERT_GT(who->end, now_);
      }
    }
  }

  random_source random_;
  session_store store_;
  instant now_{};
};

TEST(session_store_random, histories_keep_the_invariants) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    history h(seed);
    for (int n = 0; n < 1000; ++n) {
      h.step();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace mqttspec::model
