#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "wire/literal.h"
#include "wire/notation.h"
#include "wire/table.h"

namespace mqttspec::wire {

namespace {

class packet_printer {
 public:
  packet_printer(const packet& p, const print_options& options)
      : packet_(p), options_(options), out_(packet_of(p.type).name) {}

  std::string run() {
    switch (packet_.type) {
      case packet_type::connect:
        connect();
        break;
      case packet_type::connack:
        number("session_present", packet_.session_present);
        reason();
        properties();
        break;
      case packet_type::publish:
        publish();
        break;
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubrel:
      case packet_type::pubcomp:
        number("id", packet_.packet_id);
        outcome();
        break;
      case packet_type::subscribe:
        subscribe();
        break;
      case packet_type::unsubscribe:
        unsubscribe();
        break;
      case packet_type::suback:
      case packet_type::unsuback:
        number("id", packet_.packet_id);
        if (packet_.type == packet_type::suback || is_v5()) reasons();
        properties();
        break;
      case packet_type::disconnect:
      case packet_type::auth:
        outcome();
        break;
      case packet_type::pingreq:
      case packet_type::pingresp:
        break;
    }
    return std::move(out_);
  }

 private:
  bool is_v5() const { return packet_.version == protocol_version::v5; }

  void field(std::string_view name, std::string_view literal) {
    fmt::format_to(std::back_inserter(out_), " {}={}", name, literal);
  }
  void number(std::string_view name, std::uint32_t n) { field(name, std::to_string(n)); }

  bool is_cut(std::string_view text) const {
    return options_.longest_text != 0 && text.size() > options_.longest_text;
  }
  void cut(std::string_view name, std::string_view text) {
    field(name, fmt::format("{}...({} bytes)", quoted(text.substr(0, options_.longest_text)),
                            text.size()));
  }
  void text(std::string_view name, std::string_view text) {
    if (is_cut(text)) return cut(name, text);
    field(name, quoted(text));
  }
  void octets(std::string_view name, std::string_view octets) {
    if (is_cut(octets)) return cut(name, octets);
    field(name, octets_literal(octets));
  }

  std::string reason_literal(std::uint8_t code) const {
    const std::string_view name = reason_name(packet_.type, packet_.version, code);
    return name.empty() ? fmt::format("0x{:02X}", code) : std::string(name);
  }
  void reason() { field("reason", reason_literal(packet_.reason)); }
  void outcome() {
    if (!is_v5()) return;
    reason();
    properties();
  }
  void reasons() {
    std::string list;
    for (const std::uint8_t code : packet_.reasons) {
      if (!list.empty()) list += ' ';
      list += reason_literal(code);
    }
    field("reasons", "[" + list + "]");
  }

  void properties() { property_fields(packet_.properties, ""); }

  // In the order of the wire. A user property is appended where it stands, as is a Subscription
  // Identifier in brackets, so that reading the fields back gives the same list.
  void property_fields(const property_list& list, std::string_view prefix) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const property& p = list[i];
      const property_spec* spec = property_of(p.id);
      if (spec == nullptr) continue;
      const bool has_prefix = p.id != property_id::will_delay_interval;
      const std::string name =
          fmt::format("{}{}", has_prefix ? prefix : std::string_view{}, spec->name);
      switch (spec->type) {
        case property_type::utf8_pair: {
          std::string pairs = quoted(p.text) + ": " + quoted(p.value);
          for (; i + 1 < list.size() && list[i + 1].id == p.id; ++i) {
            pairs += ' ' + quoted(list[i + 1].text) + ": " + quoted(list[i + 1].value);
          }
          field(name, "{" + pairs + "}");
          break;
        }
        case property_type::utf8_string:
          text(name, p.text);
          break;
        case property_type::binary_data:
          octets(name, p.text);
          break;
        case property_type::variable_byte_integer:
          if (std::count_if(list.begin(), list.end(),
                            [&](const property& other) { return other.id == p.id; }) > 1) {
            std::string numbers = std::to_string(p.number);
            for (; i + 1 < list.size() && list[i + 1].id == p.id; ++i) {
              numbers += ' ' + std::to_string(list[i + 1].number);
            }
            field(name, "[" + numbers + "]");
            break;
          }
          [[fallthrough]];
        default:
          number(name, p.number);
      }
    }
  }

  void connect() {
    const packet usual = make(packet_type::connect, packet_.version);
    if (packet_.protocol_name != usual.protocol_name) text("protocol_name", packet_.protocol_name);
    if (packet_.protocol_level != usual.protocol_level) {
      number("protocol_level", packet_.protocol_level);
    }
    text("client_id", packet_.client_id);
    number(is_v5() ? "clean_start" : "clean_session", packet_.clean_start);
    if (packet_.keep_alive != 0) number("keep_alive", packet_.keep_alive);
    properties();
    if (packet_.will) {
      text("will_topic", packet_.will->topic);
      octets("will_payload", packet_.will->payload);
      number("will_qos", packet_.will->qos);
      number("will_retain", packet_.will->retain);
      property_fields(packet_.will->properties, "will_");
    }
    if (packet_.user_name) credential("user_name", *packet_.user_name, false);
    if (packet_.password) credential("password", *packet_.password, true);
  }

  void credential(std::string_view name, std::string_view secret, bool is_binary) {
    if (options_.mask_credentials) return field(name, "\"***\"");
    if (is_binary) return octets(name, secret);
    text(name, secret);
  }

  void publish() {
    text("topic", packet_.topic);
    number("qos", packet_.qos);
    number("dup", packet_.dup);
    number("retain", packet_.retain);
    if (packet_.qos != 0 || packet_.packet_id != 0) number("id", packet_.packet_id);
    properties();
    octets("payload", packet_.payload);
  }

  // A single value when all requests have the same, else one a filter.
  template <class Read>
  void option(std::string_view name, bool show_default, Read read) {
    std::vector<unsigned> values;
    for (const subscription_request& s : packet_.subscriptions) values.push_back(read(s));
    if (values.empty()) return;
    const bool all_equal =
        std::all_of(values.begin(), values.end(), [&](unsigned v) { return v == values.front(); });
    if (!all_equal) return field(name, fmt::format("[{}]", fmt::join(values, " ")));
    if (show_default || values.front() != 0) number(name, values.front());
  }

  void filters(const std::vector<std::string_view>& list) {
    if (list.size() == 1) return text("filter", list.front());
    std::string literals;
    for (const std::string_view filter : list) {
      if (!literals.empty()) literals += ' ';
      literals += quoted(filter);
    }
    field("filters", "[" + literals + "]");
  }

  void subscribe() {
    number("id", packet_.packet_id);
    std::vector<std::string_view> list;
    for (const subscription_request& s : packet_.subscriptions) list.push_back(s.filter);
    filters(list);
    option("max_qos", true, [](const subscription_request& s) { return s.max_qos; });
    option("no_local", false, [](const subscription_request& s) { return s.no_local ? 1u : 0u; });
    option("retain_as_published", false,
           [](const subscription_request& s) { return s.retain_as_published ? 1u : 0u; });
    option("retain_handling", false,
           [](const subscription_request& s) { return s.retain_handling; });
    properties();
  }

  void unsubscribe() {
    number("id", packet_.packet_id);
    filters({packet_.filters.begin(), packet_.filters.end()});
    properties();
  }

  const packet& packet_;
  const print_options& options_;
  std::string out_;
};

}  // namespace

std::string print(const packet& p, const print_options& options) {
  return packet_printer(p, options).run();
}

}  // namespace mqttspec::wire
