#include "fuzz/packets.h"

#include <array>
#include <utility>

#include "wire/encode.h"
#include "wire/sample.h"
#include "wire/table.h"
#include "wire/value.h"

namespace mqttspec::fuzz {

using namespace wire;

namespace {

// Text for a field: short, and the alphabets that rules are about.
std::string read_text(input_reader& input, std::string_view name) {
  static constexpr std::array<std::string_view, 8> topics = {"a",    "a/b", "/",       "$SYS/x",
                                                             "a//b", "é",   "sport/+", "#"};
  static constexpr std::array<std::string_view, 8> filters = {
      "a", "#", "+/b", "a/#", "$share/g/a", "+", "$share/g/#", "/"};
  const unsigned choice = input.octet();
  // One in eight is raw, and mostly refused; text that is legal everywhere leads further.
  if (choice >= 224) return std::string(input.take(choice % 16));
  if (choice >= 16) {
    std::string text(input.take(choice % 16));
    for (char& c : text) c = static_cast<char>('a' + (static_cast<unsigned char>(c) % 26));
    return text.empty() ? "t" : text;
  }
  if (name.find("topic") != name.npos) return std::string(topics[choice % 6]);
  if (name.find("filter") != name.npos) return std::string(filters[choice % 8]);
  return std::string(topics[choice % 8]);
}

std::uint64_t read_number(input_reader& input, const number_range& range) {
  switch (input.below(4)) {
    case 0:
      return range.smallest;
    case 1:
      return range.largest;
    default: {
      const std::uint64_t span = std::uint64_t{range.largest} - range.smallest + 1;
      return range.smallest + input.number(range.largest > 0xFFFF ? 4 : 2) % span;
    }
  }
}

std::uint8_t read_reason(input_reader& input, packet_type type, protocol_version version) {
  auto code = input.octet();
  while (!reason_allowed(type, version, code)) ++code;  // every packet that has reasons has one
  return code;
}

value read_value(input_reader& input, const packet& p, const named_field& field) {
  switch (field.kind) {
    case field_kind::flag:
      return value{std::uint64_t{input.flag()}};
    case field_kind::number:
      return value{read_number(input, field.range)};
    case field_kind::reason:
      return value{std::uint64_t{read_reason(input, p.type, p.version)}};
    case field_kind::text:
    case field_kind::binary:
      return value{read_text(input, field.name)};
    case field_kind::user_properties: {
      text_pairs pairs;
      for (unsigned n = input.below(4); n != 0; --n) {
        std::string name = read_text(input, "");
        pairs.emplace_back(std::move(name), read_text(input, ""));
      }
      return value{std::move(pairs)};
    }
    default:
      return value{std::uint64_t{0}};
  }
}

void read_lists(input_reader& input, packet& p) {
  const bool v5 = p.version == protocol_version::v5;
  for (unsigned n = 1 + input.below(4); n != 0; --n) {
    if (p.type == packet_type::subscribe) {
      subscription_request& r = p.subscriptions.emplace_back();
      r.filter = read_text(input, "filter");
      const std::uint8_t options = input.octet();
      r.max_qos = static_cast<std::uint8_t>((options & 3) % 3);
      if (!v5) continue;
      r.no_local = (options & 4) != 0;
      r.retain_as_published = (options & 8) != 0;
      r.retain_handling = static_cast<std::uint8_t>((options >> 4 & 3) % 3);
    } else if (p.type == packet_type::unsubscribe) {
      p.filters.push_back(read_text(input, "filter"));
    } else if (p.type == packet_type::suback || (p.type == packet_type::unsuback && v5)) {
      p.reasons.push_back(read_reason(input, p.type, p.version));
    }
  }
}

// What hangs together is brought together, so that few packets are refused.
void straighten(packet& p) {
  if (p.qos == 0) p.dup = false;
  const bool has_id = p.type == packet_type::publish
                          ? p.qos != 0
                          : p.type >= packet_type::puback && p.type <= packet_type::unsuback;
  if (has_id && p.packet_id == 0) p.packet_id = 1;
  if (!has_id) p.packet_id = 0;
  if (p.reason != 0) p.session_present = false;
  if (p.password && !p.user_name && p.version == protocol_version::v311) p.user_name = "u";
  if (p.will && p.will->topic.empty()) p.will->topic = "w";
  if (p.type == packet_type::publish && p.topic.empty() &&
      find_property(p.properties, property_id::topic_alias) == nullptr) {
    p.topic = "t";
  }
}

bool is_list_field(const named_field& field) {
  return field.kind == field_kind::filter_list || field.kind == field_kind::reason_list ||
         field.name == "max_qos" || field.name == "no_local" ||
         field.name == "retain_as_published" || field.name == "retain_handling";
}

}  // namespace

packet read_packet(input_reader& input, packet_type type, protocol_version version, sender from) {
  packet p = make(type, version);
  read_lists(input, p);
  const bool v5 = version == protocol_version::v5;
  for (const named_field& field : fields_of(type, version)) {
    if (input.empty()) break;
    if (is_list_field(field) || field.name == "protocol_name" || field.name == "protocol_level" ||
        (input.octet() & 3) == 0) {
      continue;
    }
    if (field.property != nullptr && field.property->id == property_id::subscription_identifier) {
      if (type == packet_type::publish && from == sender::client) continue;
      for (unsigned n = type == packet_type::publish ? 1 + input.below(3) : 1; n != 0; --n) {
        p.properties.push_back(number_property(
            field.property->id, static_cast<std::uint32_t>(read_number(input, field.range))));
      }
      continue;
    }
    if (v5 && field.name == "session_expiry_interval" && type == packet_type::disconnect &&
        from == sender::server) {
      continue;
    }
    set_field(p, field.name, read_value(input, p, field));
  }
  straighten(p);
  return p;
}

std::vector<byte_buffer> split_frames(byte_view stream, protocol_version version) {
  std::vector<byte_buffer> frames;
  while (!stream.empty()) {
    const auto part = split(stream, version);
    const std::size_t size = part && part->has_value() ? (*part)->bytes.size() : stream.size();
    frames.emplace_back(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size));
    stream = stream.subspan(size);
  }
  return frames;
}

