#include "broker/mutate.h"

#include <algorithm>

#include "wire/craft.h"
#include "wire/encode.h"

namespace mqttspec::broker {

namespace {

using wire::edit;
using wire::edit_kind;
using wire::packet;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;

template <class Number>
Number changed_number(mutation what, Number value) {
  switch (what) {
    case mutation::flipped:
      return value == 0 ? Number{1} : Number{0};
    case mutation::plus_one:
      return static_cast<Number>(value + 1);
    case mutation::minus_one:
      return static_cast<Number>(value == 0 ? value : value - 1);
    case mutation::zero:
      return 0;
    case mutation::far_off:
      return static_cast<Number>(value / 4 + 7);
    default:
      return value;
  }
}

// The last character is another one, of the same kind.
void change_last(std::string& text) {
  if (text.empty()) return;
  const char last = text.back();
  text.back() = last == 'x' ? 'y' : 'x';
}

void change_text(mutation what, std::string& text) {
  switch (what) {
    case mutation::changed:
      return change_last(text);
    case mutation::cut:
      if (!text.empty()) text.pop_back();
      return;
    case mutation::longer:
      text += 'x';
      return;
    case mutation::empty:
      return text.clear();
    case mutation::other_case:
      for (char& c : text) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
      }
      return;
    default:
      return;
  }
}

template <class Entry>
void change_list(mutation what, std::vector<Entry>& list) {
  if (list.empty()) return;
  if (what == mutation::missing) list.erase(list.begin());
  if (what == mutation::last_missing) list.pop_back();
  if (what == mutation::reversed) std::reverse(list.begin(), list.end());
}

// A reason code that |type| allows, of the same side of 0x80, and not |now|.
std::uint8_t other_reason(const packet& p) {
  const bool fails = !wire::is_success(p.type, p.version, p.reason);
  for (unsigned code = fails ? 0x80 : 0; code < (fails ? 0x100u : 0x80u); ++code) {
    const auto c = static_cast<std::uint8_t>(code);
    if (c != p.reason && wire::reason_allowed(p.type, p.version, c) &&
        wire::is_success(p.type, p.version, c) != fails) {
      return c;
    }
  }
  return p.reason;
}

std::uint8_t failing_reason(const packet& p) {
  for (unsigned code = 0; code < 0x100; ++code) {
    const auto c = static_cast<std::uint8_t>(code == 0x80 || code == 0 ? code ^ 0x80 : code);
    if (wire::reason_allowed(p.type, p.version, c) && !wire::is_success(p.type, p.version, c)) {
      return c;
    }
  }
  return p.reason;
}

constexpr std::uint8_t no_reason = 0x55;

void change_reason(mutation what, packet& p, const packet* previous) {
  const std::uint8_t now = p.reason;
  switch (what) {
    case mutation::failure:
      if (wire::is_success(p.type, p.version, now)) p.reason = failing_reason(p);
      return;
    case mutation::success:
      p.reason = 0;
      return;
    case mutation::another:
      p.reason = other_reason(p);
      return;
    case mutation::reserved:
      p.reason = no_reason;
      return;
    case mutation::of_previous:
      if (previous != nullptr) p.reason = previous->reason;
      return;
    default:
      return;
  }
}

void change_reasons(mutation what, packet& p, const packet* previous) {
  if (p.reasons.empty()) return;
  std::uint8_t& first = p.reasons.front();
  switch (what) {
    case mutation::failure:
      if (first < 0x80) first = 0x80;
      return;
    case mutation::reserved:
      first = no_reason;
      return;
    case mutation::longer:
      return p.reasons.push_back(p.reasons.back());
    case mutation::of_previous:
      if (previous != nullptr) p.reasons = previous->reasons;
      return;
    case mutation::plus_one:
    case mutation::minus_one:
      first = changed_number(what, first);
      return;
    default:
      return change_list(what, p.reasons);
  }
}

wire::property plausible(const wire::property_spec& spec) {
  switch (spec.type) {
    case wire::property_type::utf8_pair:
      return wire::user_property("added", "value");
    case wire::property_type::utf8_string:
    case wire::property_type::binary_data:
      return wire::text_property(spec.id, "added");
    default:
      return wire::number_property(spec.id, std::max(1u, spec.range.smallest));
  }
}

bool is_number(const wire::property_spec& spec) {
  return spec.type != wire::property_type::utf8_pair &&
         spec.type != wire::property_type::utf8_string &&
         spec.type != wire::property_type::binary_data;
}

void reverse_all_of(property_id id, wire::property_list& list) {
  wire::property_list those;
  for (const wire::property& p : list) {
    if (p.id == id) those.push_back(p);
  }
  for (wire::property& p : list) {
    if (p.id != id) continue;
    p = those.back();
    those.pop_back();
  }
}

void change_property(mutation what, const wire::property_spec& spec, wire::property_list& list) {
  const auto is_it = [&](const wire::property& p) { return p.id == spec.id; };
  const auto first = std::find_if(list.begin(), list.end(), is_it);
  if (what == mutation::added) {
    if (first == list.end()) list.push_back(plausible(spec));
    return;
  }
  if (first == list.end()) return;
  switch (what) {
    case mutation::missing:
      list.erase(first);
      return;
    case mutation::last_missing:
      list.erase(std::find_if(list.rbegin(), list.rend(), is_it).base() - 1);
      return;
    case mutation::doubled: {
      const wire::property copy = *first;
      list.push_back(copy);
      return;
    }
    case mutation::reversed:
      return reverse_all_of(spec.id, list);
    default:
      break;
  }
  if (is_number(spec)) {
    first->number = changed_number(what, first->number);
  } else {
    change_text(what, spec.type == wire::property_type::utf8_pair ? first->value : first->text);
  }
}

// False: the field is none of |p|.
bool change_will(const mutant& m, packet& p) {
  if (!p.will) return false;
  wire::will_message& w = *p.will;
  if (m.field == "will") {
    p.will.reset();
  } else if (m.field == "will_topic") {
    change_text(m.what, w.topic);
  } else if (m.field == "will_payload") {
    change_text(m.what, w.payload);
  } else if (m.field == "will_qos") {
    w.qos = changed_number(m.what, w.qos);
  } else if (m.field == "will_retain") {
    w.retain = !w.retain;
  } else {
    return false;
  }
  return true;
}

void change_subscriptions(const mutant& m, packet& p) {
  if (m.field == "filters") return change_list(m.what, p.subscriptions);
  if (p.subscriptions.empty()) return;
  wire::subscription_request& s = p.subscriptions.front();
  if (m.field == "filter") change_text(m.what, s.filter);
  if (m.field == "max_qos") s.max_qos = changed_number(m.what, s.max_qos);
  if (m.field == "no_local") s.no_local = !s.no_local;
  if (m.field == "retain_as_published") s.retain_as_published = !s.retain_as_published;
  if (m.field == "retain_handling") s.retain_handling = changed_number(m.what, s.retain_handling);
}

void change_filters(const mutant& m, packet& p) {
  if (m.field == "filters") return change_list(m.what, p.filters);
  if (m.field == "filter" && !p.filters.empty()) change_text(m.what, p.filters.front());
}

void change_own_text(mutation what, std::optional<std::string>& text) {
  if (text) change_text(what, *text);
}

void change_plain_field(const mutant& m, packet& p, const packet* previous) {
  const bool same = m.what == mutation::of_previous;
  if (same && previous == nullptr) return;
  if (m.field == "dup") p.dup = !p.dup;
  if (m.field == "retain") p.retain = !p.retain;
  if (m.field == "session_present") p.session_present = !p.session_present;
  if (m.field == "clean_start" || m.field == "clean_session") p.clean_start = !p.clean_start;
  if (m.field == "keep_alive") p.keep_alive = changed_number(m.what, p.keep_alive);
  if (m.field == "client_id") change_text(m.what, p.client_id);
  if (m.field == "user_name") change_own_text(m.what, p.user_name);
  if (m.field == "password") change_own_text(m.what, p.password);
  if (m.field == "qos") {
    const std::uint8_t other = m.what == mutation::reserved ? 3 : changed_number(m.what, p.qos);
    p.qos = same ? previous->qos : other;
    if (p.qos == 0) p.packet_id = 0;
    if (p.qos > 0 && p.packet_id == 0) p.packet_id = 4711;
  }
  if (m.field == "id" && p.packet_id != 0) {
    p.packet_id = same ? previous->packet_id : changed_number(m.what, p.packet_id);
  }
  if (m.field == "topic") {
    change_text(m.what, p.topic);
    if (same) p.topic = previous->topic;
  }
  if (m.field == "payload") {
    change_text(m.what, p.payload);
    if (same) p.payload = previous->payload;
  }
  if (m.field == "reason") change_reason(m.what, p, previous);
  if (m.field == "reasons") change_reasons(m.what, p, previous);
}

packet changed_field(const mutant& m, const packet& original, const packet* previous) {
  packet p = original;
  const auto field = wire::find_field(p.type, m.field);
  if (field && field->property != nullptr) {
    if (!field->of_will) {
      change_property(m.what, *field->property, p.properties);
    } else if (p.will) {
      change_property(m.what, *field->property, p.will->properties);
    }
    return p;
  }
  if (m.field.starts_with("will")) {
    change_will(m, p);
  } else if (p.type == packet_type::subscribe && m.field != "id") {
    change_subscriptions(m, p);
  } else if (p.type == packet_type::unsubscribe && m.field != "id") {
    change_filters(m, p);
  } else {
    change_plain_field(m, p, previous);
  }
  return p;
}

std::optional<byte_buffer> edited(const packet& p, std::initializer_list<edit> edits) {
  auto e = wire::encode(p);
  if (!e) return std::nullopt;
  for (const edit& each : edits) {
    if (!wire::apply(each, *e)) return std::nullopt;
  }
  return std::move(e->bytes);
}

edit put(std::string_view field, byte_buffer octets) {
  edit e;
  e.kind = edit_kind::put;
  e.field = field;
  e.bytes = std::move(octets);
  return e;
}

byte_buffer with_length(std::string_view text) {
  byte_buffer out{static_cast<std::uint8_t>(text.size() >> 8),
                  static_cast<std::uint8_t>(text.size())};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}

// |wanted| breaks a rule of the table in |field|: a legal neighbour, and the octets put in place.
std::optional<byte_buffer> illegal(const std::string& field, const packet& original,
                                   const packet& wanted) {
  packet legal = original;
  if (field == "id") {
    return edited(legal, {put(field, {static_cast<std::uint8_t>(wanted.packet_id >> 8),
                                      static_cast<std::uint8_t>(wanted.packet_id)})});
  }
  if (field == "reason") {
    legal.session_present = false;
    if (original.version == protocol_version::v5) legal.reason = failing_reason(original);
    return edited(legal, {put(field, {wanted.reason})});
  }
  if (field == "session_present") {
    return edited(legal, {put(field, {std::uint8_t{wanted.session_present}})});
  }
  if (field == "reasons") {
    if (wanted.reasons.empty()) return edited(legal, {put(field, {})});
    return edited(legal, {put(field, {wanted.reasons.front()})});
  }
  if (field == "topic") return edited(legal, {put(field, with_length(wanted.topic))});
  if (field == "dup" || field == "qos") {
    edit flags;
    flags.kind = edit_kind::flags;
    flags.first = std::uint64_t{wanted.dup} << 3 | std::uint64_t{wanted.qos} << 1 |
                  std::uint64_t{wanted.retain};
    return edited(legal, {flags});
  }
  return std::nullopt;
}

// Octets of a property appended to the properties of a packet of 5.0.
edit extra_property(const wire::property& property) {
  packet carrier = wire::make(packet_type::connack, protocol_version::v5);
  carrier.properties = {property};
  edit e;
  e.kind = edit_kind::property;
  if (const auto made = wire::encode(carrier)) {
    e.bytes.assign(made->bytes.begin() + 5, made->bytes.end());
  }
  return e;
}

std::optional<byte_buffer> reformed(mutation what, const packet& original) {
  auto e = wire::encode(original);
  if (!e) return std::nullopt;
  edit change;
  switch (what) {
    case mutation::flags_set:
      if (original.type == packet_type::publish) return std::nullopt;
      change.kind = edit_kind::flags;
      change.first = original.type == packet_type::pubrel ? 0x3 : 0x1;
      break;
    case mutation::length_plus_one:
    case mutation::length_minus_one: {
      const std::size_t length = e->bytes.size() - (e->bytes.size() < 130 ? 2 : 3);
      if (length == 0 && what == mutation::length_minus_one) return std::nullopt;
      change.kind = edit_kind::length;
      change.first = what == mutation::length_plus_one ? length + 1 : length - 1;
      break;
    }
    case mutation::trailing: {
      if (original.type == packet_type::publish) return std::nullopt;
      e->bytes.push_back(0);
      ++e->bytes[1];
      return std::move(e->bytes);
    }
    case mutation::misplaced: {
      // A property of CONNACK only; in CONNACK one of PUBLISH only.
      if (original.type == packet_type::connack) {
        change.kind = edit_kind::property;
        change.bytes = {static_cast<std::uint8_t>(property_id::payload_format_indicator), 1};
        break;
      }
      change = extra_property(wire::number_property(property_id::retain_available, 0));
      break;
    }
    default:
      return std::nullopt;
  }
  if (!wire::apply(change, *e)) return std::nullopt;
  return std::move(e->bytes);
}

}  // namespace

