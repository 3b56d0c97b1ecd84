#include "script/field_rules.h"

#include <algorithm>
#include <array>

namespace mqttspec::script {

using wire::packet_type;
using wire::protocol_version;

namespace {

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
               "MQTT-3.1.2-9 MQTT-4.3.1-1 "
               "v5-4.8.2* v5-3.3.4*",
               "MQTT-3.8.4-8",
               "MQTT-3.8.4-3 MQTT-3.8.4-6 MQTT-3.3.5-1 MQTT-3.1.2-9 MQTT-3.1.2-14 MQTT-4.3.1-1",
               "MQTT-3.8.4-6"},
    field_rule{packet_type::publish, "retain", -1,
               "MQTT-3.3.1-12 MQTT-3.3.1-13 MQTT-3.8.4-3 MQTT-3.1.2-14 MQTT-3.1.2-15 v5-3.3.1.3*",
               "", "MQTT-3.3.1-8 MQTT-3.3.1-9 MQTT-3.8.4-3 MQTT-3.1.2-16 MQTT-3.1.2-17", ""},
    field_rule{packet_type::publish, "id", -1,
               "MQTT-4.4.0-1 MQTT-4.4.0-2 MQTT-2.2.1-3 MQTT-2.2.1-4 MQTT-2.2.1-5 MQTT-3.3.1-1 "
               "MQTT-4.3.2-1 MQTT-4.3.3-1 MQTT-4.3.3-8 MQTT-4.8.2-4 v5-2.2.1* v5-4.8.2*",
               "",
               "MQTT-4.4.0-1 MQTT-4.3.2-1 MQTT-4.3.3-1 MQTT-2.3.1-3 MQTT-2.3.1-4 MQTT-2.3.1-6 "
               "v311-2.3.1* v311-4.4*",
               ""},
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

// Statements about nothing but a field, of both versions: when a packet does not come, they say
// nothing. So do those that list the codes of a packet where the code that came is another one of
// the list; a code that does not exist is the decoder's to tell.
constexpr std::string_view fields_only_v5 =
    "MQTT-2.2.1-5 MQTT-2.2.1-6 MQTT-3.3.1-1 MQTT-3.3.1-2 MQTT-3.3.1-3 "
    "MQTT-3.3.1-12 MQTT-3.3.1-13 MQTT-3.8.4-2 MQTT-3.8.4-8 MQTT-3.2.2-8 MQTT-3.4.2-1 MQTT-3.5.2-1 "
    "MQTT-3.9.3-2 MQTT-3.11.3-2";
constexpr std::string_view fields_only_v311 =
    "MQTT-2.3.1-6 MQTT-2.3.1-7 MQTT-3.3.1-1 MQTT-3.3.1-2 "
    "MQTT-3.3.1-3 MQTT-3.3.1-8 MQTT-3.3.1-9 MQTT-3.8.4-2 MQTT-3.8.4-6 MQTT-3.9.3-2";

// Statements about how many messages may be open: a message that comes with another content or
// identifier than awaited says nothing about them.
constexpr std::string_view window_only_v5 = "MQTT-3.3.4-9 MQTT-4.9.0-1 MQTT-4.9.0-2 MQTT-4.9.0-3";

// |list| has its words apart by single blanks.
bool lists(std::string_view list, std::string_view id) {
  while (!list.empty()) {
    const auto end = std::min(list.find(' '), list.size());
    std::string_view word = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (word == id) return true;
    if (word.ends_with('*') && id.starts_with(word.substr(0, word.size() - 1))) return true;
  }
  return false;
}

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}

}  // namespace

bool field_rule::speaks_of_it(protocol_version version, std::string_view id) const {
  return lists(is_v5(version) ? speak_v5 : speak_v311, id);
}

std::string_view field_rule::own(protocol_version version) const {
  return is_v5(version) ? own_v5 : own_v311;
}

const field_rule* find_field_rule(packet_type type, std::string_view field,
                                  std::optional<std::uint64_t> got) {
  for (const field_rule& r : rules) {
    if (r.type != type || r.field != field) continue;
    if (r.got < 0 || (got && *got == static_cast<std::uint64_t>(r.got))) return &r;
  }
  return nullptr;
}

bool only_about_a_field(protocol_version version, std::string_view id) {
  return lists(is_v5(version) ? fields_only_v5 : fields_only_v311, id);
}

bool only_about_the_window(protocol_version version, std::string_view id) {
  return is_v5(version) && lists(window_only_v5, id);
}

bool speaks_of(protocol_version version, std::string_view id, packet_type type,
               std::string_view field) {
  return std::any_of(rules.begin(), rules.end(), [&](const field_rule& r) {
    return r.type == type && r.field == field && r.speaks_of_it(version, id);
  });
}

}  // namespace mqttspec::script
