#include "wire/sample.h"

#include <array>
#include <vector>

#include "wire/table.h"

namespace mqttspec::wire {

namespace {

class random_choices : public choice_source {
 public:
  explicit random_choices(random_source& random) : random_(random) {}
  std::uint64_t below(std::uint64_t limit) override { return random_.below(limit); }
  bool chance(std::uint64_t one_in) override { return random_.below(one_in) == 0; }

 private:
  random_source& random_;
};

class sampler {
 public:
  sampler(choice_source& choices, packet_type type, protocol_version version, sender from)
      : choices_(choices), packet_(make(type, version)), from_(from) {}

  packet run() {
    switch (packet_.type) {
      case packet_type::connect:
        connect();
        break;
      case packet_type::connack:
        packet_.reason = reason();
        packet_.session_present = packet_.reason == 0 && chance(2);
        break;
      case packet_type::publish:
        publish();
        break;
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubrel:
      case packet_type::pubcomp:
        packet_.packet_id = identifier();
        if (is_v5()) packet_.reason = reason();
        break;
      case packet_type::subscribe:
        subscribe();
        break;
      case packet_type::unsubscribe:
        packet_.packet_id = identifier();
        for (std::uint64_t n = count(4); n != 0; --n) packet_.filters.push_back(filter(chance(4)));
        break;
      case packet_type::suback:
      case packet_type::unsuback:
        packet_.packet_id = identifier();
        if (packet_.type == packet_type::suback || is_v5()) {
          for (std::uint64_t n = count(4); n != 0; --n) packet_.reasons.push_back(reason());
        }
        break;
      case packet_type::disconnect:
      case packet_type::auth:
        if (is_v5()) packet_.reason = reason();
        break;
      case packet_type::pingreq:
      case packet_type::pingresp:
        break;
    }
    if (is_v5()) packet_.properties = properties(packets(packet_.type));
    if (packet_.type == packet_type::publish) leave_topic_to_alias();
    return std::move(packet_);
  }

 private:
  bool is_v5() const { return packet_.version == protocol_version::v5; }
  bool chance(std::uint64_t one_in) { return choices_.chance(one_in); }
  std::uint64_t count(std::uint64_t most) { return 1 + choices_.below(most); }
  std::uint16_t identifier() { return static_cast<std::uint16_t>(1 + choices_.below(0xFFFF)); }
  std::uint8_t qos() { return static_cast<std::uint8_t>(choices_.below(3)); }

  std::uint8_t reason() {
    std::vector<std::uint8_t> allowed;
    for (unsigned code = 0; code < 256; ++code) {
      const auto octet = static_cast<std::uint8_t>(code);
      if (reason_allowed(packet_.type, packet_.version, octet)) allowed.push_back(octet);
    }
    return allowed[choices_.below(allowed.size())];
  }

  // Characters of one to four octets, those that the notation escapes among them.
  std::string text(std::uint64_t most = 12) {
    static constexpr std::array<std::string_view, 14> alphabet = {
        "a",  "Z",    "0",    " ",        "\"",           "\\",           "{",
        "\n", "\x01", "\x7F", "\xC3\xA9", "\xEF\xBB\xBF", "\xE2\x80\xAE", "\xF0\x9F\x90\xA6"};
    std::string out;
    if (chance(100)) most = 300;
    for (std::uint64_t n = choices_.below(most + 1); n != 0; --n) {
      out += alphabet[choices_.below(alphabet.size())];
    }
    return out;
  }
  std::string octets() {
    if (chance(2)) return text();
    std::string out;
    for (std::uint64_t n = choices_.below(12); n != 0; --n) {
      out += static_cast<char>(choices_.below(256));
    }
    return out;
  }
  std::string topic() {
    std::string out = text(4);
    for (std::uint64_t n = choices_.below(3); n != 0; --n) out += "/" + text(3);
    return out.empty() ? "t" : out;
  }
  std::string filter(bool shared) {
    std::string out = shared && is_v5() ? "$share/group/" : "";
    switch (choices_.below(4)) {
      case 0:
        return out + "#";
      case 1:
        out += topic();
        out += "/+/";
        return out += text(2);
      case 2:
        return out + "+/" + topic() + "/#";
      default:
        return out + topic();
    }
  }

  std::uint32_t number(const number_range& range) {
    switch (choices_.below(3)) {
      case 0:
        return range.smallest;
      case 1:
        return range.largest;
      default: {
        const std::uint64_t span = std::uint64_t{range.largest} - range.smallest + 1;
        return range.smallest + static_cast<std::uint32_t>(choices_.below(span));
      }
    }
  }

  bool may_send(const property_spec& spec) const {
    if (spec.id == property_id::subscription_identifier) {
      return packet_.type != packet_type::publish || from_ == sender::server;
    }
    if (spec.id == property_id::session_expiry_interval) {
      return packet_.type != packet_type::disconnect || from_ == sender::client;
    }
    // Only behind a method.
    return spec.id != property_id::authentication_data;
  }

