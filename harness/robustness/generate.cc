#include "robustness/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "robustness/notation.h"
#include "wire/odd_packets.h"
#include "wire/sample.h"
#include "wire/table.h"

namespace mqttspec::robustness {

using namespace wire;

namespace {

using transforms = std::vector<std::string>;

constexpr std::array<std::string_view, 14> all_operations = {
    "truncate",       "overlong integer", "wrong length",   "doubled field", "foreign property",
    "wrong flags",    "field of octets",  "broken text",    "wrong side",    "wrong time",
    "before CONNACK", "other protocol",   "known to break", "random edits"};

template <class List>
const auto& one_of(random_source& random, const List& list) {
  return list[random.below(std::size(list))];
}

std::string hex_of(byte_view octets) {
  return fmt::format("hex({})", to_hex(octets));
}

byte_buffer random_octets(random_source& random, std::size_t most) {
  byte_buffer out(1 + random.below(most));
  for (std::uint8_t& each : out) each = static_cast<std::uint8_t>(random.next());
  return out;
}

// The notation has all user properties in one place.
void gather_user_properties(property_list& list) {
  std::partition(list.begin(), list.end(),
                 [](const property& each) { return each.id != property_id::user_property; });
}

// Names of its own for all that reaches beyond the connection.
void confine(packet& p, random_source& random) {
  const auto name = [&](std::string_view rest) { return fmt::format("{}{}", ns_mark, rest); };
  switch (p.type) {
    case packet_type::connect:
      p.client_id = name("-x");
      p.user_name.reset();
      p.password.reset();
      p.keep_alive = 0;
      std::erase_if(p.properties, [](const property& each) {
        return each.id == property_id::authentication_method ||
               each.id == property_id::authentication_data;
      });
      if (p.will) p.will->topic = name("/will");
      // What is left over is removed by its session's end.
      for (property& each : p.properties) {
        if (each.id == property_id::session_expiry_interval) each.number %= 300;
      }
      break;
    case packet_type::publish:
      if (!p.topic.empty()) p.topic = name(random.below(2) == 0 ? "/x" : "/y");
      break;
    case packet_type::subscribe:
      for (subscription_request& r : p.subscriptions) {
        static constexpr std::array<std::string_view, 5> rests = {"/x", "/y", "/+/x", "/x/#", "/z"};
        const bool shared = r.filter.starts_with("$share/");
        r.filter = (shared ? "$share/g/" : "") + name(one_of(random, rests));
      }
      break;
    case packet_type::unsubscribe:
      for (std::string& f : p.filters) f = name(random.below(2) == 0 ? "/x" : "/z");
      break;
    default:
      break;
  }
}

packet legal(random_source& random, packet_type type, protocol_version version, sender from) {
  for (;;) {
    packet p = sample_packet(random, type, version, from);
    confine(p, random);
    gather_user_properties(p.properties);
    if (p.will) gather_user_properties(p.will->properties);
    const auto e = encode(p);
    if (e && e->bytes.size() < 400) return p;
  }
}

// What a client may send, the richer kinds more often.
packet_type client_type(random_source& random, protocol_version version) {
  static constexpr std::array<packet_type, 16> types = {
      packet_type::connect,   packet_type::connect,   packet_type::publish,
      packet_type::publish,   packet_type::publish,   packet_type::subscribe,
      packet_type::subscribe, packet_type::subscribe, packet_type::unsubscribe,
      packet_type::puback,    packet_type::pubrec,    packet_type::pubrel,
      packet_type::pubcomp,   packet_type::pingreq,   packet_type::disconnect,
      packet_type::auth};
  packet_type type = one_of(random, types);
  if (type == packet_type::auth && version == protocol_version::v311) type = packet_type::pingreq;
  return type;
}

// One packet with one damage. Tries until the damage fits the packet.
class damage {
 public:
  damage(random_source& random, protocol_version version) : random_(random), version_(version) {}

  hostile_send make(std::string_view operation) {
    for (;;) {
      const packet p = legal(random_, client_type(random_, version_), version_, sender::client);
      encoded_ = *encode(p);
      transforms t = of(operation, p);
      if (!t.empty()) return {print_packet(p), std::move(t)};
    }
  }