edit random_edit(random_source& random, const encoded& e) {
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

void mutate_frames(std::vector<byte_buffer>& frames, random_source& random,
                   const decode_options& options) {
  const auto sampled = [&] {
    for (;;) {
      const sample_kind kind = sample_type(random, options.version);
      if (kind.from != options.from && random.below(8) != 0) continue;
      const auto e = encode(sample_packet(random, kind.type, options.version, kind.from));
      if (e) return *e;
    }
  };
  const std::size_t at = random.below(frames.size() + 1);
  const auto place = frames.begin() + static_cast<std::ptrdiff_t>(at);
  const std::uint64_t what = frames.empty() || place == frames.end() ? 0 : random.below(7);
  switch (what) {
    case 0:
      frames.insert(place, sampled().bytes);
      break;
    case 1:
      frames.erase(place);
      break;
    case 2: {
      byte_buffer twin = *place;
      frames.insert(place, std::move(twin));
      break;
    }
    case 3:
      std::swap(*place, frames[random.below(frames.size())]);
      break;
    case 4:
      *place = sampled().bytes;
      break;
    default: {
      // An edit of the packet as it stands, or of a sampled one when it is none.
      const auto p = decode(*place, options);
      auto e = p ? encode(*p) : wire_result<encoded>(sampled());
      if (!e) break;
      for (std::uint64_t n = 1 + random.below(2); n != 0; --n) {
        (void)apply(random_edit(random, *e), *e);
      }
      *place = std::move(e->bytes);
      break;
    }
  }
}

}  // namespace mqttspec::fuzz
