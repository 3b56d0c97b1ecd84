#include "observe/onlooker.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/table.h"

namespace mqttspec::observe {

using trace::direction;
using trace::event_kind;
using wire::packet_type;
using wire::property_id;
using wire::sender;

namespace {

constexpr std::size_t entries_of_a_connection = 40;
constexpr std::size_t entries_of_messages = 400;
constexpr std::size_t most_entries = 60;  // of an excerpt
constexpr std::size_t many_names = 10'000;
constexpr std::size_t former_connections = 500;  // of which the end is kept
constexpr std::size_t kept_octets = 512;         // of a packet
constexpr duration between_looks = std::chrono::seconds(1);

// What a CONNECT begins with behind its fixed header, in 3.1 too.
bool names_mqtt(byte_view octets) {
  const std::string_view head = as_text(octets.first(std::min<std::size_t>(octets.size(), 14)));
  return head.find("MQTT") != std::string_view::npos ||
         head.find("MQIsdp") != std::string_view::npos;
}

std::optional<wire::protocol_version> version_of(byte_view connect) {
  const std::string_view text = as_text(connect.first(std::min<std::size_t>(connect.size(), 14)));
  const auto at = text.find("MQTT");
  if (at == std::string_view::npos || at + 4 >= text.size()) return std::nullopt;
  if (text[at + 4] == 4) return wire::protocol_version::v311;
  if (text[at + 4] == 5) return wire::protocol_version::v5;
  return std::nullopt;
}

// Whether |octets| are whole packets that bring a server no message.
bool bring_no_message(byte_view octets) {
  while (!octets.empty()) {
    const auto frame = wire::split(octets, wire::protocol_version::v5);
    if (!frame || !*frame) return false;
    const auto type = static_cast<packet_type>(octets[0] >> 4);
    if (type == packet_type::publish || type == packet_type::pubrel ||
        type == packet_type::connect || type == packet_type{}) {
      return false;
    }
    octets = octets.subspan((*frame)->bytes.size());
  }
  return true;
}

}  // namespace

struct onlooker::connection {
  id number = 0;
  std::string name;
  wire::protocol_version version = wire::protocol_version::v5;
  bool followed = false;    // the rules know it
  bool unfollowed = false;  // and never will
  inflow of_client;
  inflow of_server;
  trace::log seen{entries_of_a_connection};
  std::uint16_t keep_alive = 0;
  bool odd = false;  // the client sent what is malformed
  bool refused = false;
  bool client_left = false;  // DISCONNECT
  bool client_ended = false;
  bool server_left = false;  // DISCONNECT, and not because it shuts down
  bool server_ended = false;
  bool lost = false;
  instant last_of_client{};