 private:
  // A field of the packet that |fits|; nullptr when there is none.
  template <class Fits>
  const field_position* pick(Fits fits) {
    std::vector<const field_position*> list;
    for (const field_position& f : encoded_.fields) {
      if (fits(f)) list.push_back(&f);
    }
    return list.empty() ? nullptr : one_of(random_, list);
  }
  const field_position* any_field() {
    return pick([](const field_position& f) { return f.name != "flags" && f.name != "length"; });
  }

  transforms of(std::string_view operation, const packet& p) {
    if (operation == "truncate") return truncated();
    if (operation == "overlong integer") return overlong();
    if (operation == "wrong length") return wrong_length();
    if (operation == "doubled field") {
      const field_position* f = any_field();
      return f == nullptr ? transforms{} : transforms{fmt::format("duplicate {}", f->name)};
    }
    if (operation == "foreign property") return foreign_property(p);
    if (operation == "wrong flags") return {fmt::format("flags {:#x}", random_.below(16))};
    if (operation == "field of octets") return octets_for_field();
    if (operation == "broken text") return broken_text();
    return random_edits();
  }

  transforms truncated() {
    if (random_.below(3) == 0) {
      // Half a packet, and silence.
      return {fmt::format("keep {}", 1 + random_.below(encoded_.bytes.size()))};
    }
    const field_position* f = any_field();
    if (f == nullptr) return {};
    return {fmt::format("truncate {}", f->name)};
  }

  transforms overlong() {
    const field_position* f = pick([](const field_position& each) {
      return each.name == "length" || each.name == "properties_length" ||
             each.name == "will_properties_length" || each.name == "subscription_identifier";
    });
    return {fmt::format("overlong {} {}", f->name, 2 + random_.below(4))};
  }

  transforms wrong_length() {
    const std::uint64_t right = encoded_.bytes.size() - 2;
    static constexpr std::array<std::uint64_t, 6> odd = {0, 1, 127, 128, 4096, 268'435'455};
    switch (random_.below(4)) {
      case 0:
        return {fmt::format("length {}", right + 1)};
      case 1:
        return {fmt::format("length {}", right == 0 ? 1 : right - 1)};
      case 2: {
        // The length of a string instead of the packet's.
        const field_position* f = pick([](const field_position& each) {
          return each.name != "length" && each.name != "flags" && each.length >= 3;
        });
        if (f == nullptr) return {};
        const std::uint64_t value = random_.below(2) == 0 ? 255 : 0;
        return {fmt::format("set {} {}", f->offset, value)};
      }
      default:
        return {fmt::format("length {}", one_of(random_, odd))};
    }
  }

  transforms foreign_property(const packet& p) {
    if (version_ != protocol_version::v5) return random_edits();
    const auto id = static_cast<std::uint8_t>(random_.below(4) == 0 ? random_.below(256)
                                                                    : 1 + random_.below(0x2A));
    byte_buffer octets{id};
    const byte_buffer value = random_octets(random_, 6);
    octets.insert(octets.end(), value.begin(), value.end());
    const bool in_will = p.will && random_.below(2) == 0;
    if (pick([](const field_position& f) { return f.name == "properties_length"; }) == nullptr) {
      return {};
    }
    return {fmt::format("{} {}", in_will ? "will_property" : "property", hex_of(octets))};
  }

  transforms octets_for_field() {
    const field_position* f = any_field();
    if (f == nullptr) return {};
    if (random_.below(4) == 0) return {fmt::format("drop {}", f->name)};
    return {fmt::format("put {} {}", f->name, hex_of(random_octets(random_, 8)))};
  }

  transforms broken_text() {
    const field_position* f = pick([](const field_position& each) {
      return each.name == "topic" || each.name == "filter" || each.name == "client_id" ||
             each.name == "will_topic" || each.name == "content_type";
    });
    if (f == nullptr) return {};
    switch (random_.below(6)) {
      case 0:
        return {fmt::format("put {} hex(00 00)", f->name)};
      case 1:
        return {fmt::format("put {} hex(00 03 61 00 62)", f->name)};
      case 2:
        return {fmt::format("put {} hex(00 03 ed a0 80)", f->name)};
      case 3:
        return {fmt::format("put {} hex(ff ff 61)", f->name)};
      case 4: {
        // Two thousand levels.
        std::string levels(4000, '/');
        for (std::size_t i = 0; i < levels.size(); i += 2) levels[i] = 'a';
        return {fmt::format("put {} hex(0f a0 \"{}\")", f->name, levels)};
      }
      default: {
        static constexpr std::array<std::string_view, 7> odd = {
            "$share/g", "$share//a", "$share/+/a", "a/#/b", "a+", "$SYS/#", "$queue/"};
        const std::string_view text = one_of(random_, odd);
        return {fmt::format("put {} hex(00 {:02x} \"{}\")", f->name, text.size(), text)};
      }
    }
  }

