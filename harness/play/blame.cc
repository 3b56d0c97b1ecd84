#include "play/blame.h"

#include <algorithm>
#include <array>
#include <string>

namespace mqttspec::play {

using wire::packet_type;
using wire::protocol_version;

namespace {

// A field with a rule of its own. |got|: the value that came, where the rule depends on it.
struct field_rule {
  packet_type type;
  std::string_view field;
  int got;  // -1: any
  std::string_view
      speak_v5;             // statements that speak of it; '*' at the end of one: all that begin so
  std::string_view own_v5;  // what it breaks whatever the line cites; "": that is left to the line
  std::string_view speak_v311;
  std::string_view own_v311;
};

constexpr std::string_view session_is_lost_v5 =
    "MQTT-3.2.2-3 MQTT-3.1.2-5 MQTT-3.1.2-23 MQTT-4.1.0-1 MQTT-4.1.0-2 MQTT-3.1.4-2 MQTT-3.14.0-1 "
    "v5-4.1* v5-3.2.2.3.2* v5-3.14.2.2.2* v5-3.1.2.11.2* v5-3.1.4*";
constexpr std::string_view session_is_kept_v5 =
    "MQTT-3.2.2-2 MQTT-3.2.2-3 MQTT-3.2.2-6 MQTT-3.1.2-4 MQTT-3.1.2-6 MQTT-3.1.4-4 MQTT-4.1.0-2 "
    "MQTT-3.1.3-2 v5-3.2.2.3.2* v5-3.14.2.2.2* v5-3.1.2.11.2* v5-3.1.4* v5-4.1*";
constexpr std::string_view session_is_lost_v311 =
    "MQTT-3.2.2-2 MQTT-3.1.2-4 MQTT-3.1.2-5 MQTT-3.1.4-2 v311-3.1.2.4* v311-4.1* v311-3.2.2.1* "
    "v311-3.1.4*";
constexpr std::string_view session_is_kept_v311 =
    "MQTT-3.2.2-1 MQTT-3.2.2-3 MQTT-3.2.2-4 MQTT-3.1.2-6 MQTT-3.1.3-2 v311-3.1.2.4* v311-3.2.2.1* "
    "v311-3.1.4* v311-4.1*";
constexpr std::string_view own_id_v5 = "MQTT-2.2.1-5 MQTT-4.4.0-1";
constexpr std::string_view own_id_v311 = "MQTT-2.3.1-6 MQTT-4.4.0-1";

constexpr std::array rules{
    field_rule{packet_type::connack, "session_present", 0, session_is_lost_v5, "MQTT-3.2.2-3",
               session_is_lost_v311, "MQTT-3.2.2-2"},
    field_rule{packet_type::connack, "session_present", 1, session_is_kept_v5, "",
               session_is_kept_v311, ""},
    field_rule{packet_type::publish, "dup", 0, "MQTT-3.3.1-1", "MQTT-3.3.1-1", "MQTT-3.3.1-1",
               "MQTT-3.3.1-1"},
    field_rule{packet_type::publish, "dup", 1,
               "MQTT-3.3.1-2 MQTT-3.3.1-3 MQTT-4.3.2-2 MQTT-4.3.3-2", "",
               "MQTT-3.3.1-2 MQTT-3.3.1-3 MQTT-4.3.2-1 MQTT-4.3.3-1", ""},
    field_rule{packet_type::publish, "qos", -1,
               "MQTT-3.8.4-3 MQTT-3.8.4-8 MQTT-3.3.4-2 MQTT-3.1.2-12 MQTT-4.8.2-3 MQTT-3.2.2-9 "
               "v5-4.8.2* v5-3.3.4*",
               "MQTT-3.8.4-8", "MQTT-3.8.4-3 MQTT-3.8.4-6 MQTT-3.3.5-1 MQTT-3.1.2-14",
               "MQTT-3.8.4-6"},
    field_rule{packet_type::publish, "retain", -1,
               "MQTT-3.3.1-12 MQTT-3.3.1-13 MQTT-3.8.4-3 v5-3.3.1.3*", "",
               "MQTT-3.3.1-8 MQTT-3.3.1-9 MQTT-3.8.4-3", ""},
    field_rule{packet_type::publish, "id", -1,
               "MQTT-4.4.0-1 MQTT-4.4.0-2 MQTT-2.2.1-3 MQTT-2.2.1-4 MQTT-2.2.1-5 MQTT-3.3.1-1 "
               "MQTT-4.3.2-1 MQTT-4.3.3-1 MQTT-4.3.3-8 MQTT-4.8.2-4 v5-2.2.1* v5-4.8.2*",
               "", "MQTT-4.4.0-1 MQTT-2.3.1-3 MQTT-2.3.1-4 MQTT-2.3.1-6 v311-2.3.1* v311-4.4*", ""},
    field_rule{packet_type::puback, "id", -1, own_id_v5, "MQTT-2.2.1-5", own_id_v311,
               "MQTT-2.3.1-6"},
    field_rule{packet_type::pubrec, "id", -1, own_id_v5, "MQTT-2.2.1-5", own_id_v311,
               "MQTT-2.3.1-6"},
    field_rule{packet_type::pubrel, "id", -1, own_id_v5, "MQTT-2.2.1-5", own_id_v311,
               "MQTT-2.3.1-6"},
    field_rule{packet_type::pubcomp, "id", -1, own_id_v5, "MQTT-2.2.1-5", own_id_v311,
               "MQTT-2.3.1-6"},
    field_rule{packet_type::suback, "id", -1, "MQTT-2.2.1-6 MQTT-3.8.4-2", "MQTT-2.2.1-6",
               "MQTT-2.3.1-7 MQTT-3.8.4-2", "MQTT-2.3.1-7"},
    field_rule{packet_type::unsuback, "id", -1, "MQTT-2.2.1-6 MQTT-3.10.4-5", "MQTT-2.2.1-6",
               "MQTT-2.3.1-7 MQTT-3.10.4-4", "MQTT-2.3.1-7"},
};

// What a packet that does not come at all breaks, where it answers another one.
struct answer_rule {
  packet_type type;
  std::string_view v5;
  std::string_view v311;
};
constexpr std::array answers{
    answer_rule{packet_type::connack, "MQTT-3.1.4-5", "MQTT-3.1.4-4"},
    answer_rule{packet_type::suback, "MQTT-3.8.4-1", "MQTT-3.8.4-1"},
    answer_rule{packet_type::unsuback, "MQTT-3.10.4-4", "MQTT-3.10.4-4"},
    answer_rule{packet_type::pingresp, "MQTT-3.12.4-1", "MQTT-3.12.4-1"},
};

// Statements about nothing but a field, of both versions: when a packet does not come, they say
// nothing.
constexpr std::string_view fields_only_v5 =
    "MQTT-2.2.1-5 MQTT-2.2.1-6 MQTT-3.2.2-2 MQTT-3.2.2-3 MQTT-3.3.1-1 MQTT-3.3.1-2 MQTT-3.3.1-3 "
    "MQTT-3.3.1-12 MQTT-3.3.1-13 MQTT-3.8.4-2 MQTT-3.8.4-8";
constexpr std::string_view fields_only_v311 =
    "MQTT-2.3.1-6 MQTT-2.3.1-7 MQTT-3.2.2-1 MQTT-3.2.2-2 MQTT-3.2.2-3 MQTT-3.3.1-1 MQTT-3.3.1-2 "
    "MQTT-3.3.1-3 MQTT-3.3.1-8 MQTT-3.3.1-9 MQTT-3.8.4-2 MQTT-3.8.4-6";

// |list| has its words apart by single blanks.
template <class Visit>
bool any_word(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    if (visit(list.substr(0, end))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

bool lists(std::string_view list, std::string_view id) {
  return any_word(list, [&](std::string_view word) {
    return word.ends_with('*') ? id.starts_with(word.substr(0, word.size() - 1)) : word == id;
  });
}

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

void add(statements& to, const script::statement_reference& one) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}
void add_all(statements& to, protocol_version version, std::string_view ids) {
  any_word(ids, [&](std::string_view id) {
    add(to, {version, std::string(id)});
    return false;
  });
}

const field_rule* rule_of(const wire::packet& p, std::string_view field) {
  const auto value = wire::get_field(p, field);
  const auto* number = value ? std::get_if<std::uint64_t>(&*value) : nullptr;
  for (const field_rule& r : rules) {
    if (r.type != p.type || r.field != field) continue;
    if (r.got < 0 || (number != nullptr && *number == static_cast<std::uint64_t>(r.got))) return &r;
  }
  return nullptr;
}

// A fault in a field without a rule of its own: those of the line that are not about such a field.
void blame_plainly(statements& to, const statements& cited) {
  for (const auto& one : cited) {
    if (!only_about_a_field(one.version, one.id)) add(to, one);
  }
}

}  // namespace

bool only_about_a_field(protocol_version version, std::string_view id) {
  return lists(is_v5(version) ? fields_only_v5 : fields_only_v311, id);
}

statements blame_fields(const statements& cited, const wire::packet& got,
                        const std::vector<match_fault>& faults) {
  statements out;
  for (const match_fault& fault : faults) {
    // A refusal that the line does not speak of says nothing about its subject.
    if (fault.unlisted_reason) return {};
  }
  for (const match_fault& fault : faults) {
    const field_rule* r = rule_of(got, fault.field);
    if (r == nullptr) {
      blame_plainly(out, cited);
      continue;
    }
    bool spoken_of = false;
    for (const auto& one : cited) {
      if (!lists(is_v5(one.version) ? r->speak_v5 : r->speak_v311, one.id)) continue;
      add(out, one);
      spoken_of = true;
    }
    // A line that claims nothing at all is a premise.
    if (!spoken_of && !cited.empty()) {
      add_all(out, got.version, is_v5(got.version) ? r->own_v5 : r->own_v311);
    }
  }
  return out;
}

statements blame_arrival(const statements& cited, protocol_version version,
                         std::optional<packet_type> awaited, bool silence) {
  statements out;
  blame_plainly(out, cited);
  if (!out.empty() || cited.empty() || !silence || !awaited) return out;
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [&](const answer_rule& a) { return a.type == *awaited; });
  if (found != answers.end()) add_all(out, version, is_v5(version) ? found->v5 : found->v311);
  return out;
}

}  // namespace mqttspec::play
