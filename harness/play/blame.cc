#include "play/blame.h"

#include <algorithm>
#include <array>
#include <string>

#include "script/about.h"

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

std::optional<std::uint64_t> number_in(const wire::packet& p, std::string_view field) {
  const auto value = wire::get_field(p, field);
  const auto* number = value ? std::get_if<std::uint64_t>(&*value) : nullptr;
  return number ? std::optional(*number) : std::nullopt;
}

// A server may refuse these requests for reasons of its own.
bool may_refuse(packet_type answer) {
  return answer == packet_type::connack || answer == packet_type::suback ||
         answer == packet_type::unsuback || answer == packet_type::puback ||
         answer == packet_type::pubrec;
}

template <class Test>
void add_where(statements& to, const statements& cited, Test test) {
  for (const auto& one : cited) {
    if (script::can_accuse(one) && test(one)) add(to, one);
  }
}

// What a packet of a client breaks: what the fields cite, or else the line. The catalogue tells
// only of servers what a statement is about.
statements blame_plainly(const statements& cited, const std::vector<match_fault>& faults) {
  statements out;
  for (const match_fault& fault : faults) {
    for (const auto& one : fault.statements.empty() ? cited : fault.statements) add(out, one);
  }
  return out;
}

// A malformed CONNECT of 3.1.1 gets no CONNACK: one that refuses breaks that, and nothing else.
bool refuses_what_is_malformed(const statements& cited, const wire::packet& got) {
  return got.type == packet_type::connack && got.version == protocol_version::v311 &&
         got.reason != 0 && std::find(cited.begin(), cited.end(), no_connack) != cited.end();
}

}  // namespace

statements blame_fields(const statements& cited, const wire::packet& got,
                        const std::vector<match_fault>& faults, wire::sender from) {
  statements out;
  // A refusal that the line does not speak of says nothing about its subject.
  const bool refused = std::any_of(faults.begin(), faults.end(),
                                   [](const match_fault& f) { return f.unlisted_reason; });
  if (from == wire::sender::client) return blame_plainly(cited, faults);
  if (refused && may_refuse(got.type)) return out;
  if (refuses_what_is_malformed(cited, got)) return {no_connack};
  for (const match_fault& fault : faults) {
    if (!fault.statements.empty()) {
      for (const auto& one : fault.statements) add(out, one);
      continue;
    }
    const auto number = number_in(got, fault.field);
    if (!script::field_has_statements(got.version, got.type, fault.field, number)) {
      add_where(out, cited, [&](const auto& one) { return script::about_content(one, got.type); });
      continue;
    }
    statements spoken;
    add_where(spoken, cited, [&](const auto& one) {
      return script::about_field(one, got.type, fault.field, number);
    });
    // A line that claims nothing at all is a premise.
    if (spoken.empty() && !cited.empty()) {
      const auto own = script::statement_of_field(got.version, got.type, fault.field, number);
      if (own) spoken.push_back(*own);
    }
    for (const auto& one : spoken) add(out, one);
  }
  return out;
}

statements blame_arrival(const statements& cited, protocol_version version,
                         const std::vector<arrival>& awaited, const std::optional<arrival>& came) {
  statements out;
  const bool fence = awaited.size() == 1 && awaited.front().type == packet_type::pingresp;
  if (fence && !came) {
    // PINGREQ is a fence: most of what is cited is about what may come in front of its answer.
    add_where(out, cited,
              [](const auto& one) { return script::about_coming(one, packet_type::pingresp); });
    if (out.empty() && !cited.empty()) add_own(out, version, "MQTT-3.12.4-1");
    return out;
  }
  // DISCONNECT announces the close.
  const bool ended = came && (came->is_close() || came->type == packet_type::disconnect);
  add_where(out, cited, [&](const auto& one) {
    if (ended && script::about_close(one)) return true;
    if (came && came->type && script::about_intruding(one, *came->type)) return true;
    return std::any_of(awaited.begin(), awaited.end(), [&](const arrival& a) {
      return a.is_close() ? script::about_close(one) : script::about_coming(one, *a.type);
    });
  });
  if (!out.empty() || cited.empty() || came || awaited.size() != 1) return out;
  const auto found = std::find_if(answers.begin(), answers.end(), [&](const answer_rule& a) {
    return awaited.front().type == a.type;
  });
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
