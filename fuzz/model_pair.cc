// The same histories as `session`, told to two implementations: the embedded broker with the model
// that everything here shares, and simple_session, which shares nothing with it. Packet by packet
// both must owe the same clients the same: Session Present, granted expiry, reason codes, and every
// message with QoS, flags, identifiers and what is left of its expiry. Packet Identifiers are free,
// and so is the order between topics, and between answers and messages.

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/player.h"
#include "fuzz/simple_session.h"
#include "fuzz/target.h"
#include "wire/notation.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;

constexpr unsigned plain_filters = 12;  // those behind them are shared

class comparison : public player {
 public:
  comparison(const history& h, const model::rules& rules)
      : player(h, rules), simple_(simple_options_of(h.settings), versions_of(h.settings)) {}

 private:
  static simple_options simple_options_of(const history_settings& s) {
    simple_options o;
    if (s.small_queue) o.queue_limit = 3;
    o.drop_oldest = s.overflow == static_cast<std::uint8_t>(broker::overflow_policy::drop_oldest);
    o.qos0_queued = s.qos0_queued;
    o.forwarded_at_release = s.forwarded_at_release;
    o.forgets_at_restart = s.forgets_at_restart;
    if (s.small_window) o.window = 2;
    if (s.small_receive_maximum) o.receive_maximum = 2;
    if (s.short_expiry) o.expiry_max = 60;
    if (s.short_v311_expiry) o.v311_expiry = 60;
    if (s.no_aliases) o.alias_maximum = 0;
    return o;
  }
  static std::vector<protocol_version> versions_of(const history_settings& s) {
    return {s.versions.begin(), s.versions.begin() + s.clients};
  }

  // Only what the simple model has words for.
  broker::broker_options options() const override {
    broker::broker_options o = player::options();
    if (o.overflow == broker::overflow_policy::disconnect) {
      o.overflow = broker::overflow_policy::drop_newest;
    }
    o.maximum_qos = 2;
    o.retain_available = true;
    o.server_keep_alive = 0;
    o.maximum_packet_size = 1u << 20;
    return o;
  }
  std::string_view subscribed(unsigned choice) const override {
    return filter_of(choice % plain_filters);
  }
  bool admit(action& x) const override {
    if (x.kind == action_kind::octets || x.kind == action_kind::pieces) return false;
    if (x.kind == action_kind::connect) {
      x.a &= 0x7F;  // no keep alive
      x.b &= 0xBF;  // no small packets
    }
    if (x.kind == action_kind::restart) x.a &= 0xFE;  // killed
    return true;
  }

  void sending(link& l, const packet& p) override {
    expect_nothing_left();
    simple_.receive(l.client, p, now());
  }
  void closed(link& l, bool by_client) override {
    if (by_client) {
      expect_nothing_left();
      return simple_.lost(l.client, now());
    }
    auto& owed = simple_.owed();
    const auto at = std::find_if(owed.begin(), owed.end(), [&](const owed_packet& o) {
      return o.client == l.client && o.closes;
    });
    if (at == owed.end()) violated(fmt::format("{} is dropped for no reason", peer_of(l).id));
    owed.erase(at);
  }
  void time_is(instant when) override {
    expect_nothing_left();
    simple_.advance(when);
  }
  void stopping(bool) override {
    stopped_at_ = now();
    simple_.killed(now());
  }
  void started() override { simple_.started(stopped_at_); }
  void step_done() override { expect_nothing_left(); }

  void received(link& l, const packet& p, std::size_t) override {
    auto& owed = simple_.owed();
    const auto at = std::find_if(owed.begin(), owed.end(), [&](const owed_packet& o) {
      return o.client == l.client && !o.closes && is_slot_of(p, o.what);
    });
    if (at == owed.end()) {
      violated(
          fmt::format("{} gets {}, which it is not owed{}", peer_of(l).id, print(p), print_owed()));
    }
    if (!is_equal(l, p, at->what)) {
      violated(fmt::format("{} gets {} and is owed {}", peer_of(l).id, print(p), print(at->what)));
    }
    if (at->copy != 0) simple_.took_id(at->copy, p.packet_id);
    owed.erase(at);
  }

  // What is owed next of the kind of |got|: the order within a topic and QoS is not free.
  static bool is_slot_of(const packet& got, const packet& owed) {
    if (got.type != owed.type) return false;
    if (got.type != packet_type::publish) return got.packet_id == owed.packet_id;
    if (got.topic != owed.topic || got.qos != owed.qos || got.dup != owed.dup) return false;
    return !got.dup || got.packet_id == owed.packet_id;
  }

  static std::vector<std::uint32_t> identifiers_of(const packet& p) {
    std::vector<std::uint32_t> list;
    for (const property& each : p.properties) {
      if (each.id == property_id::subscription_identifier) list.push_back(each.number);
    }
    std::sort(list.begin(), list.end());
    return list;
  }

  static bool is_equal(const link& l, const packet& got, const packet& owed) {
    if (got.reason != owed.reason || got.session_present != owed.session_present ||
        got.payload != owed.payload || got.retain != owed.retain || got.reasons != owed.reasons) {
      return false;
    }
    const auto expiry = property_id::message_expiry_interval;
    if (find_number(got.properties, expiry) != find_number(owed.properties, expiry)) return false;
    if (identifiers_of(got) != identifiers_of(owed)) return false;
    if (got.type != packet_type::connack || got.version == protocol_version::v311) return true;
    // Told only when it is not what was asked.
    const auto interval = property_id::session_expiry_interval;
    const auto told = find_number(got.properties, interval);
    const auto asked = find_number(l.connect.properties, interval).value_or(0);
    return told.value_or(asked) == *find_number(owed.properties, interval);
  }

  std::string print_owed() {
    std::string text = "; owed:";
    for (const owed_packet& o : simple_.owed()) {
      text += fmt::format("\n  {} {}", peers()[o.client].id, o.closes ? "close" : print(o.what));
    }
    return text;
  }
  void expect_nothing_left() {
    if (!simple_.owed().empty()) violated("something owed stays away" + print_owed());
  }

  simple_server simple_;
  instant stopped_at_{};
};

}  // namespace

void play_model_pair(byte_view input, const model::rules& rules) {
  if (input.size() < history_header) return;
  const history h = read_history(input);
  comparison(h, rules).play();
}

int fuzz_model_pair(byte_view input) {
  play_model_pair(input, model::sound_rules());
  return 0;
}

std::size_t mutate_model_pair(const mutation& m) {
  return mutate_history(m);
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(model_pair);
