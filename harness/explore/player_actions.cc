// One action after the other, as packets.

#include <algorithm>

#include "explore/player.h"

namespace mqttspec::explore {

using std::chrono::milliseconds;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

namespace {

constexpr std::uint16_t subscribe_id = 1000;
constexpr std::uint16_t unsubscribe_id = 1001;
constexpr std::uint32_t small_packet = 150;  // a big message has 200 octets of payload

// What judge::unaltered looks for.
void add_properties(wire::property_list& to) {
  to.push_back(wire::text_property(property_id::content_type, "text"));
  to.push_back(wire::user_property("b", "1"));
  to.push_back(wire::user_property("a", "2"));
  to.push_back(wire::user_property("b", "3"));
}

// Its next step is the client's.
bool is_due(const delivery& d) {
  return d.here && !d.wild && d.state != delivery_state::recorded;
}

packet_type due_packet(const delivery& d) {
  if (d.state == delivery_state::released) return packet_type::pubcomp;
  return d.qos == 1 ? packet_type::puback : packet_type::pubrec;
}

}  // namespace

player::progress player::perform(const action& a, instant now) {
  if (a.kind == action_kind::wait) {
    resume_at_ = now + milliseconds(a.milliseconds);
    record_.waited(milliseconds(a.milliseconds), now);
    return progress::done;
  }
  if (a.kind == action_kind::connect) return connect(a, now);
  if (a.kind == action_kind::settle) return settle(a, now);
  if (a.kind == action_kind::probe) return probe(a, now);
  if (a.kind == action_kind::restart) return restart(now);
  if (up(a.client) == no_connection) return progress::impossible;
  switch (a.kind) {
    case action_kind::subscribe:
    case action_kind::unsubscribe:
      return subscribe(a, now);
    case action_kind::publish:
      return publish(a, now);
    case action_kind::repeat:
    case action_kind::release:
      return repeat(a, now);
    case action_kind::acknowledge:
    case action_kind::wrong:
    case action_kind::refuse:
      return acknowledge(a, now);
    case action_kind::again:
      return again(a, now);
    case action_kind::cut:
      return cut(a, now);
    default:
      ping(up(a.client), now);
      return progress::done;
  }
}

wire::packet player::connect_packet(std::uint8_t client, const action& a, message_id will) const {
  wire::packet p = wire::make(packet_type::connect, a.version);
  p.client_id = options_.ns + '-' + client_letter(client);
  p.clean_start = a.clean;
  p.keep_alive = a.keep_alive != 0 ? a.keep_alive : options_.keep_alive;
  p.user_name = options_.user_name;
  p.password = options_.password;
  const bool v5 = a.version == protocol_version::v5;
  if (v5 && a.expiry) {
    p.properties.push_back(wire::number_property(property_id::session_expiry_interval, *a.expiry));
  }
  if (v5 && a.receive_maximum != 0) {
    p.properties.push_back(wire::number_property(property_id::receive_maximum, a.receive_maximum));
  }
  if (v5 && a.small_packets) {
    p.properties.push_back(wire::number_property(property_id::maximum_packet_size, small_packet));
  }
  if (a.will) {
    wire::will_message w;
    w.topic = judge_.topic_text(a.will->topic);
    w.payload = "m" + std::to_string(will);
    w.qos = a.will->qos;
    w.retain = a.will->retain;
    if (v5 && a.will->properties) add_properties(w.properties);
    if (v5 && a.will->delay != 0) {
      w.properties.push_back(
          wire::number_property(property_id::will_delay_interval, a.will->delay));
    }
    p.will = std::move(w);
  }
  return p;
}

player::progress player::connect(const action& a, instant now) {
  if (const connection_id old = up(a.client); old != no_connection && fence_first(old, now)) {
    return progress::more;
  }
  action how = a;
  // What becomes of a session that is resumed in the other version is not said.
  if (last_connect_[a.client]) how.version = last_connect_[a.client]->version;
  if (how.will) {
    how.will->qos = std::min(how.will->qos, judge_.facts().maximum_qos);
    how.will->retain &= judge_.facts().retain;
  }
  last_connect_[a.client] = how;
  last_acknowledgement_[a.client].reset();
  open(a.client, how, {});
  return progress::done;
}

player::progress player::subscribe(const action& a, instant now) {
  const connection_id c = up(a.client);
  const bool v5 = lines_[c].how.version == protocol_version::v5;
  const broker_facts& facts = judge_.facts();
  std::vector<std::pair<std::uint8_t, std::uint8_t>> asked{{a.name, a.qos}};
  if (a.also) asked.push_back({*a.also, a.also_qos});
  if (a.share != 0 && (!v5 || !facts.shares)) return progress::impossible;
  if (a.also == a.name) return progress::impossible;
  const bool un = a.kind == action_kind::unsubscribe;
  wire::packet p =
      wire::make(un ? packet_type::unsubscribe : packet_type::subscribe, lines_[c].how.version);
  p.packet_id = un ? unsubscribe_id : subscribe_id;
  for (const auto& [index, qos] : asked) {
    const std::string_view name = filter_names[index];
    if (!facts.wildcards && name.find_first_of("+#") != std::string_view::npos) {
      return progress::impossible;
    }
    std::string filter = a.share != 0 ? "$share/" + options_.ns + '/' : "";
    filter.append(options_.ns).append("/").append(name);
    if (un) {
      p.filters.push_back(std::move(filter));
      continue;
    }
    wire::subscription_request r;
    r.filter = std::move(filter);
    r.max_qos = qos;
    if (v5) {
      r.no_local = a.no_local && a.share == 0;
      r.retain_as_published = a.retain_as_published;
      r.retain_handling = a.retain_handling;
    }
    p.subscriptions.push_back(std::move(r));
  }
  action how = a;
  if (!v5 || !facts.identifiers) how.identifier = 0;
  if (!un && how.identifier != 0) {
    p.properties.push_back(
        wire::number_property(property_id::subscription_identifier, how.identifier));
  }
  send(c, p, now);
  if (un)
    judge_.unsubscribe(c, a, unsubscribe_id, now);
  else
    judge_.subscribe(c, how, subscribe_id, now);
  return progress::done;
}

wire::packet player::publish_packet(const link& l, message_id m, std::uint16_t id, bool dup) const {
  const message& what = judge_.message_of(m);
  wire::packet p = wire::make(packet_type::publish, l.version);
  p.topic = judge_.topic_text(what.topic);
  p.qos = what.qos;
  p.packet_id = what.qos == 0 ? std::uint16_t{0} : id;
  p.dup = dup && what.qos > 0;
  p.retain = what.retain;
  p.payload = judge_.payload_of(m);
  if (what.properties) add_properties(p.properties);
  if (what.lifetime) {
    p.properties.push_back(
        wire::number_property(property_id::message_expiry_interval, *what.lifetime));
  }
  return p;
}

player::progress player::publish(const action& a, instant now) {
  const connection_id c = up(a.client);
  const auto& open = judge_.session_of(a.client).received;
  action how = a;
  how.qos = std::min(a.qos, judge_.facts().maximum_qos);
  how.retain &= judge_.facts().retain;
  // An empty message is known by its topic only, so there is one at most.
  how.empty &= how.retain && !judge_.has_empty(how.name);
  if (how.qos > 0) {
    const bool used =
        std::any_of(open.begin(), open.end(), [&](const inbound& i) { return i.id == a.id; });
    if (used || open.size() >= judge_.facts().receive_maximum) return progress::impossible;
  }
  const message_id m = judge_.publish(c, how, now);
  wire::packet p = publish_packet(judge_.link_of(c), m, a.id, a.dup);
  const std::uint16_t highest = judge_.facts().topic_alias_maximum;
  const std::uint16_t alias = a.alias == 255 ? highest : a.alias;
  if (alias != 0 && alias <= highest && lines_[c].how.version == protocol_version::v5) {
    auto& set = lines_[c].aliases[a.alias];
    if (set == how.name) p.topic.clear();
    set = how.name;
    p.properties.push_back(wire::number_property(property_id::topic_alias, alias));
  }
  send(c, p, now);
  return progress::done;
}

player::progress player::repeat(const action& a, instant now) {
  const connection_id c = up(a.client);
  if (a.kind == action_kind::release) {
    // Who has no QoS 2 need not know PUBREL.
    if (judge_.facts().maximum_qos < 2) return progress::impossible;
    wire::packet p = wire::make(packet_type::pubrel, lines_[c].how.version);
    p.packet_id = a.id;
    send(c, p, now);
    judge_.release(c, a.id, now);
    return progress::done;
  }
  for (const inbound& i : judge_.session_of(a.client).received) {
    if (i.id != a.id) continue;
    send(c, publish_packet(judge_.link_of(c), i.message, a.id, true), now);
    judge_.repeat(c, a.id, now);
    return progress::done;
  }
  return progress::impossible;
}

void player::send_acknowledgement(connection_id c, std::size_t index, packet_type type,
                                  std::uint8_t reason, instant now) {
  wire::packet p = wire::make(type, lines_[c].how.version);
  p.packet_id = judge_.session_of(lines_[c].client).deliveries[index].id;
  p.reason = reason;
  send(c, p, now);
  judge_.acknowledge(c, index, type, reason, now);
  if (type != packet_type::pubrec && reason == 0) last_acknowledgement_[lines_[c].client] = p;
}

player::progress player::acknowledge(const action& a, instant now) {
  const connection_id c = up(a.client);
  const auto& deliveries = judge_.session_of(a.client).deliveries;
  std::vector<std::size_t> due;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (!is_due(deliveries[i])) continue;
    if (a.kind != action_kind::acknowledge && deliveries[i].state == delivery_state::released) {
      continue;
    }
    due.push_back(i);
  }
  if (due.empty()) return progress::impossible;
  const std::size_t index = due[a.which % due.size()];
  const delivery& d = deliveries[index];
  packet_type type = due_packet(d);
  std::uint8_t reason = 0;
  if (a.kind == action_kind::wrong) {
    type = type == packet_type::puback ? packet_type::pubrec : packet_type::puback;
  }
  if (a.kind == action_kind::refuse) {
    if (lines_[c].how.version != protocol_version::v5) return progress::impossible;
    reason = wire::code_of(wire::reason_code::unspecified_error);
  }
  send_acknowledgement(c, index, type, reason, now);
  // The broker may close for that: whether it does is seen before anything else is sent.
  if (a.kind == action_kind::wrong) ping(c, now);
  return progress::done;
}

