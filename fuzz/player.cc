#include "fuzz/player.h"

#include <algorithm>
#include <cstring>

#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::fuzz {

using namespace wire;

namespace {

constexpr std::uint16_t keep_alive_seconds = 10;
constexpr std::uint32_t small_packet_limit = 16;
constexpr std::uint32_t message_expiry_seconds = 2;
constexpr std::uint16_t aliases = 3;

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

}  // namespace

// A letter for the kind, client, QoS, and the number.
std::string payload_for(const message_mark& mark) {
  std::string text = mark.will ? "w000" : "m000";
  text[1] = static_cast<char>('0' + mark.client);
  text[2] = static_cast<char>('0' + mark.qos);
  text.resize(3);
  return text + std::to_string(mark.serial);
}

std::optional<message_mark> mark_of(std::string_view payload) {
  if (payload.size() < 4 || (payload[0] != 'm' && payload[0] != 'w')) return std::nullopt;
  message_mark mark;
  mark.will = payload[0] == 'w';
  mark.client = static_cast<std::size_t>(payload[1] - '0');
  mark.qos = static_cast<std::uint8_t>(payload[2] - '0');
  for (const char c : payload.substr(3)) {
    mark.serial = mark.serial * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return mark;
}

player::player(const history& h, const model::rules& rules) : history_(h), rules_(rules) {
  for (std::size_t i = 0; i < h.settings.clients; ++i) {
    peer& p = peers_.emplace_back();
    p.id = std::string(1, static_cast<char>('a' + i));
    p.version = h.settings.versions[i];
  }
}

broker::broker_options player::options() const {
  const history_settings& s = history_.settings;
  broker::broker_options o;
  o.qos0_queued = s.qos0_queued;
  o.overflow = static_cast<broker::overflow_policy>(s.overflow);
  if (s.small_queue) o.queue_limit = 3;
  o.qos2_forwarded_at_pubrel = s.forwarded_at_release;
  if (s.small_window) o.inflight_window = 2;
  if (s.small_receive_maximum) o.receive_maximum = 2;
  if (s.short_expiry) o.session_expiry_max = 60;
  if (s.maximum_qos_1) o.maximum_qos = 1;
  o.retain_available = !s.retain_missing;
  if (s.short_v311_expiry) o.v311_session_expiry = 60;
  if (s.server_keep_alive) o.server_keep_alive = keep_alive_seconds;
  o.sessions_survive_restart = !s.forgets_at_restart;
  if (s.no_aliases) o.topic_alias_maximum = 0;
  if (s.small_packets) o.maximum_packet_size = 64;
  return o;
}

link* player::live_link(std::size_t client) {
  const std::size_t at = peers_[client].link;
  return at == peer::none ? nullptr : links_[at].get();
}

void player::play() {
  broker_ = std::make_unique<broker::broker>(options(), 1, rules_);
  for (action each : history_.actions) {
    if (!admit(each)) continue;
    perform(each);
    drain();
    require(broker_->next_deadline() > now_, "a deadline has passed and nothing was done");
    step_done();
  }
}

void player::perform(const action& x) {
  switch (x.kind) {
    case action_kind::connect:
      return connect(x);
    case action_kind::wait:
      return wait_until(saturating_add(now_, wait_of(x.a)));
    case action_kind::wait_deadline:
      if (broker_->next_deadline() != never) wait_until(broker_->next_deadline());
      return;
    case action_kind::restart:
      return restart(x);
    case action_kind::pieces:
      peers_[x.client].piece = x.a > 63 ? 0 : x.a + 1u;
      return;
    default:
      break;
  }
  link* l = live_link(x.client);
  if (l == nullptr) return;
  switch (x.kind) {
    case action_kind::disconnect:
      return disconnect(*l, x);
    case action_kind::cut:
      broker_->peer_closed(l->id, now_);
      return end(*l, true);
    case action_kind::subscribe:
      return subscribe(*l, x);
    case action_kind::unsubscribe: {
      packet p = make(packet_type::unsubscribe, l->connect.version);
      p.packet_id = new_id(peer_of(*l));
      p.filters.emplace_back(subscribed(x.a));
      return send(*l, p);
    }
    case action_kind::publish:
      return publish(*l, x);
    case action_kind::answer_one: {
      std::vector<owed_answer>& owed = peer_of(*l).owed;
      if (owed.empty()) return;
      const auto at = owed.begin() + static_cast<std::ptrdiff_t>(x.a % owed.size());
      const owed_answer what = *at;
      owed.erase(at);
      return answer(*l, what, (x.b & 1) != 0 ? 0x80 : 0);
    }
    case action_kind::answer_all:
      return answer_all(x.client);
    case action_kind::stray:
      return stray(*l, x);
    case action_kind::publish_again:
      return publish_again(*l, x, false);
    case action_kind::release:
      return publish_again(*l, x, true);
    case action_kind::octets: {
      l->garbled = true;
      const byte_buffer octets{x.a, x.b};
      return write(*l, octets);
    }
    default:
      return;
  }
}

void player::connect(const action& x) {
  auto& l = *links_.emplace_back(std::make_unique<link>());
  const peer& who = peers_[x.client];
  l.client = x.client;
  l.id = broker_->accept(now_);
  require(l.id == links_.size(), "connections are not numbered as they come");
  packet& p = l.connect = make(packet_type::connect, who.version);
  p.client_id = who.id;
  p.clean_start = (x.a & 1) != 0;
  if ((x.a & 0x80) != 0) p.keep_alive = keep_alive_seconds;
  const auto add = [](property_list& list, property_id id, std::optional<std::uint32_t> number) {
    if (number) list.push_back(number_property(id, *number));
  };
  if (is_v5(who.version)) {
    p.properties.reserve(3);
    add(p.properties, property_id::session_expiry_interval, expiry_of(x.a >> 1 & 7));
    add(p.properties, property_id::receive_maximum, receive_maximum_of(x.a >> 4 & 3));
    if ((x.b & 0x40) != 0) add(p.properties, property_id::maximum_packet_size, small_packet_limit);
  }
  if ((x.a & 0x40) != 0) {
    will_message& w = p.will.emplace();
    w.topic = (x.b & 0x20) != 0 ? "w" : "a";
    w.qos = static_cast<std::uint8_t>((x.b & 3) % 3);
    w.retain = (x.b & 4) != 0;
    w.payload = payload_for({true, ++serial_, w.qos, x.client});
    if (is_v5(who.version)) {
      add(w.properties, property_id::will_delay_interval, will_delay_of(x.b >> 3 & 3));
    }
  }
  send(l, p);
}

void player::disconnect(link& l, const action& x) {
  packet p = make(packet_type::disconnect, l.connect.version);
  if (is_v5(p.version)) {
    p.reason =
        (x.a & 1) != 0 ? code_of(reason_code::disconnect_with_will_message) : std::uint8_t{0};
    if (const auto interval = expiry_of(x.a >> 1 & 7)) {
      p.properties.push_back(number_property(property_id::session_expiry_interval, *interval));
    }
  }
  send(l, p);
}

void player::subscribe(link& l, const action& x) {
  packet p = make(packet_type::subscribe, l.connect.version);
  p.packet_id = new_id(peer_of(l));
  subscription_request& r = p.subscriptions.emplace_back();
  r.filter = subscribed(x.a);
  r.max_qos = static_cast<std::uint8_t>((x.b & 3) % 3);
  if (is_v5(p.version)) {
    r.no_local = (x.b & 4) != 0 && !r.filter.starts_with("$share");
    r.retain_as_published = (x.b & 8) != 0;
    r.retain_handling = static_cast<std::uint8_t>((x.b >> 4 & 3) % 3);
    if ((x.b & 0x40) != 0) {
      p.properties.push_back(
          number_property(property_id::subscription_identifier, 1 + x.a % filter_count));
    }
  }
  send(l, p);
}

void player::publish(link& l, const action& x) {
  for (unsigned n = 1 + (x.b >> 2 & 7); n != 0 && l.open; --n) publish_one(l, x);
}

void player::publish_one(link& l, const action& x) {
  peer& who = peer_of(l);
  packet p = make(packet_type::publish, l.connect.version);
  p.topic = topic_of(x.a & 7);
  p.qos = static_cast<std::uint8_t>((x.a >> 3 & 3) % 3);
  p.retain = (x.a & 0x20) != 0;
  if ((x.a & 0x40) == 0) p.payload = payload_for({false, ++serial_, p.qos, l.client});
  if (p.qos != 0) p.packet_id = new_id(who);
  if (is_v5(p.version)) {
    if ((x.a & 0x80) != 0) {
      p.properties.push_back(
          number_property(property_id::message_expiry_interval, message_expiry_seconds));
    }
    // 1: with an alias; 2: the alias alone, which is an error when it has no meaning yet.
    const unsigned alias = x.b & 3;
    if (alias == 1 || alias == 2) {
      p.properties.push_back(number_property(property_id::topic_alias, 1 + (x.a & 7) % aliases));
      if (alias == 2) p.topic.clear();
    }
  }
  if (p.qos == 2) who.publications.push_back({p, false});
  send(l, p);
}

void player::publish_again(link& l, const action& x, bool release) {
  std::vector<unfinished>& all = peer_of(l).publications;
  if (all.empty()) return;
  unfinished& one = all[x.a % all.size()];
  if (release || one.released) {
    one.released = true;
    packet p = make(packet_type::pubrel, l.connect.version);
    p.packet_id = one.publish.packet_id;
    return send(l, p);
  }
  packet again = one.publish;
  again.dup = true;
  // An alias of an earlier connection has no meaning now.
  if (again.topic.empty()) return;
  std::erase_if(again.properties,
                [](const property& each) { return each.id == property_id::topic_alias; });
  send(l, again);
}

void player::answer(link& l, const owed_answer& what, std::uint8_t reason) {
  packet p = make(what.type, l.connect.version);
  p.packet_id = what.id;
  if (is_v5(p.version) && what.type != packet_type::pubcomp) p.reason = reason;
  send(l, p);
}

void player::answer_all(std::size_t client) {
  // Each answer may bring more: a PUBREL, or what waited for the window.
  for (int rounds = 0; rounds < 100; ++rounds) {
    link* l = live_link(client);
    if (l == nullptr || peers_[client].owed.empty()) return;
    const owed_answer what = peers_[client].owed.front();
    peers_[client].owed.erase(peers_[client].owed.begin());
    answer(*l, what, 0);
  }
}

void player::stray(link& l, const action& x) {
  static constexpr std::array<packet_type, 4> types = {packet_type::puback, packet_type::pubrec,
                                                       packet_type::pubrel, packet_type::pubcomp};
  packet p = make(types[x.a % types.size()], l.connect.version);
  p.packet_id = static_cast<std::uint16_t>(1 + x.b % 16);
  if (p.type == packet_type::pubrel) {
    // Then it must not publish it again.
    for (unfinished& u : peer_of(l).publications) {
      u.released = u.released || u.publish.packet_id == p.packet_id;
    }
  }
  send(l, p);
}

void player::wait_until(instant target) {
  // At every deadline, so that each thing that happens is seen at its own instant.
  while (broker_->next_deadline() <= target && broker_->next_deadline() != never) {
    require(broker_->next_deadline() >= now_, "time goes back");
    now_ = broker_->next_deadline();
    time_is(now_);
    broker_->advance(now_);
    drain();
    require(broker_->next_deadline() > now_, "a deadline has passed and nothing was done");
  }
  now_ = target;
  time_is(now_);
  broker_->advance(now_);
  drain();
}

void player::restart(const action& x) {
  const bool clean = (x.a & 1) != 0;
  stopping(clean);
  broker_->stop(clean, now_);
  drain();
  for (const auto& l : links_) require(!l->open, "a connection outlives the broker");
  // Down: nothing is due, and whoever comes is sent away.
  require(broker_->next_deadline() == never, "a stopped broker waits for something");
  now_ = saturating_add(now_, wait_of(x.b));
  broker_->start(now_);
  started();
  time_is(now_);
  broker_->advance(now_);
}

std::uint16_t player::new_id(peer& who) {
  // Not one that a publication still uses.
  for (;;) {
    if (++who.last_id == 0) ++who.last_id;
    const bool used =
        std::any_of(who.publications.begin(), who.publications.end(),
                    [&](const unfinished& u) { return u.publish.packet_id == who.last_id; });
    if (!used) return who.last_id;
  }
}

void player::send(link& l, const packet& p) {
  byte_buffer octets;
  require(encode_to(p, octets).has_value(), "the player builds a packet that is none");
  sending(l, p);
  write(l, octets);
}

void player::write(link& l, byte_view octets) {
  const std::size_t piece = peer_of(l).piece == 0 ? octets.size() : peer_of(l).piece;
  while (!octets.empty() && l.open) {
    const byte_view now_written = octets.first(std::min(piece, octets.size()));
    octets = octets.subspan(now_written.size());
    broker_->receive(l.id, now_written, now_);
    drain();
  }
}

void player::drain() {
  for (broker::output& each : broker_->take_outputs()) {
    if (const auto* close = std::get_if<broker::close_connection>(&each)) {
      link& l = *links_.at(close->to - 1);
      require(l.open, "a connection is closed twice");
      end(l, false);
      continue;
    }
    auto& octets = std::get<broker::send_octets>(each);
    link& l = *links_.at(octets.to - 1);
    require(l.open, "something is sent to a connection that is gone");
    const byte_buffer joined = std::move(octets.octets);
    byte_view rest = joined;
    while (!rest.empty()) {
      const auto part = split(rest, l.connect.version);
      require(part && part->has_value(), "the broker sends half a packet");
      const auto p = decode((*part)->bytes, {l.connect.version, sender::server});
      if (!p) violated("the broker sends a malformed packet: " + print(p.error()));
      rest = rest.subspan((*part)->bytes.size());
      take(l, *p, (*part)->bytes.size());
    }
  }
}

void player::take(link& l, const packet& p, std::size_t size) {
  require(!l.told_off, "something follows DISCONNECT");
  require(l.answered || p.type == packet_type::connack, "something precedes CONNACK");
  peer& who = peer_of(l);
  switch (p.type) {
    case packet_type::connack:
      require(!l.answered, "a second CONNACK");
      l.answered = true;
      l.connected = p.reason == 0;
      if (l.connected) {
        who.link = l.id - 1;
        who.owed.clear();
        if (!p.session_present) who.publications.clear();
      }
      break;
    case packet_type::publish:
      if (p.qos != 0) {
        who.owed.push_back({p.qos == 1 ? packet_type::puback : packet_type::pubrec, p.packet_id});
      }
      break;
    case packet_type::pubrel:
      who.owed.push_back({packet_type::pubcomp, p.packet_id});
      break;
    case packet_type::pubrec:
      // With an error the publication is over; else PUBREL is the history's to send.
      if (p.reason >= 0x80) {
        std::erase_if(who.publications,
                      [&](const unfinished& u) { return u.publish.packet_id == p.packet_id; });
      }
      break;
    case packet_type::pubcomp:
      std::erase_if(who.publications, [&](const unfinished& u) {
        return u.released && u.publish.packet_id == p.packet_id;
      });
      break;
    case packet_type::disconnect:
      l.told_off = true;
      break;
    default:
      break;
  }
  received(l, p, size);
}

void player::end(link& l, bool by_client) {
  l.open = false;
  closed(l, by_client);
  if (peer_of(l).link == l.id - 1) {
    peer_of(l).link = peer::none;
    peer_of(l).owed.clear();
  }
}

}  // namespace mqttspec::fuzz
