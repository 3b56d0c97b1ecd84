// Histories of one to four clients against the embedded broker in memory, on a clock that the input
// moves. Whatever the clients do, octets that are no packet among it, this holds after each step:
//
//  - every packet from the broker decodes strictly, CONNACK comes first and once, and nothing is
//    sent behind DISCONNECT or to a connection that is gone
//  - a Packet Identifier is in use once; what is repeated is repeated unchanged, with DUP, once a
//    connection, on a resumed session only, and in the order of the first time
//  - no more is in flight than Receive Maximum and the broker's window allow
//  - messages of one publisher, topic and QoS arrive in order and once
//  - PUBREL answers a PUBREC, or repeats itself at resumption; none that is owed stays away
//  - every publication and release of a client is answered, and nothing else is
//  - a will comes once, and never behind a normal DISCONNECT
//  - Session Present is 1 exactly while there is a session; nothing of an ended one comes back
//  - no trace rule (harness/oracle) has anything to say

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "fuzz/naive_topic.h"
#include "fuzz/player.h"
#include "fuzz/target.h"
#include "oracle/watch.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;

// Which filters match which topics, worked out once.
bool filter_covers(unsigned filter, std::string_view topic) {
  static const auto table = [] {
    std::array<std::array<bool, 8>, filter_count> t{};
    for (unsigned f = 0; f < filter_count; ++f) {
      for (unsigned n = 0; n < 8; ++n) {
        t[f][n] = naive_matches(naive_plain_filter(filter_of(f)), topic_of(n));
      }
    }
    return t;
  }();
  for (unsigned n = 0; n < 8; ++n) {
    if (topic_of(n) == topic) return table[filter][n];
  }
  return false;
}

unsigned filter_index(std::string_view filter) {
  for (unsigned f = 0; f < filter_count; ++f) {
    if (filter_of(f) == filter) return f;
  }
  return filter_count;
}

// A delivery that its receiver has not acknowledged to the end.
struct in_flight {
  packet publish;
  bool released = false;      // PUBREC was sent
  bool repeated = false;      // on this connection; true from the start on its own
  bool release_seen = false;  // PUBREL came on this connection
  bool counts = false;        // holds a slot of this connection's window
  bool may_be_gone = false;   // it was perhaps too large for a connection, and so complete
};

struct last_message {
  std::size_t publisher = 0;
  std::string topic;
  std::uint8_t published = 0;
  std::uint8_t delivered = 0;
  std::uint32_t serial = 0;
};

struct session_record {
  bool alive = false;
  bool uncertain = false;  // a connection was garbled: what the broker read is a guess
  instant end = never;     // while no connection has it
  std::uint32_t interval = 0;
  std::uint32_t start_serial = 0;
  std::uint32_t filters = 0;  // all ever subscribed to, a bit each
  bool shares = false;
  std::vector<in_flight> flights;
  std::vector<last_message> last;
  std::vector<owed_answer> expected;  // from the broker, on this connection
  std::vector<std::pair<std::uint32_t, unsigned>> wills_seen;
};

struct will_record {
  std::uint32_t serial = 0;
  bool spared = false;  // a normal DISCONNECT took it away
};

class watcher : public player {
 public:
  watcher(const history& h, const model::rules& rules)
      : player(h, rules),
        records_(h.settings.clients),
        rules_({.own = "", .queue_limit = options().queue_limit}) {}

  void ask_rules() {
    rules_.finish(now());
    for (const oracle::finding& f : rules_.findings()) {
      violated(fmt::format("trace rule {}: {}", f.rule, f.message));
    }
  }

 private:
  session_record& record_of(const link& l) { return records_[l.client]; }

  std::uint32_t granted_interval(const link& l, const packet& connack) const {
    if (l.connect.version == protocol_version::v311) {
      if (l.connect.clean_start) return 0;
      return plan().settings.short_v311_expiry ? 60 : never_expires;
    }
    const auto told = find_number(connack.properties, property_id::session_expiry_interval);
    const auto asked = find_number(l.connect.properties, property_id::session_expiry_interval);
    return told ? *told : asked.value_or(0);
  }

  // What was garbled is no packet to the rules.
  void look_at(const link& l) {
    if (l.garbled && told_garbled_.insert(l.id).second) rules_.sent(l.id, {}, nullptr, now());
  }