  transforms random_edits() {
    transforms out;
    for (std::uint64_t n = 1 + random_.below(3); n != 0; --n) {
      const edit e = sample_edit(random_, encoded_);
      // What an edit before this one has added has no name in the notation.
      if (e.field == "property" || e.field == "will_property") continue;
      if (apply(e, encoded_)) out.push_back(wire::print(e));
    }
    return out;
  }

  random_source& random_;
  protocol_version version_;
  encoded encoded_;
};

// A packet that only a server sends.
hostile_send from_the_wrong_side(random_source& random, protocol_version version) {
  static constexpr std::array<packet_type, 4> types = {
      packet_type::connack, packet_type::suback, packet_type::unsuback, packet_type::pingresp};
  return {print_packet(legal(random, one_of(random, types), version, sender::server)), {}};
}

hostile_send legal_send(random_source& random, protocol_version version) {
  return {print_packet(legal(random, client_type(random, version), version, sender::client)), {}};
}

hostile_send other_protocol(random_source& random) {
  static constexpr std::array<std::string_view, 6> lines = {
      "hex(\"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\" 0d 0a)",
      "hex(0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a 21 11 00 0d 7f 00 00 01 7f 00 00 01 00 01 00 02 04)",
      "hex(16 03 01 00 2f 01 00 00 2b 03 03 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 "
      "12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 00 00 04 13 01 13 02 01 00)",
      "hex(\"GET / HTTP/1.1\" 0d 0a \"Host: x\" 0d 0a \"Upgrade: websocket\" 0d 0a 0d 0a)",
      "hex(00 00 00 00 00 00 00 00)",
      "hex(ff ff ff ff ff ff ff ff)"};
  if (random.below(4) == 0) return {hex_of(random_octets(random, 40)), {}};
  return {std::string(one_of(random, lines)), {}};
}

hostile_send known(random_source& random, protocol_version version) {
  for (;;) {
    const odd_packets& odd = one_of(random, known_odd_packets());
    if (odd.version != version) continue;
    return {hex_of(*from_hex(odd.hex)), {}};
  }
}

hostile_send plain_connect(protocol_version version) {
  const bool v5 = version == protocol_version::v5;
  return {
      fmt::format("CONNECT client_id=\"{{ns}}-x\" {}", v5 ? "clean_start=0" : "clean_session=0"),
      {}};
}

}  // namespace

std::span<const std::string_view> operations() {
  return all_operations;
}

experiment make_experiment(random_source& random, protocol_version version,
                           std::string_view operation, session_state state) {
  experiment e;
  e.version = version;
  e.state = state;
  e.operation = operation;
  const bool greets = state == session_state::unconnected || state == session_state::offline;
  // Half of them behind a CONNECT whose answer is not awaited.
  if (operation == "before CONNACK" || (greets && random.below(2) == 0)) {
    e.sends.push_back(plain_connect(version));
  }
  const std::uint64_t count = random.below(3) == 0 ? 2 + random.below(4) : 1;
  for (std::uint64_t n = count; n != 0; --n) {
    if (operation == "wrong side") {
      e.sends.push_back(from_the_wrong_side(random, version));
    } else if (operation == "wrong time" || operation == "before CONNACK") {
      e.sends.push_back(legal_send(random, version));
    } else if (operation == "other protocol") {
      e.sends.push_back(other_protocol(random));
    } else if (operation == "known to break") {
      e.sends.push_back(known(random, version));
    } else if (n == 1 || random.below(2) == 0) {
      e.sends.push_back(damage(random, version).make(operation));
    } else {
      e.sends.push_back(legal_send(random, version));
    }
  }
  // Only one: what comes behind a send that ended the connection could not be sent.
  e.in_pieces = e.sends.size() == 1 && e.sends[0].packet.size() < 300 && random.below(4) == 0;
  return e;
}

}  // namespace mqttspec::robustness
