// mqttspec decode

#include "wire/decode.h"

#include <fmt/format.h>

#include <cctype>

#include "base/bytes.h"
#include "cli/exit_codes.h"
#include "cli/options.h"
#include "target/description.h"
#include "wire/encode.h"
#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::cli {

namespace {

using wire::protocol_version;

// Most packets go one way only; for the others the server's rules are the stricter guess, the
// client's are tried when those refuse.
wire::wire_result<wire::packet> decode_either(byte_view octets, protocol_version version) {
  const auto as_server = wire::decode(octets, {version, wire::sender::server});
  if (as_server) return as_server;
  const auto as_client = wire::decode(octets, {version, wire::sender::client});
  return as_client ? as_client : as_server;
}

int octets_to_notation(const byte_buffer& octets, protocol_version version, console& on) {
  byte_view rest(octets);
  while (!rest.empty()) {
    const auto frame = wire::split(rest, version);
    if (!frame) {
      on.error(wire::print(frame.error()));
      return unexpected_result;
    }
    if (!*frame) {
      on.error(
          fmt::format("the packet is not complete: {} octets, more are announced", rest.size()));
      return unexpected_result;
    }
    const auto packet = decode_either((*frame)->bytes, version);
    if (!packet) {
      on.error(wire::print(packet.error()),
               fmt::format("octets: {}", to_hex((*frame)->bytes.first(
                                             std::min<std::size_t>((*frame)->bytes.size(), 64)))));
      return unexpected_result;
    }
    on.print(wire::print(*packet) + "\n");
    rest = rest.subspan((*frame)->bytes.size());
  }
  return as_expected;
}

int notation_to_octets(const std::string& text, protocol_version version, console& on) {
  const auto packet = wire::parse_packet(text, version);
  if (!packet) {
    diagnostic d;
    d.message = packet.error().message;
    d.help = packet.error().help;
    d.where = {"argument", 1, static_cast<std::uint32_t>(packet.error().column + 1),
               static_cast<std::uint32_t>(packet.error().length)};
    d.source_line = text;
    on.show({d});
    return bad_usage;
  }
  const auto encoded = wire::encode(*packet);
  if (!encoded) {
    on.error(wire::print(encoded.error()));
    return unexpected_result;
  }
  on.print(to_hex(encoded->bytes) + "\n");
  for (const wire::field_position& f : encoded->fields) {
    const byte_view octets(encoded->bytes);
    const std::size_t shown = std::min<std::size_t>(f.length, 24);
    on.print(fmt::format("  {:>5} {:>4}  {:<34} {}{}\n", f.offset, f.length, f.name,
                         to_hex(octets.subspan(f.offset, shown)), shown < f.length ? " ..." : ""));
  }
  return as_expected;
}

}  // namespace

int decode_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec decode [--mqtt 5|3.1.1] HEX | PACKET FIELD=VALUE ...";
  set.explanation =
      "Octets to notation: mqttspec decode 20 03 00 00 00\n"
      "and back:           mqttspec decode 'CONNACK session_present=0'";
  set.words_are = "octets or a packet";
  set.described.add_options()("mqtt", po::value<std::string>()->value_name("5|3.1.1"),
                              "protocol version (5)");
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  auto version = protocol_version::v5;
  if (options->has("mqtt")) {
    const auto given = target::parse_version(options->get<std::string>("mqtt"));
    if (!given) {
      on.error(fmt::format("there is no MQTT version '{}'", options->get<std::string>("mqtt")),
               "valid here: 5, 3.1.1");
      return bad_usage;
    }
    version = *given;
  }
  const std::string text = fmt::format("{}", fmt::join(options->words, " "));
  if (text.empty()) {
    on.error("nothing to decode", "write for example: mqttspec decode 20 03 00 00 00");
    return bad_usage;
  }
  if (wire::find_packet(text.substr(0, text.find(' '))) != nullptr) {
    return notation_to_octets(text, version, on);
  }
  if (const auto octets = from_hex(text)) return octets_to_notation(*octets, version, on);
  on.error("this is neither octets in hex nor a packet in the notation",
           "write for example: 20 03 00 00 00, or CONNACK session_present=0");
  return bad_usage;
}

}  // namespace mqttspec::cli
