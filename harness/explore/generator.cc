#include "explore/generator.h"

#include <algorithm>
#include <sstream>

namespace mqttspec::explore {

using wire::protocol_version;

namespace {

constexpr std::size_t at(action_kind k) {
  return static_cast<std::size_t>(k);
}

// What tells two steps apart where coverage is counted.
std::uint64_t shape(const action& a) {
  std::uint64_t s = at(a.kind);
  if (a.kind == action_kind::connect) {
    s |= static_cast<std::uint64_t>(a.clean) << 8 |
         static_cast<std::uint64_t>(a.will.has_value()) << 9 |
         static_cast<std::uint64_t>(a.expiry.value_or(0) > 0) << 10;
  }
  if (a.kind == action_kind::probe) s |= static_cast<std::uint64_t>(a.probe) << 8;
  if (a.kind == action_kind::cut) s |= static_cast<std::uint64_t>(a.cut) << 8;
  if (a.kind == action_kind::publish) {
    s |= static_cast<std::uint64_t>(a.qos) << 8 | static_cast<std::uint64_t>(a.retain) << 10;
  }
  if (a.kind == action_kind::subscribe) s |= static_cast<std::uint64_t>(a.share) << 8;
  return s | static_cast<std::uint64_t>(a.client) << 16;
}

}  // namespace

void generator::begin() {
  drawn_ = 0;
  settled_ = 0;
  waited_ = 0;
  manner m;
  m.clients = static_cast<std::uint8_t>(1 + random_.below(3));
  if (m.clients == 1 && chance(60)) m.clients = 2;
  m.actions = static_cast<std::uint16_t>(6 + random_.below(options_.most_actions - 5u));
  const bool mixed = chance(20);
  const protocol_version all = options_.versions[random_.below(options_.versions.size())];
  for (auto& v : m.version) {
    v = mixed ? options_.versions[random_.below(options_.versions.size())] : all;
  }
  m.waits = random_.below(1000) < options_.waiting;
  const auto weigh = [&](action_kind k, std::initializer_list<unsigned> values) {
    m.weight[at(k)] = one_of(values);
  };
  weigh(action_kind::connect, {2, 5});
  weigh(action_kind::subscribe, {6, 10});
  weigh(action_kind::unsubscribe, {0, 0, 1, 3});
  weigh(action_kind::publish, {12, 20});
  weigh(action_kind::repeat, {0, 2, 6});
  weigh(action_kind::release, {2, 6, 12});
  weigh(action_kind::acknowledge, {2, 8, 20});
  weigh(action_kind::again, {0, 0, 1, 3});
  weigh(action_kind::wrong, {0, 0, 0, 0, 1});
  weigh(action_kind::refuse, {0, 0, 1, 3});
  weigh(action_kind::cut, {4, 8});
  m.weight[at(action_kind::wait)] = m.waits ? one_of({3u, 8u}) : 0;
  weigh(action_kind::ping, {0, 1, 2});
  weigh(action_kind::settle, {0, 1, 3});
  weigh(action_kind::probe, {0, 0, 0, 3});
  weigh(action_kind::restart, {0, 0, 0, 2});
  m.persistent = one_of({40u, 80u, 100u});
  m.clean = one_of({10u, 30u, 60u});
  m.will = one_of({0u, 0u, 50u, 90u});
  m.delay = m.waits ? one_of({0u, 70u}) : one_of({0u, 0u, 30u});
  m.retain = one_of({0u, 0u, 20u, 60u});
  m.options = one_of({0u, 20u, 60u});
  m.share = one_of({0u, 0u, 0u, 50u});
  m.quota = one_of({0u, 20u, 60u});
  m.qos2 = one_of({10u, 40u, 90u});
  m.qos0 = one_of({0u, 0u, 15u});
  m.short_interval = m.waits ? one_of({0u, 60u, 90u}) : 0;
  m.keep_alive = m.waits ? one_of({0u, 0u, 50u}) : 0;
  m.lifetime = m.waits ? one_of({0u, 30u, 70u}) : 0;
  m.aliases = one_of({0u, 0u, 40u});
  m.properties = one_of({0u, 0u, 0u, 40u});
  m.big = one_of({0u, 0u, 0u, 40u});
  m.one_topic = chance(60);
  manner_ = m;
}

std::optional<action> generator::next(const judge& j) {
  if (drawn_ >= manner_.actions) {
    // At the end everybody comes back and takes what is his.
    if (settled_ >= manner_.clients) return std::nullopt;
    action a;
    a.kind = action_kind::settle;
    a.client = settled_++;
    return a;
  }
  ++drawn_;
  const std::uint32_t state = j.abstract_state();
  states_.add(state);
  std::optional<action> best;
  std::uint32_t least = 0;
  std::uint64_t key = 0;
  for (int i = 0; i < 3; ++i) {
    action a = draw(j);
    const std::uint64_t k = shape(a) << 32 | state;
    const std::uint32_t n = pairs_.of(k);
    if (best && n >= least) continue;
    best = a;
    least = n;
    key = k;
    if (n == 0) break;
  }
  pairs_.add(key);
  if (best->kind == action_kind::wait) waited_ += best->milliseconds;
  return best;
}

// A word of the step as it is written: "dup", or "will" of will=w.
bool generator::is_wanted(const action& a) const {
  if (options_.without.empty()) return true;
  std::istringstream words(print(a));
  for (std::string word; words >> word;) {
    word.resize(std::min(word.find('='), word.size()));
    if (std::find(options_.without.begin(), options_.without.end(), word) !=
        options_.without.end()) {
      return false;
    }
  }
  return true;
}

action generator::draw(const judge& j) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    action a = draw_any(j);
    if (is_wanted(a)) return a;
  }
  action nothing;
  nothing.kind = action_kind::wait;
  nothing.milliseconds = 1;
  return nothing;
}