std::optional<byte_buffer> mutated(const mutant& m, const packet& original,
                                   const packet* previous) {
  if (m.field.empty()) return reformed(m.what, original);
  const packet other = changed_field(m, original, previous);
  if (other == original) return std::nullopt;
  byte_buffer octets;
  if (wire::encode_to(other, octets)) return octets;
  return illegal(m.field, original, other);
}

std::optional<packet> misread(const mutant& m, const packet& original) {
  packet other = changed_field(m, original, nullptr);
  byte_buffer octets;
  if (other == original || !wire::encode_to(other, octets)) return std::nullopt;
  return other;
}

std::optional<packet> answer_to(const packet& request) {
  const auto make = [&](packet_type type) {
    packet p = wire::make(type, request.version);
    p.packet_id = request.packet_id;
    return p;
  };
  switch (request.type) {
    case packet_type::connect:
      return make(packet_type::connack);
    case packet_type::publish:
      if (request.qos == 0) return std::nullopt;
      return make(request.qos == 1 ? packet_type::puback : packet_type::pubrec);
    case packet_type::pubrel:
      return make(packet_type::pubcomp);
    case packet_type::subscribe: {
      packet p = make(packet_type::suback);
      for (const auto& s : request.subscriptions) p.reasons.push_back(s.max_qos);
      return p;
    }
    case packet_type::unsubscribe: {
      packet p = make(packet_type::unsuback);
      if (p.version == protocol_version::v5) p.reasons.assign(request.filters.size(), 0);
      return p;
    }
    case packet_type::pingreq:
      return make(packet_type::pingresp);
    default:
      return std::nullopt;
  }
}

std::optional<packet> answer_to(byte_view malformed, protocol_version version) {
  packet request;
  request.version = version;
  request.type = static_cast<packet_type>(malformed[0] >> 4);
  request.subscriptions.resize(1);
  request.filters.resize(1);
  std::size_t at = 1;
  while (at < malformed.size() && at < 5 && (malformed[at] & 0x80) != 0) ++at;
  ++at;
  const auto two = [&](std::size_t where) -> std::size_t {
    if (where + 2 > malformed.size()) return 0;
    return static_cast<std::size_t>(malformed[where] << 8 | malformed[where + 1]);
  };
  if (request.type == packet_type::publish) {
    request.qos = static_cast<std::uint8_t>(malformed[0] >> 1 & 3);
    at += 2 + two(at);
  }
  request.packet_id = static_cast<std::uint16_t>(two(at));
  return answer_to(request);
}

}  // namespace mqttspec::broker