  void sending(link& l, const packet& p) override {
    if (p.type == packet_type::connect) {
      rules_.opened(l.id, peer_of(l).id, p.version, now());
    }
    look_at(l);
    rules_.sent(l.id, {}, &p, now());
    if (!l.connected) return;
    session_record& r = record_of(l);
    const auto expect = [&](packet_type type) { r.expected.push_back({type, p.packet_id}); };
    switch (p.type) {
      case packet_type::publish:
        if (p.qos != 0) expect(p.qos == 1 ? packet_type::puback : packet_type::pubrec);
        break;
      case packet_type::pubrel:
        expect(packet_type::pubcomp);
        break;
      case packet_type::subscribe: {
        expect(packet_type::suback);
        const unsigned f = filter_index(p.subscriptions[0].filter);
        r.filters |= 1u << f;
        r.shares = r.shares || p.subscriptions[0].filter.starts_with("$share");
        break;
      }
      case packet_type::unsubscribe:
        expect(packet_type::unsuback);
        break;
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubcomp:
        acknowledging(r, p);
        break;
      case packet_type::disconnect:
        leaving(l, r, p);
        break;
      default:
        break;
    }
  }

  void acknowledging(session_record& r, const packet& p) {
    const auto at = std::find_if(r.flights.begin(), r.flights.end(), [&](const in_flight& f) {
      return f.publish.packet_id == p.packet_id;
    });
    const bool found = at != r.flights.end();
    if (p.type == packet_type::puback) {
      if (found && at->publish.qos == 1) r.flights.erase(at);
      return;
    }
    if (p.type == packet_type::pubcomp) {
      if (found && at->released) r.flights.erase(at);
      return;
    }
    if (p.reason >= 0x80) {
      if (found && at->publish.qos == 2) r.flights.erase(at);
      return;
    }
    if (found && at->publish.qos == 2) at->released = at->repeated = true;
    r.expected.push_back({packet_type::pubrel, p.packet_id});
  }

  void leaving(link& l, session_record& r, const packet& p) {
    const auto asked = find_number(l.connect.properties, property_id::session_expiry_interval);
    const auto update = find_number(p.properties, property_id::session_expiry_interval);
    // 0 cannot be raised again: no valid DISCONNECT then. [v5:v5-3.14.2.2.2-c]
    const bool valid = !update || *update == 0 || asked.value_or(0) != 0;
    if (valid && update) {
      r.interval = plan().settings.short_expiry ? std::min(*update, 60u) : *update;
    }
    if (!valid || p.reason != 0 || !l.connect.will || l.garbled) return;
    const auto mark = mark_of(l.connect.will->payload);
    for (will_record& w : wills_) {
      if (mark && w.serial == mark->serial) w.spared = true;
    }
  }

  void received(link& l, const packet& p, std::size_t size) override {
    look_at(l);
    rules_.received(l.id, p, size, now());
    session_record& r = record_of(l);
    switch (p.type) {
      case packet_type::connack:
        return connected(l, r, p);
      case packet_type::publish:
        return delivered(l, r, p);
      case packet_type::pubrel:
        return released(l, r, p);
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubcomp:
      case packet_type::suback:
      case packet_type::unsuback:
        if (!take_expected(r, p.type, p.packet_id)) {
          require(l.garbled || r.uncertain, "an answer to nothing");
        }
        return;
      case packet_type::pingresp:
        require(l.garbled, "PINGRESP to no PINGREQ");
        return;
      case packet_type::disconnect:
        require(l.connect.version == protocol_version::v5, "DISCONNECT to a client of 3.1.1");
        return;
      default:
        violated("a packet that a broker does not send");
    }
  }

  bool take_expected(session_record& r, packet_type type, std::uint16_t id) {
    const auto at = std::find_if(r.expected.begin(), r.expected.end(), [&](const owed_answer& e) {
      return e.type == type && e.id == id;
    });
    if (at == r.expected.end()) return false;
    r.expected.erase(at);
    return true;
  }