// The same PUBACK or PUBCOMP twice; only where its identifier cannot stand for something new.
player::progress player::again(const action& a, instant now) {
  const connection_id c = up(a.client);
  if (fence_first(c, now)) return progress::more;
  const session& s = judge_.session_of(a.client);
  const auto& last = last_acknowledgement_[a.client];
  const bool something_comes =
      std::any_of(s.copies.begin(), s.copies.end(), [](const copy& x) { return !x.taken; });
  const bool in_flight =
      last && std::any_of(s.deliveries.begin(), s.deliveries.end(),
                          [&](const delivery& d) { return d.id == last->packet_id || !d.here; });
  if (!last || something_comes || in_flight) return progress::impossible;
  send(c, *last, now);
  judge_.acknowledged_again(c, now);
  ping(c, now);
  return progress::done;
}

player::progress player::cut(const action& a, instant now) {
  const connection_id c = up(a.client);
  line& l = lines_[c];
  const bool v5 = l.how.version == protocol_version::v5;
  switch (a.cut) {
    case cut_kind::reset:
      if (fence_first(c, now)) return progress::more;
      std::erase(names_, l.name);
      record_.ended(c, trace::event_kind::aborted, "abort", now);
      l.deaf = true;
      l.open = false;
      actions_.emplace_back(play::close_connection{c, true});
      break;
    case cut_kind::silence:
      if (judge_.link_of(c).keep_alive == 0 || judge_.link_of(c).keep_alive > 10) {
        return progress::impossible;
      }
      break;
    case cut_kind::error:
      send(c, connect_packet(a.client, l.how, judge_.link_of(c).will), now);
      break;
    case cut_kind::alias_high:
    case cut_kind::alias_unknown: {
      // The highest one is not used where the small ones are.
      if (!v5 || judge_.facts().topic_alias_maximum == 65535 ||
          (a.cut == cut_kind::alias_unknown &&
           (l.aliases[1] || l.aliases[255] || judge_.facts().topic_alias_maximum == 0))) {
        return progress::impossible;
      }
      const message_id m = judge_.futile(
          a.client, 0, a.cut == cut_kind::alias_high ? rules::alias_high : rules::alias_unknown);
      const wire::packet p = error_packet(c, a.cut, m);
      send(c, p, now);
      break;
    }
    case cut_kind::qos_high: {
      const std::uint8_t most = judge_.facts().maximum_qos;
      if (!v5 || most >= 2) return progress::impossible;
      const message_id m = judge_.futile(a.client, 0, rules::qos_high);
      wire::packet p = wire::make(packet_type::publish, l.how.version);
      p.topic = judge_.topic_text(0);
      p.qos = static_cast<std::uint8_t>(most + 1);
      p.packet_id = 100;
      p.payload = judge_.payload_of(m);
      send(c, p, now);
      break;
    }
    case cut_kind::quota_high:
      if (!exceed_receive_maximum(c, now)) return progress::impossible;
      break;
    case cut_kind::raise: {
      if (!v5 || l.how.expiry.value_or(0) != 0 || l.how.will) return progress::impossible;
      wire::packet p = wire::make(packet_type::disconnect, l.how.version);
      p.properties.push_back(wire::number_property(property_id::session_expiry_interval, 300));
      send(c, p, now);
      judge_.cut(c, a.cut, std::nullopt, now);
      shut(c, now);
      return progress::done;
    }
    case cut_kind::goodbye:
    case cut_kind::with_will: {
      if (a.cut == cut_kind::with_will && !v5) return progress::impossible;
      wire::packet p = wire::make(packet_type::disconnect, l.how.version);
      if (a.cut == cut_kind::with_will) {
        p.reason = wire::code_of(wire::reason_code::disconnect_with_will_message);
      }
      std::optional<std::uint32_t> expiry = v5 ? a.expiry : std::nullopt;
      // An interval of 0 cannot be changed.
      if (l.how.expiry.value_or(0) == 0 && expiry != 0) expiry.reset();
      if (expiry) {
        p.properties.push_back(
            wire::number_property(property_id::session_expiry_interval, *expiry));
      }
      send(c, p, now);
      judge_.cut(c, a.cut, expiry, now);
      shut(c, now);
      return progress::done;
    }
    case cut_kind::fin:
      shut(c, now);
      break;
  }
  judge_.cut(c, a.cut, std::nullopt, now);
  return progress::done;
}

