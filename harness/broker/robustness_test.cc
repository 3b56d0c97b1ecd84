// Random packets and mutations through several connections: no crash, and what must hold at every
// step does. The clients remember what they have not acknowledged.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "broker/state.h"
#include "broker/test_client.h"

namespace mqttspec::broker {
namespace {

constexpr std::uint32_t window = 3;

// One client slot: a connection at a time.
struct slot {
  connection_id id = 0;
  protocol_version version = v5;
  std::string client_id;
  byte_buffer in;
  std::set<std::uint16_t> publishes;  // received, not acknowledged, on this connection
  std::set<std::uint16_t> held;       // ids of QoS 2 between PUBREC and PUBCOMP
  std::set<std::uint16_t> released;   // PUBREL was sent again on this connection
  std::uint16_t last_pubrec = 0;
  bool open = false;
};

class chaos {
 public:
  chaos(std::uint64_t seed, const model::rules& r)
      : random_(seed),
        broker_({.queue_limit = 20, .qos0_queued = true, .receive_maximum = 5}, seed, r) {
    slots_.resize(6);
  }

  // What the broker did wrong first; empty: nothing.
  const std::string& broken() const { return broken_; }

  void step() {
    now_ += std::chrono::milliseconds(random_.below(400));
    broker_.advance(now_);
    deal_out();
    slot& s = slots_[random_.below(slots_.size())];
    if (!s.open) return open(s);
    switch (random_.below(12)) {
      case 0:
        return drop(s);
      case 1:
        return mutated(s);
      default:
        return send(s, random_packet(s));
    }
  }

 private:
  std::string topic() { return std::string("t/") + static_cast<char>('a' + random_.below(3)); }
  std::string filter() {
    static const char* const all[] = {"t/a", "t/+", "#", "$share/g/t/b", "t/#", "+/c"};
    return all[random_.below(std::size(all))];
  }
  std::uint8_t qos() { return static_cast<std::uint8_t>(random_.below(3)); }
  std::uint16_t any_id() { return static_cast<std::uint16_t>(1 + random_.below(6)); }

  void open(slot& s) {
    const auto which = static_cast<std::size_t>(&s - slots_.data());
    s = {};
    s.version = random_.below(2) == 0 ? v5 : v311;
    s.client_id = "c" + std::to_string(random_.below(slots_.size() - 1) + which / 5);
    s.id = broker_.accept(now_);
    s.open = true;
    packet p = wire::make(packet_type::connect, s.version);
    p.client_id = s.client_id;
    p.clean_start = random_.below(4) == 0;
    p.keep_alive = static_cast<std::uint16_t>(random_.below(30));
    if (random_.below(2) == 0) {
      p.will =
          make_will(topic(), s.version == v5 ? static_cast<std::uint32_t>(random_.below(5)) : 0);
    }
    if (s.version == v5) {
      p.properties = {wire::number_property(property_id::session_expiry_interval,
                                            static_cast<std::uint32_t>(random_.below(20))),
                      wire::number_property(property_id::receive_maximum, window),
                      wire::number_property(property_id::maximum_packet_size, 200)};
    }
    send(s, p);
  }

  packet random_packet(slot& s) {
    static const packet_type kinds[] = {
        packet_type::publish,   packet_type::publish,     packet_type::publish,
        packet_type::subscribe, packet_type::unsubscribe, packet_type::puback,
        packet_type::pubrec,    packet_type::pubrel,      packet_type::pubcomp,
        packet_type::pingreq,   packet_type::disconnect,  packet_type::puback};
    packet p = wire::make(kinds[random_.below(std::size(kinds))], s.version);
    switch (p.type) {
      case packet_type::publish:
        p.topic = topic();
        p.payload = std::string(random_.below(250), 'x');
        p.qos = qos();
        p.dup = p.qos > 0 && random_.below(3) == 0;
        p.retain = random_.below(4) == 0;
        if (p.qos > 0) p.packet_id = any_id();
        if (s.version == v5 && random_.below(2) == 0) {
          p.properties.push_back(wire::number_property(
              property_id::message_expiry_interval, static_cast<std::uint32_t>(random_.below(9))));
        }
        break;
      case packet_type::subscribe:
        p.packet_id = any_id();
        p.subscriptions.push_back({filter(), qos(), false, false, 0});
        break;
      case packet_type::unsubscribe:
        p.packet_id = any_id();
        p.filters.push_back(filter());
        break;
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubcomp: {
        const auto& from = p.type != packet_type::pubcomp ? s.publishes
                           : s.released.empty()           ? s.held
                                                          : s.released;
        p.packet_id = any_id();
        if (!from.empty() && random_.below(4) != 0) p.packet_id = *from.begin();
        if (s.version == v5 && random_.below(5) == 0 && p.type == packet_type::pubrec)
          p.reason = 0x80;
        break;
      }
      case packet_type::pubrel:
        p.packet_id = any_id();
        break;
      default:
        break;
    }
    return p;
  }