action generator::draw_any(const judge& j) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto client = static_cast<std::uint8_t>(random_.below(manner_.clients));
    const session& s = j.session_of(client);
    const bool up =
        s.connection != no_connection && j.link_of(s.connection).state == link_state::up;
    action a;
    a.client = client;
    if (!up) {
      if (manner_.weight[at(action_kind::probe)] > 0 && chance(15)) return draw_probe(client);
      if (manner_.weight[at(action_kind::restart)] > 0 && s.seen && chance(8)) {
        a.kind = action_kind::restart;
        a.client = 0;
        return a;
      }
      if (manner_.waits && s.seen && chance(30)) {
        if (const auto wait = draw_wait({1200u, 2500u, 5000u, 11000u, 15000u})) return *wait;
      }
      // Sometimes the others go on while it is away.
      if (s.seen && manner_.clients > 1 && chance(55)) continue;
      return draw_connect(client);
    }
    unsigned total = 0;
    for (const unsigned w : manner_.weight) total += w;
    unsigned pick = static_cast<unsigned>(random_.below(total));
    std::size_t kind = 0;
    while (pick >= manner_.weight[kind]) pick -= manner_.weight[kind++];
    a.kind = static_cast<action_kind>(kind);
    switch (a.kind) {
      case action_kind::connect:
        return draw_connect(client);
      case action_kind::subscribe:
        if (s.subscriptions.size() > 2 && chance(70)) continue;
        return draw_subscribe(client, false);
      case action_kind::unsubscribe:
        if (s.subscriptions.empty()) continue;
        return draw_subscribe(client, true);
      case action_kind::publish:
        return draw_publish(j, client);
      case action_kind::repeat:
      case action_kind::release:
        if (s.received.empty()) {
          if (a.kind == action_kind::repeat || !chance(5)) continue;
          a.id = 7;
          return a;
        }
        a.id = s.received[random_.below(s.received.size())].id;
        return a;
      case action_kind::acknowledge:
      case action_kind::refuse:
      case action_kind::wrong:
        if (s.deliveries.empty()) continue;
        a.which = static_cast<std::uint8_t>(random_.below(s.deliveries.size()));
        return a;
      case action_kind::cut:
        return draw_cut(j, client);
      case action_kind::probe:
        return draw_probe(client);
      case action_kind::restart:
        a.client = 0;
        return a;
      case action_kind::wait:
        if (const auto wait = draw_wait({1200u, 2500u, 5000u, 11000u})) return *wait;
        continue;
      default:
        return a;
    }
  }
  action a;
  a.kind = action_kind::settle;
  return a;
}

std::uint8_t generator::draw_qos() {
  if (chance(manner_.qos0)) return 0;
  return chance(manner_.qos2) ? 2 : 1;
}

action generator::draw_connect(std::uint8_t client) {
  action a;
  a.kind = action_kind::connect;
  a.client = client;
  a.version = manner_.version[client];
  a.clean = chance(manner_.clean);
  const bool v5 = a.version == protocol_version::v5;
  if (v5 && chance(manner_.persistent)) {
    a.expiry = chance(manner_.short_interval) ? one_of({1u, 2u, 4u, 20u})
                                              : one_of({300u, 300u, 0xFFFFFFFFu, 0x80000000u});
  } else if (v5 && chance(20)) {
    a.expiry = 0;
  }
  if (!v5 && chance(manner_.persistent)) a.clean = false;
  if (v5 && chance(manner_.quota))
    a.receive_maximum = static_cast<std::uint16_t>(1 + random_.below(3));
  a.small_packets = v5 && chance(manner_.big);
  if (chance(manner_.keep_alive)) a.keep_alive = one_of<std::uint16_t>({2, 4});
  if (chance(manner_.will)) {
    will_choice w;
    w.topic = manner_.one_topic ? 0 : 3;
    w.qos = draw_qos();
    w.retain = chance(manner_.retain);
    w.properties = v5 && chance(manner_.properties);
    if (v5 && chance(manner_.delay)) w.delay = one_of({1u, 3u, 60u});
    a.will = w;
  }
  return a;
}

