#include "broker/mutants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace mqttspec::broker {

namespace {

using wire::field_kind;
using wire::packet_type;
using wire::property_id;
using wire::property_type;
using wire::protocol_version;
using wire::wire_error;

constexpr std::array mutation_names{
    "flipped",
    "plus-one",
    "minus-one",
    "zero",
    "far-off",
    "reserved",
    "failure",
    "success",
    "another",
    "of-previous",
    "changed",
    "cut",
    "longer",
    "empty",
    "other-case",
    "missing",
    "doubled",
    "added",
    "reversed",
    "last-missing",
    "flags-set",
    "length-plus-one",
    "length-minus-one",
    "trailing",
    "misplaced",
    "dropped",
    "twice",
    "late",
    "before",
    "behind-next",
    "to-another",
    "also-to-other",
    "closed-behind",
    "closed-instead",
    "behind-goodbye",
    "ignored",
    "answered-only",
    "acted-only",
    "left-open",
    "as-disconnect",
    "as-broken-off",
    "decided",
};
static_assert(mutation_names.size() == static_cast<std::size_t>(mutation::decided) + 1);

constexpr std::array condition_names{
    "always",   "resumed", "second", "qos-0",    "qos-1",     "qos-2",
    "retained", "will",    "shared", "repeated", "with-will", "taken-over",
};
static_assert(condition_names.size() == static_cast<std::size_t>(condition::taken_over) + 1);

std::string in_name(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string name_of(const mutant& m) {
  constexpr std::array sites{"send", "receive", "refuse", "close", "leave", "decide"};
  std::string out =
      fmt::format("{}/{}/{}", wire::version_tag(m.version), sites[static_cast<std::size_t>(m.site)],
                  in_name(wire::packet_of(m.packet).name));
  if (!m.field.empty()) out += "/" + in_name(m.field);
  out += "/" + std::string(mutation_name(m.what));
  if (m.when != condition::always) out += "/" + std::string(condition_name(m.when));
  return out;
}

// Malformed by itself: the decoder sees it at once, whenever it happens.
bool shows_at_once(mutation m) {
  switch (m) {
    case mutation::doubled:
    case mutation::added:
    case mutation::reserved:
    case mutation::zero:
    case mutation::far_off:
    case mutation::cut:
    case mutation::longer:
    case mutation::other_case:
    case mutation::flags_set:
    case mutation::length_plus_one:
    case mutation::length_minus_one:
    case mutation::trailing:
    case mutation::misplaced:
    case mutation::late:
    case mutation::behind_goodbye:
      return true;
    default:
      return false;
  }
}

std::vector<condition> conditions_of(mutation_site site, packet_type type) {
  using enum condition;
  switch (type) {
    case packet_type::publish:
      if (site == mutation_site::receive) {
        return {always, resumed, second, qos_0, qos_1, qos_2, retained, repeated};
      }
      return {always, resumed, second, qos_0, qos_1, qos_2, retained, will, shared, repeated};
    case packet_type::connect:
    case packet_type::connack:
      return {always, resumed, second, with_will, taken_over};
    case packet_type::subscribe:
    case packet_type::suback:
    case packet_type::unsubscribe:
    case packet_type::unsuback:
      return {always, resumed, second, shared};
    case packet_type::disconnect:
      return {always, resumed, with_will};
    default:
      return {always, resumed, second};
  }
}

class builder {
 public:
  explicit builder(protocol_version version) : version_(version) {}

  std::vector<mutant> take() { return std::move(all_); }

  void sent(packet_type type) {
    for (const wire::named_field& f : wire::fields_of(type, version_)) {
      if (f.property != nullptr) {
        property(mutation_site::send, type, f);
      } else {
        field(mutation_site::send, type, f);
      }
    }
    using enum mutation;
    for (const mutation what :
         {flags_set, length_plus_one, length_minus_one, trailing, dropped, twice, late, before,
          behind_next, to_another, also_to_other, closed_behind, closed_instead}) {
      add(mutation_site::send, type, "", what);
    }
    if (version_ == protocol_version::v5 && type != packet_type::pingresp) {
      add(mutation_site::send, type, "", misplaced);
    }
    if (type == packet_type::disconnect) add(mutation_site::send, type, "", behind_goodbye);
  }

  void received(packet_type type) {
    using enum mutation;
    for (const wire::named_field& f : wire::fields_of(type, version_)) {
      if (f.name == "protocol_name" || f.name == "protocol_level") continue;
      if (f.property != nullptr) {
        property(mutation_site::receive, type, f);
      } else {
        field(mutation_site::receive, type, f);
      }
    }
    for (const mutation what : {ignored, twice, closed_instead}) {
      add(mutation_site::receive, type, "", what);
    }
    switch (type) {
      case packet_type::publish:
      case packet_type::pubrel:
      case packet_type::subscribe:
      case packet_type::unsubscribe:
        add(mutation_site::receive, type, "", answered_only);
        add(mutation_site::receive, type, "", acted_only);
        break;
      case packet_type::connect:
        add(mutation_site::receive, type, "will", missing);
        break;
      case packet_type::disconnect:
        add(mutation_site::receive, type, "", as_broken_off);
        break;
      default:
        break;
    }
  }

  void gone() {
    using enum condition;
    for (const condition when : {always, resumed, with_will, taken_over}) {
      for (const mutation what : {mutation::ignored, mutation::late, mutation::as_disconnect}) {
        mutant m;
        m.site = mutation_site::leave;
        m.packet = packet_type::disconnect;
        m.what = what;
        m.when = when;
        add(std::move(m));
      }
    }
  }

  void refused(packet_type type, wire_error error, const wire::property_spec* of = nullptr) {
    mutant m;
    m.site = mutation_site::refuse;
    m.packet = type;
    m.error = error;
    m.field = error_name(error);
    m.property = of == nullptr ? std::uint8_t{0} : static_cast<std::uint8_t>(of->id);
    if (of != nullptr) m.field += "/" + std::string(of->name);
    m.what = mutation::ignored;
    add(m);
    m.what = mutation::answered_only;
    if (of == nullptr && answerable(type)) add(m);
  }

  // |reason| of DISCONNECT; -1: a close without one, because of |trigger|.
  void closed(packet_type trigger, int reason) {
    for (const mutation what : {mutation::ignored, mutation::left_open, mutation::late}) {
      if (reason < 0 && what == mutation::left_open) continue;
      mutant m;
      m.site = mutation_site::close;
      m.packet = trigger;
      m.reason = reason;
      m.what = what;
      if (reason >= 0) {
        m.field = wire::reason_name(packet_type::disconnect, protocol_version::v5,
                                    static_cast<std::uint8_t>(reason));
      }
      add(std::move(m));
    }
  }

 private:
  static bool answerable(packet_type type) {
    switch (type) {
      case packet_type::connect:
      case packet_type::publish:
      case packet_type::pubrel:
      case packet_type::subscribe:
      case packet_type::unsubscribe:
      case packet_type::pingreq:
        return true;
      default:
        return false;
    }
  }

  // What the embedded broker never sends, and what a server may do nothing with.
  static bool is_never_there(mutation_site site, packet_type type, property_id id) {
    const bool message = type == packet_type::publish;
    switch (id) {
      case property_id::user_property:
        return !message && type != packet_type::connect;
      case property_id::reason_string:
      case property_id::authentication_method:
      case property_id::authentication_data:
      case property_id::request_response_information:
        return true;
      case property_id::server_reference:
      case property_id::response_information:
      case property_id::topic_alias:
        return site == mutation_site::send;
      case property_id::session_expiry_interval:
        return site == mutation_site::send && type == packet_type::disconnect;
      default:
        return false;
    }
  }

  void add(mutant m) {
    m.version = version_;
    m.name = name_of(m);
    all_.push_back(std::move(m));
  }

  void add(mutation_site site, packet_type type, std::string_view field, mutation what) {
    for (const condition when : conditions_of(site, type)) {
      if (when != condition::always && shows_at_once(what)) continue;
      mutant m;
      m.site = site;
      m.packet = type;
      m.field = field;
      m.what = what;
      m.when = when;
      add(std::move(m));
    }
  }

  void add(mutation_site site, packet_type type, std::string_view field,
           std::initializer_list<mutation> all) {
    for (const mutation what : all) add(site, type, field, what);
  }

  void field(mutation_site site, packet_type type, const wire::named_field& f) {
    using enum mutation;
    const bool sends = site == mutation_site::send;
    switch (f.kind) {
      case field_kind::flag:
        return add(site, type, f.name, {flipped});
      case field_kind::number:
        add(site, type, f.name, {plus_one, minus_one, zero});
        if (sends) add(site, type, f.name, {of_previous});
        if (sends && f.name == "qos") add(site, type, f.name, {reserved});
        return;
      case field_kind::reason:
        add(site, type, f.name, {failure, success});
        if (sends) add(site, type, f.name, {another, reserved});
        return;
      case field_kind::text:
      case field_kind::binary:
        add(site, type, f.name, {changed, cut, longer, empty});
        if (sends) add(site, type, f.name, {of_previous});
        if (!sends && f.kind == field_kind::text) add(site, type, f.name, {other_case});
        return;
      case field_kind::reason_list:
        return add(
            site, type, f.name,
            {plus_one, minus_one, failure, reserved, missing, longer, reversed, of_previous});
      case field_kind::filter_list:
        return add(site, type, f.name, {missing, last_missing, reversed});
      case field_kind::user_properties:
        return;
    }
  }

  void property(mutation_site site, packet_type type, const wire::named_field& f) {
    using enum mutation;
    const bool sends = site == mutation_site::send;
    if (sends) add(site, type, f.name, {added});
    const bool own = f.property->id == property_id::user_property && !f.of_will;
    if (is_never_there(site, type, f.property->id)) return;
    if (own && type == packet_type::connect) return;
    add(site, type, f.name, {missing});
    if (sends) add(site, type, f.name, {doubled});
    switch (f.property->type) {
      case property_type::byte:
        return add(site, type, f.name, {flipped});
      case property_type::two_byte_integer:
      case property_type::four_byte_integer:
      case property_type::variable_byte_integer:
        return add(site, type, f.name, {plus_one, minus_one, far_off});
      case property_type::utf8_pair:
        return add(site, type, f.name, {changed, reversed, last_missing});
      case property_type::utf8_string:
      case property_type::binary_data:
        return add(site, type, f.name, {changed, empty});
    }
  }

  protocol_version version_;
  std::vector<mutant> all_;
};

void add_refusals(builder& b, protocol_version version) {
  using enum wire_error;
  const bool v5 = version == protocol_version::v5;
  for (const wire::packet_spec& p : wire::packet_table) {
    if (p.sender == wire::packet_direction::from_server || !wire::contains(p.versions, version)) {
      continue;
    }
    const packet_type t = p.type;
    const bool publish = t == packet_type::publish;
    const bool connect = t == packet_type::connect;
    const bool lists = t == packet_type::subscribe || t == packet_type::unsubscribe;
    const bool names = publish || lists || p.sender == wire::packet_direction::both;
    if (!publish) b.refused(t, reserved_flags);
    b.refused(t, length_overlong);
    b.refused(t, length_too_large);
    if (t != packet_type::pingreq) b.refused(t, truncated);
    if (!publish) b.refused(t, trailing_bytes);
    if (names && t != packet_type::disconnect && t != packet_type::auth) {
      b.refused(t, zero_packet_id);
    }
    if (publish || lists || connect) {
      b.refused(t, ill_formed_text);
      b.refused(t, null_in_text);
    }
    if (publish) {
      for (const wire_error e : {invalid_qos, dup_without_qos, bad_topic_name}) b.refused(t, e);
    }
    if (lists) {
      b.refused(t, empty_list);
      b.refused(t, bad_topic_filter);
    }
    if (t == packet_type::subscribe) {
      b.refused(t, reserved_subscription_options);
      if (v5) b.refused(t, no_local_on_shared);
    }
    if (connect) {
      for (const wire_error e : {bad_protocol_name, unsupported_protocol_level,
                                 reserved_connect_flag, will_flags_without_will}) {
        b.refused(t, e);
      }
      b.refused(t, v5 ? authentication_data_without_method : password_without_user_name);
    }
    if (!v5 || t == packet_type::pingreq || t == packet_type::auth) continue;
    if (t != packet_type::publish && !lists && !connect) b.refused(t, unknown_reason);
    b.refused(t, unknown_property);
    b.refused(t, property_length_mismatch);
    for (const wire::property_spec& property : wire::property_table) {
      // What stands in CONNECT may stand in its will only, and the other way round.
      if (!wire::contains(property.in, t) || connect) b.refused(t, misplaced_property, &property);
      if (!wire::contains(property.in, t) && !(connect && (property.in & wire::in_will) != 0)) {
        continue;
      }
      if (property.id != property_id::user_property) b.refused(t, duplicate_property, &property);
      const bool any = property.range.smallest == 0 && property.range.largest >= 0xFFFF;
      if (property.range.largest != 0 && !any) b.refused(t, property_out_of_range, &property);
    }
  }
}

void add_closes(builder& b, protocol_version version) {
  for (const wire::packet_spec& p : wire::packet_table) {
    if (wire::contains(p.versions, version)) b.closed(p.type, -1);
    if (version == protocol_version::v311) continue;
    b.closed(p.type, wire::code_of(wire::reason_code::protocol_error));
    b.closed(p.type, wire::code_of(wire::reason_code::malformed_packet));
  }
  if (version == protocol_version::v311) return;
  using enum wire::reason_code;
  // CONNECT takes another connection over; silence has no packet of its own: PINGREQ stands for it.
  b.closed(packet_type::connect, wire::code_of(session_taken_over));
  b.closed(packet_type::pingreq, wire::code_of(keep_alive_timeout));
  b.closed(packet_type::pingreq, wire::code_of(quota_exceeded));
  b.closed(packet_type::pingreq, wire::code_of(server_shutting_down));
  for (const wire::reason_code r : {receive_maximum_exceeded, topic_alias_invalid, packet_too_large,
                                    retain_not_supported, qos_not_supported}) {
    b.closed(packet_type::publish, wire::code_of(r));
  }
  for (const wire::reason_code r :
       {packet_too_large, shared_subscriptions_not_supported,
        subscription_identifiers_not_supported, wildcard_subscriptions_not_supported}) {
    b.closed(packet_type::subscribe, wire::code_of(r));
  }
}

std::vector<mutant> make_all() {
  std::vector<mutant> all = mutants_of_decisions();
  for (const protocol_version v : {protocol_version::v5, protocol_version::v311}) {
    builder b(v);
    for (const wire::packet_spec& p : wire::packet_table) {
      // Nobody authenticates with the embedded broker by AUTH.
      if (!wire::contains(p.versions, v) || p.type == packet_type::auth) continue;
      if (p.sender != wire::packet_direction::from_client &&
          (p.type != packet_type::disconnect || v == protocol_version::v5)) {
        b.sent(p.type);
      }
      if (p.sender != wire::packet_direction::from_server) b.received(p.type);
    }
    b.gone();
    add_refusals(b, v);
    add_closes(b, v);
    for (mutant& m : b.take()) all.push_back(std::move(m));
  }
  std::sort(all.begin(), all.end(),
            [](const mutant& a, const mutant& b) { return a.name < b.name; });
  return all;
}

}  // namespace

const std::vector<mutant>& all_mutants() {
  static const std::vector<mutant> all = make_all();
  return all;
}

const mutant* find_mutant(std::string_view name) {
  const auto& all = all_mutants();
  const auto found = std::lower_bound(
      all.begin(), all.end(), name, [](const mutant& m, std::string_view n) { return m.name < n; });
  return found == all.end() || found->name != name ? nullptr : &*found;
}

std::string_view mutation_name(mutation m) {
  return mutation_names[static_cast<std::size_t>(m)];
}

std::string_view condition_name(condition c) {
  return condition_names[static_cast<std::size_t>(c)];
}

}  // namespace mqttspec::broker