  void connected(link& l, session_record& r, const packet& p) {
    r.expected.clear();
    if (p.reason != 0) {
      require(!p.session_present, "Session Present 1 in a refusal");
      return;
    }
    const bool there = r.alive && (r.end == never || now() < r.end);
    if (l.connect.clean_start) require(!p.session_present, "Session Present 1 for a clean start");
    if (!r.uncertain && !l.connect.clean_start) {
      require(p.session_present == there, there ? "a session is lost" : "an ended session is back");
    }
    const std::uint32_t interval = granted_interval(l, p);
    if (!p.session_present) {
      r = session_record{};
      r.start_serial = last_serial();
    }
    r.alive = true;
    r.end = never;
    r.interval = interval;
    for (in_flight& f : r.flights) f.repeated = f.release_seen = f.counts = false;
    if (l.connect.will) {
      if (const auto mark = mark_of(l.connect.will->payload))
        wills_.push_back({mark->serial, false});
    }
    resumed_ = p.session_present ? &l : nullptr;
  }

  std::uint32_t window_of(const link& l) const {
    const std::uint32_t broker_window = plan().settings.small_window ? 2 : 65535;
    if (l.connect.version == protocol_version::v311) return broker_window;
    const auto asked = find_number(l.connect.properties, property_id::receive_maximum);
    return std::min(asked.value_or(65535), broker_window);
  }

  void delivered(link& l, session_record& r, const packet& p) {
    check_origin(r, p);
    if (p.qos == 0) {
      if (!p.retain) check_order(r, p);
      return;
    }
    if (r.uncertain || l.garbled) return;
    auto same = std::find_if(r.flights.begin(), r.flights.end(), [&](const in_flight& f) {
      return f.publish.packet_id == p.packet_id;
    });
    if (!p.dup && same != r.flights.end() && same->may_be_gone) {
      r.flights.erase(same);
      same = r.flights.end();
    }
    if (p.dup) {
      require(same != r.flights.end(), "a repetition of what was never sent, or is complete");
      require(!same->released, "PUBLISH again behind PUBREC");
      require(!same->repeated, "repeated on the connection that it was sent on");
      require(same->publish.topic == p.topic && same->publish.payload == p.payload &&
                  same->publish.qos == p.qos && same->publish.retain == p.retain,
              "a repetition differs from the first time");
      for (auto later = same + 1; later != r.flights.end(); ++later) {
        require(later->released || !later->repeated, "repeated in another order");
      }
      same->may_be_gone = false;
      same->repeated = true;
      same->counts = true;
    } else {
      require(same == r.flights.end(), "a Packet Identifier is used twice");
      for (const in_flight& f : r.flights) {
        require(f.repeated || f.released || f.may_be_gone || small(l),
                "a new message in front of a repetition");
      }
      if (!p.retain) check_order(r, p);
      r.flights.push_back({p, false, true, false, true, false});
    }
    const auto used = std::count_if(r.flights.begin(), r.flights.end(),
                                    [](const in_flight& f) { return f.counts; });
    require(static_cast<std::uint32_t>(used) <= window_of(l), "more in flight than is allowed");
  }

  // A connection that may be too narrow for what is owed.
  static bool small(const link& l) {
    return find_property(l.connect.properties, property_id::maximum_packet_size) != nullptr;
  }

  void check_origin(session_record& r, const packet& p) {
    bool covered = false;
    for (unsigned f = 0; f < filter_count; ++f) {
      covered = covered || ((r.filters >> f & 1) != 0 && filter_covers(f, p.topic));
    }
    require(covered || r.uncertain || any_garbled_, "a message that nobody subscribed to");
    const auto mark = mark_of(p.payload);
    if (!mark || any_garbled_) return;
    if (mark->will) {
      for (const will_record& w : wills_) {
        require(w.serial != mark->serial || !w.spared, "a will behind a normal DISCONNECT");
      }
      if (p.dup || p.retain) return;
      auto seen = std::find_if(r.wills_seen.begin(), r.wills_seen.end(),
                               [&](const auto& s) { return s.first == mark->serial; });
      if (seen == r.wills_seen.end()) seen = r.wills_seen.insert(seen, {mark->serial, 0});
      require(++seen->second == 1 || r.shares, "a will comes twice");
      return;
    }
    const bool late = plan().settings.forwarded_at_release && mark->qos == 2;
    require(p.retain || late || r.shares || mark->serial > r.start_serial,
            "a message from before the session");
  }

