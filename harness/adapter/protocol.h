#pragma once
// What the suite and an adapter say to each other: commands that a client library is asked to carry
// out, and events that it tells. One table, from which scenario files are checked, lines of JSON
// are read and written (adapter/json.h), and docs/adapter.schema.json is made. Fields have the
// names and kinds that packets have in the notation.
//
//   find_command("publish")->fields          // topic, payload, qos ...
//   message m{"publish", {{"n", 1}, {"topic", "a"}, {"qos", 1}}};
//   print(m)  ==  "publish n=1 qos=1 topic=\"a\""

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "wire/table.h"
#include "wire/value.h"

namespace mqttspec::adapter {

inline constexpr std::uint64_t protocol_version = 1;

// Who puts a field into a message.
enum class filled_by : std::uint8_t {
  scenario,  // it may
  always,    // and it must
  suite,     // a scenario cannot: ports, numbers
};

struct field_spec {
  std::string_view name;
  wire::field_kind kind;
  filled_by by = filled_by::scenario;
  std::string_view meaning = "";
};

struct message_spec {
  std::string_view name;
  std::string_view meaning;
  std::span<const field_spec> fields;

  const field_spec* find(std::string_view field) const;
};

std::span<const message_spec> commands();  // suite to adapter
std::span<const message_spec> events();    // adapter to suite
const message_spec* find_command(std::string_view name);
const message_spec* find_event(std::string_view name);

// A command or an event.
struct message {
  std::string name;
  std::map<std::string, wire::value> fields;

  // nullptr: it has no such field, or not of this type.
  template <class T>
  const T* find(const std::string& field) const {
    const auto found = fields.find(field);
    return found == fields.end() ? nullptr : std::get_if<T>(&found->second);
  }
  std::uint64_t number(const std::string& field, std::uint64_t absent = 0) const;
  std::string text(const std::string& field) const;

  friend bool operator==(const message&, const message&) = default;
};

std::string print(const message& m);

}  // namespace mqttspec::adapter