// One more than the broker takes at once: none of them gets its PUBREL.
bool player::exceed_receive_maximum(connection_id c, instant now) {
  constexpr std::uint16_t most = 20;
  const broker_facts& facts = judge_.facts();
  if (lines_[c].how.version != protocol_version::v5 || facts.maximum_qos < 2 ||
      facts.receive_maximum > most) {
    return false;
  }
  action a;
  a.qos = 2;
  a.client = lines_[c].client;
  for (std::uint16_t n = 0; n <= facts.receive_maximum; ++n) {
    a.id = static_cast<std::uint16_t>(first_id_above_quota + n);
    const message_id m = judge_.publish(c, a, now);
    send(c, publish_packet(judge_.link_of(c), m, a.id, false), now);
  }
  return true;
}

wire::packet player::error_packet(connection_id c, cut_kind how, message_id m) const {
  wire::packet p = wire::make(packet_type::publish, lines_[c].how.version);
  const bool high = how == cut_kind::alias_high;
  if (high) p.topic = judge_.topic_text(0);
  p.payload = judge_.payload_of(m);
  p.properties.push_back(wire::number_property(
      property_id::topic_alias, high ? judge_.facts().topic_alias_maximum + 1u : 1u));
  return p;
}

player::progress player::restart(instant now) {
  if (!options_.restarts) return progress::impossible;
  for (std::uint8_t client = 0; client < most_clients; ++client) {
    const connection_id c = up(client);
    if (c != no_connection && fence_first(c, now)) return progress::more;
  }
  for (connection_id c = 0; c < lines_.size(); ++c) {
    lines_[c].deaf = true;
    lines_[c].open = false;
  }
  names_.clear();
  record_.restarted(now);
  restarting_ = true;
  actions_.emplace_back(play::run_hook{script::broker_action::restart});
  judge_.restart(now);
  return progress::done;
}

player::progress player::settle(const action& a, instant now) {
  const connection_id c = up(a.client);
  if (c == no_connection) {
    const session& s = judge_.session_of(a.client);
    if (!last_connect_[a.client] || !s.kept || s.connection != no_connection) {
      return rounds_ == 0 ? progress::impossible : progress::done;
    }
    action back = *last_connect_[a.client];
    back.clean = false;
    back.will.reset();
    back.receive_maximum = 0;
    back.keep_alive = 0;
    back.small_packets = false;
    if (connect(back, now) == progress::impossible) return progress::impossible;
    return progress::more;
  }
  const auto& deliveries = judge_.session_of(a.client).deliveries;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (!is_due(deliveries[i])) continue;
    send_acknowledgement(c, i, due_packet(deliveries[i]), 0, now);
    return progress::more;
  }
  if (settled_ping_) return progress::done;
  settled_ping_ = true;
  ping(c, now);
  return progress::more;
}

}  // namespace mqttspec::explore