  void send(slot& s, const packet& p) {
    const auto e = wire::encode(p);
    ASSERT_TRUE(e) << wire::print(p);
    forget_acknowledged(s, p);
    broker_.receive(s.id, e->bytes, now_);
    deal_out();
  }

  // Before it is sent: the answer may already use the slot that it frees.
  void forget_acknowledged(slot& s, const packet& p) {
    const bool refused = p.reason >= 0x80;
    s.last_pubrec = p.type == packet_type::pubrec ? p.packet_id : std::uint16_t{0};
    if (p.type == packet_type::pubrec && refused) s.released.erase(p.packet_id);
    if (p.type == packet_type::pubcomp) s.released.erase(p.packet_id);
    if (p.type == packet_type::puback && qos_.at_or(s.id, p.packet_id) == 1) {
      s.publishes.erase(p.packet_id);
    }
    if (p.type == packet_type::pubrec && qos_.at_or(s.id, p.packet_id) == 2) {
      if (refused) {
        s.publishes.erase(p.packet_id);
        s.held.erase(p.packet_id);
      } else if (s.publishes.contains(p.packet_id)) {
        s.held.insert(p.packet_id);
      }
    }
    if (p.type == packet_type::pubcomp && s.held.erase(p.packet_id) != 0) {
      s.publishes.erase(p.packet_id);
    }
  }

  void mutated(slot& s) {
    auto e = wire::encode(random_packet(s));
    ASSERT_TRUE(e);
    const std::uint64_t changes = 1 + random_.below(3);
    for (std::uint64_t n = 0; n < changes && !e->bytes.empty(); ++n) {
      const std::size_t at = random_.below(e->bytes.size());
      switch (random_.below(4)) {
        case 0:
          e->bytes[at] = static_cast<std::uint8_t>(random_.next());
          break;
        case 1:
          e->bytes.resize(at);
          break;
        case 2:
          e->bytes.insert(e->bytes.begin() + static_cast<std::ptrdiff_t>(at), 0xFF);
          break;
        default:
          e->bytes[at] ^= static_cast<std::uint8_t>(1u << random_.below(8));
          break;
      }
    }
    // What a mutated packet acknowledged is not known; the slot's bookkeeping ends with it.
    broker_.receive(s.id, e->bytes, now_);
    deal_out();
    if (s.open) drop(s);
  }

  void drop(slot& s) {
    broker_.peer_closed(s.id, now_);
    s.open = false;
    deal_out();
  }

  slot* of(connection_id id) {
    for (slot& s : slots_) {
      if (s.id == id && s.open) return &s;
    }
    return nullptr;
  }

  void deal_out() {
    for (output& o : broker_.take_outputs()) {
      if (auto* c = std::get_if<close_connection>(&o)) {
        if (slot* s = of(c->to)) s->open = false;
        continue;
      }
      auto& data = std::get<send_octets>(o);
      slot* s = of(data.to);
      if (s == nullptr) continue;
      s->in.insert(s->in.end(), data.octets.begin(), data.octets.end());
      while (!s->in.empty()) {
        const auto f = wire::split(s->in, s->version);
        if (!f || !*f) return fail("not a whole packet");
        const auto p = wire::decode((*f)->bytes, {s->version, wire::sender::server});
        if (!p) return fail(print(p.error()));
        if (s->version == v5 && (*f)->bytes.size() > 200) return fail("packet too large");
        const auto size = static_cast<std::ptrdiff_t>((*f)->bytes.size());
        receive(*s, *p);
        s->in.erase(s->in.begin(), s->in.begin() + size);
      }
    }
  }