  void add(property_list& list, const property_spec& spec) {
    switch (spec.type) {
      case property_type::utf8_pair: {
        // One after the other: the same on every compiler.
        const std::string name = text();
        const std::string value = text();
        list.push_back(user_property(name, value));
        break;
      }
      case property_type::utf8_string:
        list.push_back(
            text_property(spec.id, spec.id == property_id::response_topic ? topic() : text()));
        break;
      case property_type::binary_data:
        list.push_back(text_property(spec.id, octets()));
        break;
      default:
        list.push_back(number_property(spec.id, number(spec.range)));
    }
  }

  property_list properties(packet_set where) {
    property_list list;
    if (chance(3)) return list;
    for (const property_spec& spec : property_table) {
      if ((spec.in & where) == 0 || !may_send(spec) || !chance(3)) continue;
      add(list, spec);
      const bool repeats = spec.id == property_id::user_property ||
                           (spec.repeatable && packet_.type == packet_type::publish);
      while (repeats && chance(2)) add(list, spec);
      if (spec.id == property_id::authentication_method && chance(2)) {
        add(list, *property_of(property_id::authentication_data));
      }
    }
    // The order means nothing to a receiver, so every order must be taken.
    for (std::size_t i = list.size(); i > 1; --i) {
      std::swap(list[i - 1], list[choices_.below(i)]);
    }
    return list;
  }

  void connect() {
    packet_.clean_start = chance(2);
    packet_.keep_alive = static_cast<std::uint16_t>(choices_.below(0x10000));
    packet_.client_id = text();
    if (chance(2)) {
      will_message& will = packet_.will.emplace();
      will.topic = topic();
      will.payload = octets();
      will.qos = qos();
      will.retain = chance(2);
      if (is_v5()) will.properties = properties(in_will);
    }
    if (chance(2)) packet_.user_name = text();
    if ((packet_.user_name || is_v5()) && chance(2)) packet_.password = octets();
  }

  void publish() {
    packet_.topic = topic();
    packet_.qos = qos();
    packet_.dup = packet_.qos != 0 && chance(2);
    packet_.retain = chance(2);
    if (packet_.qos != 0) packet_.packet_id = identifier();
    packet_.payload = octets();
  }

  void leave_topic_to_alias() {
    if (find_property(packet_.properties, property_id::topic_alias) != nullptr && chance(2)) {
      packet_.topic.clear();
    }
  }

  void subscribe() {
    packet_.packet_id = identifier();
    for (std::uint64_t n = count(4); n != 0; --n) {
      subscription_request& request = packet_.subscriptions.emplace_back();
      const bool shared = chance(4);
      request.filter = filter(shared);
      request.max_qos = qos();
      if (!is_v5()) continue;
      request.no_local = !shared && chance(2);
      request.retain_as_published = chance(2);
      request.retain_handling = static_cast<std::uint8_t>(choices_.below(3));
    }
  }

  choice_source& choices_;
  packet packet_;
  sender from_;
};

}  // namespace

packet sample_packet(random_source& random, packet_type type, protocol_version version,
                     sender from) {
  random_choices choices(random);
  return sampler(choices, type, version, from).run();
}

packet sample_packet(choice_source& choices, packet_type type, protocol_version version,
                     sender from) {
  return sampler(choices, type, version, from).run();
}

edit sample_edit(random_source& random, const encoded& e) {
  edit out;
  const auto octets = [&](std::uint64_t most) {
    byte_buffer bytes(random.below(most + 1));
    for (std::uint8_t& each : bytes) {
      each = static_cast<std::uint8_t>(random.below(random.below(2) == 0 ? 8 : 256));
    }
    return bytes;
  };
  out.kind = static_cast<edit_kind>(random.below(static_cast<unsigned>(edit_kind::append) + 1u));
  if (!e.fields.empty()) out.field = e.fields[random.below(e.fields.size())].name;
  switch (out.kind) {
    case edit_kind::flags:
      out.first = random.below(16);
      break;
    case edit_kind::length:
      out.first = random.below(2) == 0 ? random.below(200) : random.below(largest_variable_integer);
      break;
    case edit_kind::overlong: {
      static constexpr std::array<std::string_view, 4> integers = {
          "length", "properties_length", "will_properties_length", "subscription_identifier"};
      out.field = integers[random.below(integers.size())];
      out.first = 2 + random.below(4);
      break;
    }
    case edit_kind::keep:
    case edit_kind::cut:
    case edit_kind::set:
    case edit_kind::insert:
      out.first = random.below(e.bytes.size() + 1);
      out.second = random.below(256);
      break;
    default:
      break;
  }
  out.bytes = octets(6);
  return out;
}

sample_kind sample_type(random_source& random, protocol_version version) {
  const std::uint64_t types = version == protocol_version::v5 ? packet_count : packet_count - 1;
  const auto type = static_cast<packet_type>(1 + random.below(types));
  switch (packet_of(type).sender) {
    case packet_direction::from_client:
      return {type, sender::client};
    case packet_direction::from_server:
      return {type, sender::server};
    case packet_direction::both:
      break;
  }
  // 3.1.1 has no DISCONNECT from a server.
  const bool client_only = type == packet_type::disconnect && version == protocol_version::v311;
  return {type, client_only || random.below(2) == 0 ? sender::client : sender::server};
}

}  // namespace mqttspec::wire
