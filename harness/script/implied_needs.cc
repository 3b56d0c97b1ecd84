#include "script/implied_needs.h"

#include <algorithm>
#include <map>
#include <string>

namespace mqttspec::script {

namespace {

using wire::packet_type;
using wire::property_id;

// By capability: the least value that will do, 1 of a flag; of session_expiry_min the largest.
using wanted = std::map<std::string, std::int64_t>;

// An interval that a case lets pass. Longer ones only keep a session for the time of the case.
constexpr std::uint32_t longest_awaited = 30;
constexpr const char* shortest_interval = "session_expiry_min";
// A server may let no session outlive its connection, and tells it.
constexpr const char* longest_interval = "session_expiry_max";

void want(wanted& all, const char* capability, std::int64_t least) {
  if (least > 0) all[capability] = std::max(all[capability], least);
}

// The fields whose values are known before the run.
wire::packet packet_of(const packet_pattern& pattern, const bindings& known) {
  wire::packet p = wire::make(pattern.type, pattern.version);
  for (const field_clause& clause : pattern.fields) {
    const auto v = evaluate(clause.values.front(), known);
    if (v) (void)wire::set_field(p, clause.name, *v);
  }
  return p;
}

void look_at(const wire::packet& p, wanted& all) {
  switch (p.type) {
    case packet_type::connect: {
      const auto interval = wire::find_number(p.properties, property_id::session_expiry_interval);
      want(all, longest_interval, interval.value_or(0) != 0 ? 1 : 0);
      if (interval.value_or(0) != 0 && *interval <= longest_awaited) {
        const auto at = all.try_emplace(shortest_interval, *interval).first;
        at->second = std::min<std::int64_t>(at->second, *interval);
      }
      if (!p.will) return;
      want(all, "maximum_qos", p.will->qos);
      want(all, "retain_available", p.will->retain ? 1 : 0);
      return;
    }
    case packet_type::publish:
      want(all, "maximum_qos", p.qos);
      want(all, "retain_available", p.retain ? 1 : 0);
      want(all, "topic_alias_maximum",
           wire::find_number(p.properties, property_id::topic_alias).value_or(0));
      return;
    case packet_type::subscribe:
      for (const wire::subscription_request& s : p.subscriptions) {
        const bool shared = s.filter.starts_with("$share/");
        want(all, "granted_qos", s.max_qos);
        want(all, "wildcard_subscription_available",
             s.filter.find_first_of("+#") != std::string::npos ? 1 : 0);
        want(all, "shared_subscription_available", shared ? 1 : 0);
      }
      want(all, "subscription_identifier_available",
           wire::find_property(p.properties, property_id::subscription_identifier) ? 1 : 0);
      return;
    default:
      return;
  }
}

bool is_flag(const std::string& capability) {
  return capability.ends_with("_available");
}

// Named by |s| itself; of what is granted, by the limit that it is about.
bool is_thought_of(const scenario& s, const std::string& capability) {
  return std::any_of(s.needs.begin(), s.needs.end(), [&](const need& n) {
    if (n.capability == capability) return true;
    if (n.op == comparison::greater_or_equal) return false;
    return (capability == "granted_qos" && n.capability == "maximum_qos") ||
           (capability == shortest_interval && n.capability == "session_expiry_max");
  });
}

}  // namespace

void add_implied_needs(scenario& s) {
  wanted all;
  for (const instruction& i : s.lines) {
    const auto* send = std::get_if<send_line>(&i.what);
    // What is malformed on purpose is not meant to be taken.
    if (send == nullptr || send->kind != send_kind::packet || !send->edits.empty()) continue;
    look_at(packet_of(send->packet, s.constants), all);
  }
  for (const auto& [capability, number] : all) {
    if (is_thought_of(s, capability)) continue;
    const auto op = is_flag(capability)               ? comparison::exists
                    : capability == shortest_interval ? comparison::less_or_equal
                                                      : comparison::greater_or_equal;
    s.needs.push_back({capability, op, is_flag(capability) ? 0 : number, s.where});
  }
}

}  // namespace mqttspec::script
