// Packets of clients, on their way to the broker.

#include <algorithm>

#include "broker/edge_filter.h"
#include "model/topic.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::broker {

namespace {

// The property that a fault is about; 0 where it is about none, or about any.
std::uint8_t property_of(const wire::wire_fault& f, byte_view octets) {
  using enum wire::wire_error;
  if (f.error != misplaced_property && f.error != duplicate_property &&
      f.error != property_out_of_range) {
    return 0;
  }
  const std::size_t at = f.error == property_out_of_range && f.offset > 0 ? f.offset - 1 : f.offset;
  return at < octets.size() ? octets[at] : std::uint8_t{0};
}

}  // namespace

void edge::filter::receive(link& l, byte_view octets) {
  l.incomplete.insert(l.incomplete.end(), octets.begin(), octets.end());
  while (l.alive && !l.incomplete.empty()) {
    const auto next = wire::split(l.incomplete, l.version, largest_packet_);
    if (!next) {
      const byte_buffer all = std::exchange(l.incomplete, {});
      if (!take_fault(l, next.error(), all)) broker_.receive(l.id, all, now);
      return drain();
    }
    if (!*next) return;
    const byte_buffer whole((*next)->bytes.begin(), (*next)->bytes.end());
    l.incomplete.erase(l.incomplete.begin(),
                       l.incomplete.begin() + static_cast<std::ptrdiff_t>(whole.size()));
    take(l, whole);
    drain();
  }
}

void edge::filter::take(link& l, byte_view whole) {
  auto p = wire::decode(whole, {l.version, wire::sender::client});
  l.last_received = static_cast<packet_type>(whole[0] >> 4);
  if (!p) {
    if (!take_fault(l, p.error(), whole)) broker_.receive(l.id, whole, now);
    return;
  }
  take(l, std::move(*p), whole);
}

// True: the broker does not see it.
bool edge::filter::take_fault(link& l, const wire::wire_fault& f, byte_view octets) {
  occasion o;
  o.type = static_cast<packet_type>(octets[0] >> 4);
  o.version = o.type == packet_type::connect ? f.version : l.version;
  o.error = f.error;
  o.property = property_of(f, octets);
  const mutant* m = struck(mutation_site::refuse, o, [](const mutant&) { return true; });
  if (m == nullptr) return false;
  if (m->what != mutation::answered_only) return true;
  byte_buffer answer;
  if (const auto p = answer_to(octets, o.version); p && wire::encode_to(*p, answer)) {
    emit(l, answer);
  }
  return true;
}

void edge::filter::note_request(link& l, const packet& p) {
  ++l.received[p.type];
  if (p.type == packet_type::connect && l.client_id.empty()) {
    l.version = p.version;
    l.client_id = p.client_id;
    l.with_will = p.will.has_value();
    if (p.will) will_topics_.insert(p.will->topic);
    l.taken_over = std::any_of(links_.begin(), links_.end(), [&](const auto& each) {
      return each.first != l.id && each.second.alive && each.second.client_id == l.client_id;
    });
  }
  for (const auto& s : p.subscriptions) {
    if (const auto parts = model::split_share(s.filter); parts.shared) {
      shares_[l.client_id].insert(std::string(parts.filter));
    }
  }
}

void edge::filter::take(link& l, packet p, byte_view whole) {
  note_request(l, p);
  occasion o = occasion_of(l, p);
  o.number = l.received[p.type];
  if (p.type == packet_type::connect) {
    o.number = connects_[l.client_id] + 1;
    o.resumed = !p.clean_start && o.number > 1;
  }
  if (p.type == packet_type::subscribe) {
    o.shared = std::any_of(p.subscriptions.begin(), p.subscriptions.end(),
                           [](const auto& s) { return model::split_share(s.filter).shared; });
  }
  if (p.type == packet_type::unsubscribe) {
    o.shared = std::any_of(p.filters.begin(), p.filters.end(),
                           [](const std::string& f) { return model::split_share(f).shared; });
  }
  const mutant* m = struck(mutation_site::receive, o, [&](const mutant& each) {
    if (!each.field.empty()) return misread(each, p).has_value();
    const bool answers = each.what == mutation::answered_only || each.what == mutation::acted_only;
    return !answers || answer_to(p).has_value();
  });
  if (m == nullptr) return broker_.receive(l.id, whole, now);
  if (!m->field.empty()) return pass_on(l, *misread(*m, p));
  switch (m->what) {
    case mutation::ignored:
      return;
    case mutation::twice:
      broker_.receive(l.id, whole, now);
      return broker_.receive(l.id, whole, now);
    case mutation::closed_instead:
      return end_now(l);
    case mutation::answered_only: {
      byte_buffer answer;
      if (wire::encode_to(*answer_to(p), answer)) emit(l, answer);
      return;
    }
    case mutation::acted_only:
      l.unanswered = answer_to(p)->type;
      return broker_.receive(l.id, whole, now);
    case mutation::as_broken_off:
      return end_now(l);
    default:
      return broker_.receive(l.id, whole, now);
  }
}

void edge::filter::pass_on(link& l, const packet& p) {
  byte_buffer octets;
  if (wire::encode_to(p, octets)) broker_.receive(l.id, octets, now);
}

void edge::filter::gone(link& l) {
  if (!l.alive) return;
  l.alive = false;
  occasion o;
  o.type = packet_type::disconnect;
  o.version = l.version;
  o.resumed = l.resumed;
  o.with_will = l.with_will;
  o.taken_over = l.taken_over;
  const bool greeted = l.sent[packet_type::connack] != 0;
  const mutant* m = struck(mutation_site::leave, o, [&](const mutant&) { return greeted; });
  if (m != nullptr && m->what == mutation::ignored) return;
  if (m != nullptr && m->what == mutation::late) {
    put_off_ends.emplace(saturating_add(now, lateness), l.id);
    return;
  }
  if (m != nullptr) pass_on(l, wire::make(packet_type::disconnect, l.version));
  broker_.peer_closed(l.id, now);
  drain();
}

}  // namespace mqttspec::broker
