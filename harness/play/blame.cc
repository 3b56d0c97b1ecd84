#include "play/blame.h"

#include <algorithm>
#include <array>
#include <string>

#include "script/field_rules.h"

namespace mqttspec::play {

using wire::packet_type;
using wire::protocol_version;

namespace {

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
};

const script::statement_reference no_connack{protocol_version::v311, "MQTT-3.1.4-1"};

void add(statements& to, const script::statement_reference& one) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}
void add_own(statements& to, protocol_version version, std::string_view id) {
  if (!id.empty()) add(to, {version, std::string(id)});
}

const script::field_rule* rule_of(const wire::packet& p, std::string_view field) {
  const auto value = wire::get_field(p, field);
  const auto* number = value ? std::get_if<std::uint64_t>(&*value) : nullptr;
  return script::find_field_rule(p.type, field, number ? std::optional(*number) : std::nullopt);
}

// A server may refuse these requests for reasons of its own.
bool may_refuse(packet_type answer) {
  return answer == packet_type::connack || answer == packet_type::suback ||
         answer == packet_type::unsuback || answer == packet_type::puback ||
         answer == packet_type::pubrec;
}

// A fault in a field without a rule of its own: those of the line that are not about such a field.
void blame_plainly(statements& to, const statements& cited) {
  for (const auto& one : cited) {
    if (!script::only_about_a_field(one.version, one.id)) add(to, one);
  }
}

// A malformed CONNECT of 3.1.1 gets no CONNACK: one that refuses breaks that, and nothing else.
bool refuses_what_is_malformed(const statements& cited, const wire::packet& got) {
  return got.type == packet_type::connack && got.version == protocol_version::v311 &&
         got.reason != 0 && std::find(cited.begin(), cited.end(), no_connack) != cited.end();
}

}  // namespace

statements blame_fields(const statements& cited, const wire::packet& got,
                        const std::vector<match_fault>& faults) {
  statements out;
  // A refusal that the line does not speak of says nothing about its subject.
  const bool refused = std::any_of(faults.begin(), faults.end(),
                                   [](const match_fault& f) { return f.unlisted_reason; });
  if (refused && may_refuse(got.type)) return out;
  if (refuses_what_is_malformed(cited, got)) return {no_connack};
  for (const match_fault& fault : faults) {
    if (!fault.statements.empty()) {
      for (const auto& one : fault.statements) add(out, one);
      continue;
    }
    const script::field_rule* r = rule_of(got, fault.field);
    if (r == nullptr) {
      statements shown = cited;
      std::erase_if(shown, [](const script::statement_reference& s) {
        return script::only_about_the_window(s.version, s.id);
      });
      blame_plainly(out, shown);
      continue;
    }
    bool spoken_of = false;
    for (const auto& one : cited) {
      if (!r->speaks_of_it(one.version, one.id)) continue;
      add(out, one);
      spoken_of = true;
    }
    // A line that claims nothing at all is a premise.
    if (!spoken_of && !cited.empty()) add_own(out, got.version, r->own(got.version));
  }
  return out;
}

statements blame_arrival(const statements& cited, protocol_version version,
                         std::optional<packet_type> awaited, bool silence) {
  statements out;
  if (silence && awaited == packet_type::pingresp) {
    // PINGREQ is a fence: what the line cites is about what may come in front of its answer.
    if (!cited.empty()) add_own(out, version, "MQTT-3.12.4-1");
    return out;
  }
  if (awaited) {
    blame_plainly(out, cited);
  } else {  // a close, which is the answer to what we sent
    out = cited;
  }
  if (awaited == packet_type::connack) {
    // Without an answer there is no Session Present.
    std::erase_if(out, [](const script::statement_reference& s) {
      return script::speaks_of(s.version, s.id, packet_type::connack, "session_present");
    });
  }
  if (!out.empty() || cited.empty() || !silence || !awaited) return out;
  const auto found = std::find_if(answers.begin(), answers.end(),
                                  [&](const answer_rule& a) { return a.type == *awaited; });
  if (found != answers.end())
    add_own(out, version, version == protocol_version::v5 ? found->v5 : found->v311);
  return out;
}

statements blame_instead(const statements& cited, const wire::packet& got) {
  if (cited.empty() || got.version != protocol_version::v311) return cited;
  if (got.type == packet_type::disconnect) return {{protocol_version::v311, "v311-2.2.1-b"}};
  return refuses_what_is_malformed(cited, got) ? statements{no_connack} : cited;
}

}  // namespace mqttspec::play
