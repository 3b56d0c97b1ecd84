#include "script/implied_needs.h"

#include <algorithm>
#include <map>
#include <string>

namespace mqttspec::script {

namespace {

using wire::packet_type;
using wire::property_id;

// By capability: the least value that will do. A flag needs 1.
using wanted = std::map<std::string, std::int64_t>;

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
    case packet_type::connect:
      if (!p.will) return;
      want(all, "maximum_qos", p.will->qos);
      want(all, "retain_available", p.will->retain ? 1 : 0);
      return;
    case packet_type::publish:
      want(all, "maximum_qos", p.qos);
      want(all, "retain_available", p.retain ? 1 : 0);
      want(all, "topic_alias_maximum",
           wire::find_number(p.properties, property_id::topic_alias).value_or(0));
      return;
    case packet_type::subscribe:
      for (const wire::subscription_request& s : p.subscriptions) {
        const bool shared = s.filter.starts_with("$share/");
        want(all, "maximum_qos", s.max_qos);
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

}  // namespace

void add_implied_needs(scenario& s) {
  wanted all;
  for (const instruction& i : s.lines) {
    const auto* send = std::get_if<send_line>(&i.what);
    // What is malformed on purpose is not meant to be taken.
    if (send == nullptr || send->kind != send_kind::packet || !send->edits.empty()) continue;
    look_at(packet_of(send->packet, s.constants), all);
  }
  for (const auto& [capability, least] : all) {
    const bool named = std::any_of(s.needs.begin(), s.needs.end(),
                                   [&](const need& n) { return n.capability == capability; });
    if (named) continue;
    s.needs.push_back({capability,
                       is_flag(capability) ? comparison::exists : comparison::greater_or_equal,
                       is_flag(capability) ? 0 : least, s.where});
  }
}

}  // namespace mqttspec::script
