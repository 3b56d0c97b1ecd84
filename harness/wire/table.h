#pragma once
// The one description of MQTT's packets that everything else is driven by: encoder, decoder,
// checker of scenario files, printer, craft, fuzz dictionary, documentation.
//
//   find_packet("CONNACK")->type                          == packet_type::connack
//   find_field(packet_type::connack, "session_present")   -> kind flag, both versions
//   property_of(property_id::receive_maximum)->range      == 1 .. 65535
//   reason_name(packet_type::disconnect, protocol_version::v5, 0x81) == "malformed_packet"
//
// A field cannot exist in one of them and not in another. Names are the standards' words in
// snake_case, unabridged but for "id".

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "wire/types.h"

namespace mqttspec::wire {

// What a field holds, and so which values the notation accepts for it.
enum class field_kind : std::uint8_t {
  flag,             // 0 or 1
  number,           // an integer within range
  reason,           // a reason code, by name or number
  text,             // a UTF-8 string
  binary,           // octets
  user_properties,  // { "name": "value" }: pairs in order
  reason_list,      // [ reason ... ]: SUBACK, UNSUBACK
  filter_list,      // SUBSCRIBE, UNSUBSCRIBE: filter="a", or filters=["a" "b"]
};

enum class packet_direction : std::uint8_t { from_client, from_server, both };

// Packets as a set of bits 1 << type; bit 0 stands for the will properties of CONNECT.
using packet_set = std::uint16_t;
constexpr packet_set packets() {
  return 0;
}
template <class... Rest>
constexpr packet_set packets(packet_type first, Rest... rest) {
  return static_cast<packet_set>(1u << static_cast<unsigned>(first)) | packets(rest...);
}
inline constexpr packet_set in_will = 1;
constexpr bool contains(packet_set set, packet_type type) {
  return (set >> static_cast<unsigned>(type) & 1) != 0;
}

struct number_range {
  std::uint32_t smallest = 0;
  std::uint32_t largest = 0;
};

struct packet_spec {
  packet_type type;
  std::string_view name;  // "CONNECT"
  version_set versions;
  packet_direction sender;
  std::uint8_t flags;                   // the low four bits of the first octet; PUBLISH: free
  std::string_view flags_statement_v5;  // broken by other bits
  std::string_view flags_statement_v311;
};

// A field of a packet that is not a property. |in| says which packets have it.
enum class field_id : std::uint8_t {
  // The order is that of the wire within one packet.
  dup,
  qos,
  retain,  // PUBLISH flags
  protocol_name,
  protocol_level,
  clean_start,
  clean_session,
  keep_alive,
  session_present,
  topic,
  packet_id,
  reason,  // the properties of the packet stand here
  client_id,
  will_topic,
  will_payload,
  will_qos,
  will_retain,
  user_name,
  password,
  filter,
  filters,
  max_qos,
  no_local,
  retain_as_published,
  retain_handling,
  reasons,
  payload,
  property,  // not a field of its own: see property_spec
};

struct field_spec {
  field_id id;
  std::string_view name;
  field_kind kind;
  version_set versions;
  packet_set in;
  number_range range{};     // flag, number, reason
  bool has_default = true;  // a send may leave it out
};

enum class property_type : std::uint8_t {
  byte,
  two_byte_integer,
  four_byte_integer,
  variable_byte_integer,
  utf8_string,
  utf8_pair,
  binary_data,
};

struct property_spec {
  property_id id;
  std::string_view name;  // as in the notation; will properties are prefixed "will_" there,
                          // but for will_delay_interval
  property_type type;
  packet_set in;
  bool repeatable = false;     // in every packet that has it: user_property;
                               // subscription_identifier only in a PUBLISH from a server
  number_range range{};        // numbers only
  std::string_view statement;  // [v5] broken when it is doubled or out of range: "MQTT-x", "v5-x"
};

inline constexpr std::size_t packet_count = 15;
inline constexpr std::size_t property_count = 27;

extern const std::array<packet_spec, packet_count> packet_table;        // by type
extern const std::array<property_spec, property_count> property_table;  // by id
std::span<const field_spec> field_table();                              // in wire order

// The [v5] statement that |type| breaks when it (its will properties: |of_will|) has |spec| twice
// or out of range. spec.statement where the standard has none for that packet.
std::string_view property_statement(const property_spec& spec, packet_type type, bool of_will);

const packet_spec& packet_of(packet_type type);
const packet_spec* find_packet(std::string_view name);
const property_spec* property_of(std::uint8_t id);
inline const property_spec* property_of(property_id id) {
  return property_of(static_cast<std::uint8_t>(id));
}

// A field of |type| by its notation name, property or not.
struct named_field {
  const field_spec* field = nullptr;  // one of the two
  const property_spec* property = nullptr;
  bool of_will = false;  // the property stands in the will properties
  std::string_view name;
  field_kind kind{};
  version_set versions{};
  number_range range{};
};
std::optional<named_field> find_field(packet_type type, std::string_view name);

// All notation names of |type|'s fields in wire order, those of |version| only.
std::span<const named_field> fields_of(packet_type type, protocol_version version);

// Reason codes. |type| tells which set: 5.0 codes differ in name (0x00) and in what is allowed by
// packet; 3.1.1 has return codes in CONNACK (accepted, unacceptable_protocol_version,
// identifier_rejected, server_unavailable, bad_user_name_or_password, not_authorized) and SUBACK
// (granted_qos_0..2, failure). "" when the code has no name there.
std::string_view reason_name(packet_type type, protocol_version version, std::uint8_t code);

// The code of |name| in |type|. Names of the table's codes that |type| does not allow are found
// too, |allowed| is false for them then.
struct named_reason {
  std::uint8_t code = 0;
  bool allowed = false;
};
std::optional<named_reason> find_reason(packet_type type, protocol_version version,
                                        std::string_view name);
bool reason_allowed(packet_type type, protocol_version version, std::uint8_t code);

// Codes below 0x80 mean success (5.0); 3.1.1 CONNACK: 0, SUBACK: below 0x80.
bool is_success(packet_type type, protocol_version version, std::uint8_t code);

// Names of all reason codes that |type| allows, for suggestions.
std::span<const std::string_view> reason_names(packet_type type, protocol_version version);

}  // namespace mqttspec::wire