// None when the history has waited long enough: at the end of a run all wait for the last one.
std::optional<action> generator::draw_wait(std::initializer_list<unsigned> milliseconds) {
  constexpr std::uint32_t most = 18'000;
  action a;
  a.kind = action_kind::wait;
  a.milliseconds = one_of(milliseconds);
  if (waited_ + a.milliseconds > most) return std::nullopt;
  return a;
}

action generator::draw_probe(std::uint8_t client) {
  action a;
  a.kind = action_kind::probe;
  a.client = client;
  a.version = manner_.version[client];
  a.probe = one_of({probe_kind::refused, probe_kind::refused, probe_kind::malformed,
                    probe_kind::early, probe_kind::twin, probe_kind::longer, probe_kind::full,
                    probe_kind::nameless, probe_kind::nameless, probe_kind::will_high});
  return a;
}

action generator::draw_cut(const judge& j, std::uint8_t client) {
  action a;
  a.kind = action_kind::cut;
  a.client = client;
  a.cut = one_of({cut_kind::fin, cut_kind::fin, cut_kind::reset, cut_kind::reset, cut_kind::goodbye,
                  cut_kind::goodbye, cut_kind::with_will, cut_kind::error});
  if (manner_.version[client] == protocol_version::v5 && chance(manner_.aliases)) {
    a.cut = one_of({cut_kind::alias_high, cut_kind::alias_unknown, cut_kind::alias_unknown,
                    cut_kind::qos_high});
  }
  if (manner_.version[client] == protocol_version::v5 && chance(4)) a.cut = cut_kind::raise;
  if (j.facts().receive_maximum <= 20 && chance(8)) a.cut = cut_kind::quota_high;
  if (manner_.keep_alive > 0 && chance(40)) a.cut = cut_kind::silence;
  if (a.cut == cut_kind::goodbye && manner_.version[client] == protocol_version::v5 && chance(25)) {
    a.expiry = manner_.waits ? one_of({0u, 1u, 3u, 300u}) : one_of({0u, 300u});
  }
  return a;
}

action generator::draw_subscribe(std::uint8_t client, bool un) {
  action a;
  a.kind = un ? action_kind::unsubscribe : action_kind::subscribe;
  a.client = client;
  a.name = manner_.one_topic && chance(75)
               ? std::uint8_t{0}
               : static_cast<std::uint8_t>(random_.below(std::size(filter_names)));
  a.share = manner_.version[client] == protocol_version::v5 && chance(manner_.share) ? 1 : 0;
  a.qos = chance(8) ? std::uint8_t{0} : chance(70) ? std::uint8_t{2} : std::uint8_t{1};
  if (chance(12)) {
    a.also = static_cast<std::uint8_t>(random_.below(std::size(filter_names)));
    a.also_qos = static_cast<std::uint8_t>(random_.below(3));
    if (un) a.also_qos = 0;
  }
  if (un) return a;
  a.no_local = chance(manner_.options / 2);
  a.retain_as_published = chance(manner_.options);
  if (chance(manner_.options)) a.retain_handling = static_cast<std::uint8_t>(random_.below(3));
  if (chance(manner_.options)) a.identifier = static_cast<std::uint8_t>(1 + random_.below(15));
  return a;
}

action generator::draw_publish(const judge& j, std::uint8_t client) {
  action a;
  a.kind = action_kind::publish;
  a.client = client;
  a.name = manner_.one_topic && chance(80)
               ? std::uint8_t{0}
               : static_cast<std::uint8_t>(random_.below(std::size(topic_names)));
  a.qos = draw_qos();
  // Few identifiers, so that they are used again.
  a.id = static_cast<std::uint16_t>(1 + random_.below(3));
  for (const inbound& i : j.session_of(client).received) {
    if (i.id == a.id) a.id = static_cast<std::uint16_t>(a.id % 3 + 1);
  }
  a.dup = a.qos > 0 && chance(10);
  a.retain = chance(manner_.retain);
  a.empty = a.retain && chance(15);
  a.big = chance(manner_.big);
  if (manner_.version[client] == protocol_version::v5) {
    a.properties = chance(manner_.properties);
    if (chance(manner_.aliases)) a.alias = one_of<std::uint8_t>({1, 1, 2, 255});
  }
  if (manner_.lifetime > 0 && chance(manner_.lifetime)) a.lifetime = one_of({2u, 9u, 60u});
  return a;
}

}  // namespace mqttspec::explore