  inflow& of(sender s) { return s == sender::client ? of_client : of_server; }
};

onlooker::onlooker(const onlooker_options& options, teller tell)
    : options_(options), tell_(std::move(tell)), broker_rules_(new_watch()), began_(options.began) {
  client_rules_ = std::make_unique<oracle::client_watch>(how());
}
onlooker::~onlooker() = default;

oracle::watch_options onlooker::how() const {
  oracle::watch_options out;
  out.patience = options_.patience;
  out.whole = options_.whole;
  out.most_findings = ~std::size_t{0};
  out.many = options_.many;
  return out;
}

std::unique_ptr<oracle::watch> onlooker::new_watch() const {
  oracle::watch_options with = how();
  with.whole = with.whole && counts_.restarts == 0;
  return std::make_unique<oracle::watch>(with);
}

void onlooker::opened(id on, std::string name, bool from_beginning, instant now) {
  look(now);
  auto& c = connections_[on] = std::make_unique<connection>();
  c->number = on;
  c->name = std::move(name);
  c->last_of_client = now;
  ++counts_.connections;
  if (from_beginning) return;
  ++counts_.of_unknown_past;
  c->unfollowed = true;
}

void onlooker::is_not_followed(connection& c) {
  ++counts_.not_mqtt;
  c.unfollowed = true;
  c.of_client.lose();
  c.of_server.lose();
}

void onlooker::passed(id on, sender from, byte_view octets, instant now) {
  const auto found = connections_.find(on);
  if (found == connections_.end() || octets.empty()) return;
  look(now);
  connection& c = *found->second;
  if (from == sender::client) {
    c.last_of_client = now;
  } else if (c.number <= ends_) {
    unasked_end_ = false;  // it was here when another ended, and is served
  }
  if (c.unfollowed) {
    if (from == sender::client && !bring_no_message(octets)) broker_rules_->lost_sight(0, now);
    return;
  }
  c.of(from).add(octets);
  if (!c.followed) {
    if (from == sender::server || !greets(c)) {
      if (c.unfollowed) broker_rules_->lost_sight(0, now);
      return;
    }
    broker_rules_->opened(c.number, c.name, c.version, now);
    client_rules_->opened(c.number, c.name, c.version, now);
    c.followed = true;
  }
  take_packets(c, from, now);
  tell_findings(false);
}

// Whether what a client sends first is complete, and MQTT; then its name and version are known.
bool onlooker::greets(connection& c) {
  const byte_view octets = c.of_client.rest();
  if (octets.empty()) return false;
  const bool connect = octets[0] >> 4 == static_cast<int>(packet_type::connect);
  const auto type = static_cast<packet_type>(octets[0] >> 4);
  const bool no_packet = type == packet_type{} || (type != packet_type::publish &&
                                                   wire::packet_of(type).flags != (octets[0] & 15));
  if (connect ? octets.size() >= 14 && !names_mqtt(octets) : no_packet) {
    is_not_followed(c);
    return false;
  }
  const auto frame = wire::split(octets, wire::protocol_version::v5, inflow::longest_packet);
  if (frame && !*frame) return false;  // more is to come
  if (!frame || !connect || !names_mqtt(octets)) {
    // Another packet of MQTT, which must not come first; or something else altogether.
    const bool mqtt = frame && !connect &&
                      wire::decode((*frame)->bytes, {wire::protocol_version::v311, sender::client});
    if (!mqtt) {
      is_not_followed(c);
      return false;
    }
    c.version = wire::protocol_version::v311;
    return true;
  }
  const auto version = version_of(octets);
  if (!version) {
    is_not_followed(c);
    return false;
  }
  c.version = *version;
  const auto p = wire::decode((*frame)->bytes, {c.version, sender::client});
  if (p && !p->client_id.empty()) c.name = p->client_id;
  if (p) keep_secrets(*p);
  if (p && counts_.clients.size() < many_names) counts_.clients.insert(c.name);
  return true;
}

void onlooker::keep_secrets(const wire::packet& connect) {
  if (connect.password && passwords_.size() < many_names) passwords_.insert(*connect.password);
  if (connect.user_name && user_names_.size() < many_names) user_names_.insert(*connect.user_name);
  const auto* data = wire::find_property(connect.properties, property_id::authentication_data);
  if (data != nullptr && passwords_.size() < many_names) passwords_.insert(data->text);
}

void onlooker::lose_sight(connection& c, sender of, instant now) {
  if (c.lost) return;
  c.lost = true;
  ++counts_.lost_sight;
  keep_event(c, event_kind::noted,
             fmt::format("what follows of the {} was not caught",
                         of == sender::client ? "client" : "server"),
             now);
  broker_rules_->lost_sight(c.number, now);
  client_rules_->lost_sight(c.number, now);
}

void onlooker::missed(id on, sender from, std::size_t length, instant now) {
  const auto found = connections_.find(on);
  if (found == connections_.end()) return;
  connection& c = *found->second;
  if (!c.followed) {
    if (!c.unfollowed) is_not_followed(c);
    return broker_rules_->lost_sight(0, now);
  }
  c.of(from).add_hole(length);
  take_packets(c, from, now);
  tell_findings(false);
}

void onlooker::take_packets(connection& c, sender from, instant now) {
  inflow& in = c.of(from);
  while (const auto p = in.next(c.version)) {
    ++counts_.packets;
    packet(c, from, *p, now);
    if (p->broken) return;
  }
  if (in.lost() && !c.odd) lose_sight(c, from, now);
}

void onlooker::packet(connection& c, sender from, const passed_packet& p, instant now) {
  if (p.first_missing) {
    // Of a long PUBLISH that was cut short, its payload alone is not known.
    const auto whole = wire::decode(p.octets, {c.version, from});
    const bool payload_only = whole && whole->type == packet_type::publish &&
                              *p.first_missing >= p.octets.size() - whole->payload.size();
    if (!payload_only) return lose_sight(c, from, now);
    broker_rules_->lost_sight(0, now);
  }
  if (from == sender::client) {
    from_client(c, p, now);
  } else {
    from_server(c, p, now);
  }
}

void onlooker::from_client(connection& c, const passed_packet& p, instant now) {
  const auto value = p.broken ? wire::wire_result<wire::packet>(tl::unexpected(*p.broken))
                              : wire::decode(p.octets, {c.version, sender::client});
  const wire::packet* const known = value ? &*value : nullptr;
  std::string text = known != nullptr ? "" : print(value.error());
  keep(c, sender::client, p.octets, known, text, now);
  broker_rules_->sent(c.number, p.octets, known, now);
  if (known == nullptr) {
    c.odd = true;
    return client_rules_->received_malformed(c.number, value.error(), text, now);
  }
  client_rules_->received(c.number, *known, p.octets.size(), now);
  if (known->type == packet_type::connect) c.keep_alive = known->keep_alive;
  if (known->type == packet_type::disconnect) c.client_left = true;
  if (known->type == packet_type::auth) keep_secrets(*known);
}

void onlooker::from_server(connection& c, const passed_packet& p, instant now) {
  const auto value = p.broken ? wire::wire_result<wire::packet>(tl::unexpected(*p.broken))
                              : wire::decode(p.octets, {c.version, sender::server});
  const wire::packet* const known = value ? &*value : nullptr;
  std::string text = known != nullptr ? "" : print(value.error());
  keep(c, sender::server, p.octets, known, text, now);
  client_rules_->sent(c.number, p.octets, known, now);
  if (known == nullptr) {
    return broker_rules_->received_malformed(c.number, value.error(), text, now);
  }
  broker_rules_->received(c.number, *known, p.octets.size(), now);
  if (known->type == packet_type::connack) {
    c.refused = known->reason != 0;
    const auto other = wire::find_number(known->properties, property_id::server_keep_alive);
    if (other) c.keep_alive = static_cast<std::uint16_t>(*other);
  }
  if (known->type == packet_type::disconnect) {
    c.server_left = known->reason != wire::code_of(wire::reason_code::server_shutting_down);
  }
}

// Whether the server had a reason of its own or of this client's to end it.
bool onlooker::asked_for(const connection& c, instant now) const {
  const duration silent = now - c.last_of_client;
  return !c.followed || c.odd || c.refused || c.client_left || c.client_ended || c.server_left ||
         (c.keep_alive != 0 && silent >= std::chrono::seconds(c.keep_alive));
}

void onlooker::ended(id on, sender by, bool reset, instant now) {
  const auto found = connections_.find(on);
  if (found == connections_.end()) return;
  look(now);
  connection& c = *found->second;
  const bool of_client = by == sender::client;
  if (!reset && (of_client ? c.client_ended : c.server_ended)) return;
  keep_event(c,
             reset       ? (of_client ? event_kind::aborted : event_kind::reset)
             : of_client ? event_kind::shut
                         : event_kind::ended,
             reset       ? (of_client ? "abort" : "closed by the broker (reset)")
             : of_client ? "shutdown"
                         : "closed by the broker",
             now);
  if (c.followed) {
    using oracle::end_of_link;
    const end_of_link how =
        of_client ? (reset ? end_of_link::closed_by_client : end_of_link::shut_by_client)
        : reset   ? end_of_link::reset_by_server
                  : end_of_link::closed_by_server;
    broker_rules_->ended(on, how, now);
    client_rules_->ended(on, how, now);
  }
  if (!of_client && !asked_for(c, now)) {
    unasked_end_ = true;
    ends_ = connections_.rbegin()->first;
  }
  (of_client ? c.client_ended : c.server_ended) = true;
  tell_findings(false);
  if (!reset && !(c.client_ended && c.server_ended)) return;
  if (c.followed) {
    if (last_of_.size() >= former_connections) last_of_.clear();
    last_of_[c.name] = c.seen.entries(began_);
  }
  connections_.erase(found);
  may_be_restarted(now);
}

void onlooker::refused(instant now) {
  unasked_end_ = true;
  ends_ = connections_.empty() ? ends_ : connections_.rbegin()->first;
  may_be_restarted(now);
}

// A server that ends all connections without being asked to, or that cannot be reached, may have
// lost what it held: nothing of before counts.
void onlooker::may_be_restarted(instant now) {
  if (!unasked_end_ || !connections_.empty()) return;
  unasked_end_ = false;
  ++counts_.restarts;
  broker_rules_->finish(now);
  tell_findings(true);
  others_publish_ |= broker_rules_->others_publish();
  broker_rules_ = new_watch();
}

void onlooker::stood_still(duration length, instant now) {
  doubtful_until_ = std::max(doubtful_until_, now + length + options_.patience);
}

void onlooker::look(instant now) {
  if (began_ == never) began_ = now;
  if (next_look_ == never) next_look_ = now + between_looks;
  if (now < next_look_) return;
  next_look_ = now + between_looks;
  broker_rules_->look(now);
  client_rules_->look(now);
  tell_findings(true);
}

void onlooker::finish(instant now) {
  broker_rules_->finish(now);
  client_rules_->finish(now);
  tell_findings(true);
  others_publish_ |= broker_rules_->others_publish();
}

void onlooker::tell_findings(bool by_time) {
  for (oracle::finding& f : broker_rules_->take_findings())
    tell(party::broker, std::move(f), by_time);
  for (oracle::finding& f : client_rules_->take_findings())
    tell(party::client, std::move(f), by_time);
}

void onlooker::tell(party by, oracle::finding f, bool by_time) {
  if (f.by_time && f.at < doubtful_until_) return;
  sighting s{by, f.client, std::move(f), {}};
  const auto on = connections_.find(s.what.connection);
  const bool first = told_.size() < many_names && told_.insert({s.what.rule, s.client}).second;
  if (first && on != connections_.end()) s.trace = excerpt(*on->second, !by_time);
  s.what.at = instant{} + (s.what.at - began_);
  tell_(std::move(s));
}

void onlooker::keep(connection& c, sender from, byte_view octets, const wire::packet* p,
                    std::string text, instant now) {
  // Where the password is in a malformed CONNECT is not known.
  constexpr std::size_t head_of_connect = 12;
  const bool hides = p == nullptr && octets[0] >> 4 == static_cast<int>(packet_type::connect);
  const byte_view kept =
      octets.first(std::min(octets.size(), hides ? head_of_connect : kept_octets));
  trace::entry e = trace::packet_entry(
      c.name, c.number, from == sender::client ? direction::sent : direction::received, c.version,
      kept, octets.size(), p);
  e.text = std::move(text);
  if (from == sender::client && p != nullptr && p->type == packet_type::publish) {
    messages_.push_back(e);
    messages_.back().at = now - began_;
    if (messages_.size() > entries_of_messages) messages_.pop_front();
  }
  c.seen.add(std::move(e), now);
}

void onlooker::keep_event(connection& c, event_kind what, std::string text, instant now) {
  trace::entry e = trace::event_entry(c.name, c.number, what, std::move(text));
  e.version = c.version;
  c.seen.add(std::move(e), now);
}

std::vector<trace::entry> onlooker::excerpt(const connection& c, bool mark_last) const {
  std::vector<trace::entry> own = c.seen.entries(began_);
  if (mark_last && !own.empty()) own.back().marked = true;
  std::multimap<duration, trace::entry> in_order;
  const auto take = [&](const trace::entry& e) { in_order.emplace(e.at, e); };
  if (const auto before = last_of_.find(c.name); before != last_of_.end()) {
    std::for_each(before->second.begin(), before->second.end(), take);
  }
  std::for_each(own.begin(), own.end(), take);
  std::set<std::string> topics;
  for (const trace::entry& e : own) {
    const auto p = e.way == direction::received ? trace::packet_of(e) : std::nullopt;
    if (p && p->type == packet_type::publish) topics.insert(p->topic);
  }
  for (const trace::entry& e : messages_) {
    const auto p = e.connection != c.number ? trace::packet_of(e) : std::nullopt;
    if (p && topics.contains(p->topic)) take(e);
  }
  std::vector<trace::entry> out;
  for (auto& [at, e] : in_order) out.push_back(std::move(e));
  if (out.size() > most_entries) out.erase(out.begin(), out.end() - most_entries);
  return out;
}

}  // namespace mqttspec::observe
