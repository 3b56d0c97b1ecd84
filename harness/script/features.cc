#include "script/features.h"

#include <algorithm>
#include <set>

namespace mqttspec::script {

namespace {

using wire::packet_type;

bool needs(const scenario& s, std::string_view capability, std::int64_t least) {
  return std::any_of(s.needs.begin(), s.needs.end(), [&](const need& n) {
    if (n.capability != capability) return false;
    return n.op == comparison::exists ||
           (n.op == comparison::greater_or_equal && n.number >= least);
  });
}

const field_clause* clause_of(const send_line& send, std::string_view name) {
  const auto& all = send.packet.fields;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const field_clause& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// |test| for some CONNECT, in the order of the lines.
template <class Test>
bool some_connect(const scenario& s, Test test) {
  return std::any_of(s.lines.begin(), s.lines.end(), [&](const instruction& i) {
    const auto* send = std::get_if<send_line>(&i.what);
    return send != nullptr && send->kind == send_kind::packet &&
           send->packet.type == packet_type::connect && test(*send);
  });
}

// Somebody comes back to a Client Identifier and does not ask for a clean start.
bool resumes(const scenario& s) {
  std::set<std::string> seen;
  return some_connect(s, [&](const send_line& connect) {
    const field_clause* id = clause_of(connect, "client_id");
    const auto value = id != nullptr ? evaluate(id->values.front(), s.constants) : std::nullopt;
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    if (text == nullptr) return false;
    const bool v5 = connect.packet.version == wire::protocol_version::v5;
    const field_clause* clean = clause_of(connect, v5 ? "clean_start" : "clean_session");
    const auto flag = clean != nullptr ? evaluate(clean->values.front(), s.constants)
                                       : std::optional<wire::value>(std::uint64_t{1});
    const bool again = !seen.insert(*text).second;
    return again && flag == wire::value(std::uint64_t{0});
  });
}

}  // namespace

std::string_view absence_of(feature f) {
  switch (f) {
    case feature::shared_subscriptions:
      return "shared subscriptions deliver nothing here";
    case feature::retained_messages:
      return "retained messages are never sent here";
    case feature::wills:
      return "wills are never sent here";
    case feature::qos2:
      return "an exchange of QoS 2 is never completed here";
    case feature::resume:
      return "no session is ever resumed here";
  }
  return "";
}

std::vector<feature> features_of(const scenario& s) {
  std::vector<feature> out;
  if (needs(s, "shared_subscription_available", 1)) out.push_back(feature::shared_subscriptions);
  if (needs(s, "retain_available", 1)) out.push_back(feature::retained_messages);
  if (some_connect(s, [](const send_line& c) { return clause_of(c, "will_topic") != nullptr; })) {
    out.push_back(feature::wills);
  }
  if (needs(s, "maximum_qos", 2)) out.push_back(feature::qos2);
  if (resumes(s)) out.push_back(feature::resume);
  return out;
}

bool is_witness(const scenario& s) {
  return std::find(s.tags.begin(), s.tags.end(), "witness") != s.tags.end();
}

}  // namespace mqttspec::script