  void receive(slot& s, const packet& p) {
    if (p.type == packet_type::pubrel) {
      // Sent again on resume: its id is in flight, but it costs no slot.
      const bool answer = s.last_pubrec == p.packet_id || s.publishes.contains(p.packet_id);
      if (!answer) s.released.insert(p.packet_id);
      return;
    }
    if (p.type != packet_type::publish || p.qos == 0) return;
    if (s.released.contains(p.packet_id)) fail("the id of a PUBREL is used again");
    if (!s.publishes.insert(p.packet_id).second) fail("a packet id is used twice");
    qos_.set(s.id, p.packet_id, p.qos);
    if (s.version == v5 && s.publishes.size() > window) fail("Receive Maximum is exceeded");
    ++deliveries;
  }

  void fail(const std::string& what) {
    if (broken_.empty()) broken_ = what;
  }

  struct qos_of_ids {
    std::map<std::pair<connection_id, std::uint16_t>, std::uint8_t> all;
    void set(connection_id c, std::uint16_t id, std::uint8_t q) { all[{c, id}] = q; }
    int at_or(connection_id c, std::uint16_t id) const {
      const auto found = all.find({c, id});
      return found == all.end() ? -1 : found->second;
    }
  };

  random_source random_;
  broker broker_;
  std::vector<slot> slots_;
  qos_of_ids qos_;
  std::string broken_;
  instant now_{};

 public:
  std::size_t deliveries = 0;
};

std::string play(std::uint64_t seed, const model::rules& r, std::size_t* deliveries = nullptr) {
  chaos c(seed, r);
  for (int n = 0; n < 2000 && c.broken().empty(); ++n) c.step();
  if (deliveries != nullptr) *deliveries += c.deliveries;
  return c.broken();
}

TEST(broker_robustness, twenty_thousand_random_packets_break_no_invariant) {
  std::size_t deliveries = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(play(seed, model::sound_rules(), &deliveries), "") << "seed " << seed;
  }
  EXPECT_GT(deliveries, 1000u);  // or the random clients do not get anywhere
}

TEST(broker_robustness, the_invariants_find_planted_defects) {
  struct row {
    void (*plant)(model::rules&);
    const char* finds;
  };
  const row rows[] = {
      {[](model::rules& r) { r.in_flight_window = [](const auto&) { return 9u; }; },
       "Receive Maximum is exceeded"},
      {[](model::rules& r) {
         r.acknowledgement_frees_quota = [](const auto& f) { return f.known; };
       },
       "Receive Maximum is exceeded"},
      {[](model::rules& r) {
         r.packet_id_is_usable = [](const model::packet_id_facts& f) {
           return f.candidate > 0 && f.candidate < 9;
         };
       },
       "a packet id is used twice"},
      {[](model::rules& r) { r.outbound_too_large = [](const auto&) { return false; }; },
       "packet too large"},
  };
  for (const row& each : rows) {
    model::rules r;
    each.plant(r);
    std::string found;
    for (std::uint64_t seed = 1; seed <= 10 && found.empty(); ++seed) found = play(seed, r);
    EXPECT_EQ(found, each.finds);
  }
}

TEST(broker_robustness, five_thousand_clients_are_served_and_their_sessions_end_on_time) {
  test_world w;
  constexpr int clients = 5000;
  for (int n = 0; n < clients; ++n) {
    test_client c(w, n % 2 == 0 ? v5 : v311);
    c.connect("c" + std::to_string(n), {.expiry = 60, .keep_alive = 30});
    c.subscribe("t/" + std::to_string(n), 1);
  }
  test_client pub(w, v5);
  pub.connect("pub");
  for (int n = 0; n < clients; ++n) pub.publish("t/" + std::to_string(n), "x", 0);
  w.pass(45s);  // all are silent and closed
  EXPECT_EQ(w.closed.size(), static_cast<std::size_t>(clients));
  EXPECT_EQ(w.b.next_deadline(), w.now + 60s);
  w.pass(60s);
  EXPECT_EQ(w.b.next_deadline(), never);
}

TEST(broker_robustness, a_filter_of_many_levels_is_refused_and_not_stored) {
  test_world w;
  test_client a(w, v5);
  a.connect("a");
  EXPECT_EQ(a.subscribe(std::string(60000, '/'), 0).reasons.at(0),
            code_of(reason_code::quota_exceeded));
  a.subscribe("#", 0);
  a.publish(std::string(60000, '/'), "x");
  EXPECT_EQ(a.take(packet_type::publish).topic.size(), 60000u);
}

}  // namespace
}  // namespace mqttspec::broker