  void check_order(session_record& r, const packet& p) {
    const auto mark = mark_of(p.payload);
    if (!mark || mark->will || any_garbled_) return;
    if (plan().settings.forwarded_at_release && mark->qos == 2) return;  // in the order of PUBREL
    // What another member of the share did not get to the end comes here late. [v5:v5-4.8.2-c]
    if (r.shares) return;
    for (last_message& m : r.last) {
      if (m.publisher != mark->client || m.topic != p.topic || m.published != mark->qos ||
          m.delivered != p.qos) {
        continue;
      }
      require(mark->serial > m.serial, "a message in the wrong order, or twice");
      m.serial = mark->serial;
      return;
    }
    r.last.push_back({mark->client, p.topic, mark->qos, p.qos, mark->serial});
  }

  void released(link& l, session_record& r, const packet& p) {
    const auto at = std::find_if(r.flights.begin(), r.flights.end(), [&](const in_flight& f) {
      return f.publish.packet_id == p.packet_id;
    });
    const bool known = at != r.flights.end() && at->released;
    if (known) at->release_seen = true;
    if (take_expected(r, packet_type::pubrel, p.packet_id)) return;
    if (r.uncertain || l.garbled) return;
    require(known, "PUBREL without PUBREC");
    require(resumed_ == &l, "PUBREL again on the same connection");
  }

  void closed(link& l, bool by_client) override {
    look_at(l);
    rules_.ended(
        l.id,
        by_client ? oracle::end_of_link::closed_by_client : oracle::end_of_link::closed_by_server,
        now());
    session_record& r = record_of(l);
    any_garbled_ = any_garbled_ || l.garbled;
    if (resumed_ == &l) resumed_ = nullptr;
    // CONNACK itself was too large for the client: perhaps there is a new session all the same.
    if (!l.answered && small(l)) r.uncertain = true;
    if (!l.connected) return;
    r.expected.clear();
    r.uncertain = r.uncertain || l.garbled;
    // What is too large for a client counts as sent. [v5:MQTT-3.1.2-25]
    for (in_flight& f : r.flights) {
      f.may_be_gone = f.may_be_gone || (small(l) && !f.repeated && !f.released);
    }
    r.alive = r.interval != 0;
    r.end = r.interval == never_expires ? never
                                        : saturating_add(now(), std::chrono::seconds(r.interval));
  }

  void stopping(bool) override {
    forgets_ = plan().settings.forgets_at_restart;
    rules_.restarted(now());
  }
  void started() override {
    if (!forgets_) return;
    for (session_record& r : records_) r = session_record{};
  }

  void step_done() override {
    for (std::size_t client = 0; client < records_.size(); ++client) {
      const link* l = live_link(client);
      if (l == nullptr) continue;
      session_record& r = records_[client];
      any_garbled_ = any_garbled_ || l->garbled;
      if (l->garbled || r.uncertain) continue;
      require(r.expected.empty(), "an answer stays away");
      if (resumed_ == l) check_resumption(*l, r);
    }
    resumed_ = nullptr;
  }

  // The session was resumed in this step: all that is owed has come again.
  void check_resumption(const link& l, const session_record& r) {
    std::uint32_t used = 0;
    for (const in_flight& f : r.flights) {
      if (f.released) {
        require(f.release_seen, "PUBREL is owed and does not come");
      } else if (f.repeated) {
        ++used;
      }
    }
    for (const in_flight& f : r.flights) {
      require(f.released || f.repeated || f.may_be_gone || small(l) || used >= window_of(l),
              "an unacknowledged message is not repeated");
    }
  }

  std::vector<session_record> records_;
  std::vector<will_record> wills_;
  const link* resumed_ = nullptr;  // the connection that resumed its session in this step
  bool any_garbled_ = false;
  bool forgets_ = false;
  oracle::watch rules_;
  std::set<broker::connection_id> told_garbled_;
};

}  // namespace

void play_session(byte_view input, const model::rules& rules) {
  if (input.size() < history_header) return;
  const history h = read_history(input);
  watcher w(h, rules);
  w.play();
  w.ask_rules();
}

int fuzz_session(byte_view input) {
  play_session(input, model::sound_rules());
  return 0;
}

std::size_t mutate_session(const mutation& m) {
  return mutate_history(m);
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(session);
