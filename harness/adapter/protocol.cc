#include "adapter/protocol.h"

#include <algorithm>
#include <array>

namespace mqttspec::adapter {

namespace {

using wire::field_kind;
constexpr auto always = filled_by::always;
constexpr auto suite = filled_by::suite;

constexpr field_spec number_of_command{"n", field_kind::number, suite,
                                       "of the command, for the event that tells its outcome"};

constexpr std::array connect_fields = std::to_array<field_spec>({
    number_of_command,
    {"host", field_kind::text, suite, "where the suite listens"},
    {"port", field_kind::number, suite, ""},
    {"version", field_kind::text, suite, "\"5\" or \"3.1.1\""},
    {"store", field_kind::flag, filled_by::scenario,
     "1: keep the session in |store_directory|, over the end of the process"},
    {"store_directory", field_kind::text, suite, "empty at first, and of this scenario alone"},
    {"client_id", field_kind::text, always},
    {"clean_start", field_kind::flag, always, "in 3.1.1: Clean Session"},
    {"keep_alive", field_kind::number, filled_by::scenario, "seconds; absent: 60"},
    {"session_expiry_interval", field_kind::number},
    {"receive_maximum", field_kind::number},
    {"maximum_packet_size", field_kind::number},
    {"topic_alias_maximum", field_kind::number},
});
constexpr std::array reconnect_fields = std::to_array<field_spec>({number_of_command});
constexpr std::array publish_fields = std::to_array<field_spec>({
    number_of_command,
    {"topic", field_kind::text, always},
    {"payload", field_kind::binary, filled_by::scenario, "absent: empty"},
    {"qos", field_kind::number, always},
    {"retain", field_kind::flag},
    {"topic_alias", field_kind::number},
    {"message_expiry_interval", field_kind::number},
});
constexpr std::array subscribe_fields = std::to_array<field_spec>({
    number_of_command,
    {"filter", field_kind::text, always},
    {"max_qos", field_kind::number, always},
});
constexpr std::array unsubscribe_fields =
    std::to_array<field_spec>({number_of_command, {"filter", field_kind::text, always}});
constexpr std::array disconnect_fields = std::to_array<field_spec>({
    number_of_command,
    {"session_expiry_interval", field_kind::number},
});
constexpr std::array all_commands = std::to_array<message_spec>({
    {"connect", "make a client object and connect it", connect_fields},
    {"reconnect",
     "see to it that the same object connects again, as `connect` said; one that does so by itself "
     "has nothing to do",
     reconnect_fields},
    {"publish", "hand it to the library as an application would; wait for nothing", publish_fields},
    {"subscribe", "", subscribe_fields},
    {"unsubscribe", "", unsubscribe_fields},
    {"disconnect", "orderly, and for good", disconnect_fields},
});

constexpr std::array ready_fields = std::to_array<field_spec>({
    {"adapter", field_kind::number, always, "1, the version of this protocol"},
    {"name", field_kind::text, always, "of the library"},
    {"version", field_kind::text, always, "of the library"},
    {"facts", field_kind::user_properties, filled_by::scenario, "an object; see adapter/facts.h"},
});
constexpr std::array connected_fields = std::to_array<field_spec>({
    {"session_present", field_kind::flag},
    {"reason", field_kind::number},
});
constexpr std::array closed_fields = std::to_array<field_spec>({
    {"reason", field_kind::number},
    {"why", field_kind::text},
});
constexpr std::array message_fields = std::to_array<field_spec>({
    {"topic", field_kind::text, always},
    {"payload", field_kind::binary, always},
    {"qos", field_kind::number},
    {"retain", field_kind::flag},
    {"dup", field_kind::flag},
});
constexpr std::array done_fields = std::to_array<field_spec>({
    {"n", field_kind::number, always},
    {"reason", field_kind::number},
});
constexpr std::array refused_fields = std::to_array<field_spec>({
    {"n", field_kind::number, always},
    {"why", field_kind::text, always},
});
constexpr std::array log_fields = std::to_array<field_spec>({{"text", field_kind::text, always}});

constexpr std::array all_events = std::to_array<message_spec>({
    {"ready", "the first line", ready_fields},
    {"connected", "CONNACK accepted the connection", connected_fields},
    {"closed", "the connection has ended, whoever ended it", closed_fields},
    {"message", "delivered to the application", message_fields},
    {"done", "the library tells that this publish, subscribe or unsubscribe is complete",
     done_fields},
    {"refused", "the library does not do what it was asked; \"unknown\": the adapter does not",
     refused_fields},
    {"log", "shown in the trace and never judged", log_fields},
});

const message_spec* find_in(std::span<const message_spec> all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const field_spec* message_spec::find(std::string_view field) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::span<const message_spec> commands() {
  return all_commands;
}
std::span<const message_spec> events() {
  return all_events;
}
const message_spec* find_command(std::string_view name) {
  return find_in(all_commands, name);
}
const message_spec* find_event(std::string_view name) {
  return find_in(all_events, name);
}

std::uint64_t message::number(const std::string& field, std::uint64_t absent) const {
  const auto* found = find<std::uint64_t>(field);
  return found == nullptr ? absent : *found;
}

std::string message::text(const std::string& field) const {
  const auto* found = find<std::string>(field);
  return found == nullptr ? std::string() : *found;
}

std::string print(const message& m) {
  std::string out = m.name;
  for (const auto& [name, value] : m.fields) out += " " + name + "=" + wire::print(value);
  return out;
}

}  // namespace mqttspec::adapter
