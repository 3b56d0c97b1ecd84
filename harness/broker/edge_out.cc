// Packets of the broker, on their way to clients, and the ends of connections.

#include <algorithm>

#include "broker/edge_filter.h"
#include "model/topic.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::broker {

void edge::filter::emit(link& l, byte_view octets) {
  outputs.emplace_back(send_octets{l.id, byte_buffer(octets.begin(), octets.end())});
  l.went_out = true;
  release_held(l);
}

void edge::filter::release_held(link& l) {
  for (byte_buffer& octets : std::exchange(l.held, {})) {
    outputs.emplace_back(send_octets{l.id, std::move(octets)});
  }
}

void edge::filter::end_now(link& l) {
  if (!l.alive) return;
  l.alive = false;
  release_held(l);
  outputs.emplace_back(close_connection{l.id});
  ended_.push_back(l.id);
}

void edge::filter::note_answer(link& l, const packet& p) {
  if (p.type == packet_type::disconnect) l.told_reason = p.reason;
  if (p.type != packet_type::connack || !wire::is_success(p.type, p.version, p.reason)) return;
  l.resumed = p.session_present;
  if (const auto* given =
          find_property(p.properties, wire::property_id::assigned_client_identifier)) {
    l.client_id = given->text;
  }
  ++connects_[l.client_id];
  if (!l.resumed) shares_[l.client_id].clear();
}

void edge::filter::depart(link& l, byte_view whole) {
  const auto p = wire::decode(whole, {l.version, wire::sender::server});
  if (!p) return emit(l, whole);
  note_answer(l, *p);
  occasion o = occasion_of(l, *p);
  o.number = ++l.sent[p->type];
  if (p->type == packet_type::connack) o.number = connects_[l.client_id];
  if (p->type == packet_type::suback || p->type == packet_type::unsuback) {
    o.shared = !shares_[l.client_id].empty();
  }
  if (l.unanswered == p->type) {
    l.unanswered.reset();
    return;
  }
  const auto before = l.previous.find(p->type);
  const packet* previous = before == l.previous.end() ? nullptr : &before->second;
  const mutant* m = struck(mutation_site::send, o, [&](const mutant& each) {
    switch (each.what) {
      case mutation::before:
        return l.went_out;
      case mutation::to_another:
      case mutation::also_to_other:
        return other_than(l) != nullptr;
      case mutation::dropped:
      case mutation::twice:
      case mutation::late:
      case mutation::behind_next:
      case mutation::closed_behind:
      case mutation::closed_instead:
      case mutation::behind_goodbye:
        return true;
      default:
        return mutated(each, *p, previous).has_value();
    }
  });
  if (m == nullptr) {
    emit(l, whole);
  } else if (auto octets = mutated(*m, *p, previous)) {
    emit(l, *octets);
  } else {
    depart_as(*m, l, *p, whole);
  }
  l.previous.insert_or_assign(p->type, *p);
}

void edge::filter::depart_as(const mutant& m, link& l, const packet& p, byte_view whole) {
  switch (m.what) {
    case mutation::dropped:
      return;
    case mutation::twice:
      emit(l, whole);
      return emit(l, whole);
    case mutation::late:
      put_off.emplace(saturating_add(now, lateness),
                      send_octets{l.id, byte_buffer(whole.begin(), whole.end())});
      return;
    case mutation::behind_next:
      l.held.emplace_back(whole.begin(), whole.end());
      put_off_ends.emplace(saturating_add(now, patience_for_the_next), 0);
      return;
    case mutation::before: {
      const auto last = std::find_if(outputs.rbegin(), outputs.rend(), [&](const output& o) {
        const auto* s = std::get_if<send_octets>(&o);
        return s != nullptr && s->to == l.id;
      });
      if (last == outputs.rend()) return emit(l, whole);
      outputs.insert(last.base() - 1, send_octets{l.id, byte_buffer(whole.begin(), whole.end())});
      return;
    }
    case mutation::to_another:
      return emit(*other_than(l), whole);
    case mutation::also_to_other:
      emit(l, whole);
      return emit(*other_than(l), whole);
    case mutation::closed_behind:
    case mutation::closed_instead:
      if (m.what == mutation::closed_behind) emit(l, whole);
      return end_now(l);
    case mutation::behind_goodbye: {
      emit(l, whole);
      byte_buffer more;
      if (wire::encode_to(wire::make(packet_type::pingresp, p.version), more)) emit(l, more);
      return;
    }
    default:
      return emit(l, whole);
  }
}

// The broker ends the connection.
void edge::filter::end(link& l) {
  if (!l.alive) return;
  occasion o;
  o.version = l.version;
  o.type = l.last_received;
  o.reason = l.told_reason;
  using enum wire::reason_code;
  if (o.reason == code_of(session_taken_over)) o.type = packet_type::connect;
  if (o.reason == code_of(keep_alive_timeout) || o.reason == code_of(quota_exceeded) ||
      o.reason == code_of(server_shutting_down)) {
    o.type = packet_type::pingreq;
  }
  const mutant* m = struck(mutation_site::close, o, [](const mutant&) { return true; });
  if (m == nullptr) return end_now(l);
  if (m->what == mutation::late) {
    put_off.emplace(saturating_add(now, lateness), close_connection{l.id});
    return;
  }
  if (m->what == mutation::ignored && l.told_reason >= 0) {
    const auto last = std::find_if(outputs.rbegin(), outputs.rend(), [&](const output& each) {
      const auto* s = std::get_if<send_octets>(&each);
      return s != nullptr && s->to == l.id;
    });
    if (last != outputs.rend()) outputs.erase(last.base() - 1);
  }
}

void edge::filter::drain() {
  bool more = true;
  while (more) {
    more = false;
    for (output& o : broker_.take_outputs()) {
      more = true;
      if (const auto* closes = std::get_if<close_connection>(&o)) {
        end(at(closes->to));
        continue;
      }
      const auto& sends = std::get<send_octets>(o);
      link& l = at(sends.to);
      byte_view rest = sends.octets;
      while (!rest.empty() && l.alive) {
        const auto next = wire::split(rest, l.version);
        if (!next || !*next) {
          emit(l, rest);
          break;
        }
        const byte_view whole = (*next)->bytes;
        rest = rest.subspan(whole.size());
        depart(l, whole);
      }
    }
    for (const connection_id id : std::exchange(ended_, {})) {
      more = true;
      broker_.peer_closed(id, now);
    }
  }
  for (auto& [id, l] : links_) {
    l.went_out = false;
    l.told_reason = -1;
  }
}

void edge::filter::advance() {
  while (!put_off.empty() && put_off.begin()->first <= now) {
    const output o = std::move(put_off.extract(put_off.begin()).mapped());
    if (const auto* s = std::get_if<send_octets>(&o)) {
      if (at(s->to).alive) emit(at(s->to), s->octets);
    } else {
      end_now(at(std::get<close_connection>(o).to));
    }
  }
  while (!put_off_ends.empty() && put_off_ends.begin()->first <= now) {
    const connection_id id = put_off_ends.extract(put_off_ends.begin()).mapped();
    if (id != 0) {
      broker_.peer_closed(id, now);
      continue;
    }
    for (auto& [each, l] : links_) release_held(l);
  }
}

}  // namespace mqttspec::broker
