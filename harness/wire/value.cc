#include "wire/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "wire/literal.h"
#include "wire/table.h"

namespace mqttspec::wire {

namespace {

std::optional<value> number_of(std::uint64_t n) {
  return value{n};
}
std::optional<value> text_of(std::string_view text) {
  return value{std::string(text)};
}

// ---- reading

std::optional<value> get_property(const property_list& list, const property_spec& spec) {
  if (spec.type == property_type::utf8_pair) {
    text_pairs pairs;
    for (const property& p : list) {
      if (p.id == spec.id) pairs.emplace_back(p.text, p.value);
    }
    if (pairs.empty()) return std::nullopt;
    return value{std::move(pairs)};
  }
  const property* first = find_property(list, spec.id);
  if (first == nullptr) return std::nullopt;
  if (spec.type == property_type::utf8_string || spec.type == property_type::binary_data) {
    return text_of(first->text);
  }
  if (spec.repeatable) {
    std::vector<std::uint64_t> numbers;
    for (const property& p : list) {
      if (p.id == spec.id) numbers.push_back(p.number);
    }
    if (numbers.size() > 1) return value{std::move(numbers)};
  }
  return number_of(first->number);
}

// One option of all requests: the number when there is one request, else the list.
template <class Read>
std::optional<value> get_option(const packet& p, Read read) {
  if (p.subscriptions.empty()) return std::nullopt;
  if (p.subscriptions.size() == 1) return number_of(read(p.subscriptions.front()));
  std::vector<std::uint64_t> numbers;
  for (const subscription_request& s : p.subscriptions) numbers.push_back(read(s));
  return value{std::move(numbers)};
}

std::vector<std::string> filters_of(const packet& p) {
  if (p.type == packet_type::unsubscribe) return p.filters;
  std::vector<std::string> filters;
  for (const subscription_request& s : p.subscriptions) filters.push_back(s.filter);
  return filters;
}

std::optional<value> get_plain(const packet& p, field_id id) {
  switch (id) {
    case field_id::dup:
      return number_of(p.dup);
    case field_id::qos:
      return number_of(p.qos);
    case field_id::retain:
      return number_of(p.retain);
    case field_id::protocol_name:
      return text_of(p.protocol_name);
    case field_id::protocol_level:
      return number_of(p.protocol_level);
    case field_id::clean_start:
    case field_id::clean_session:
      return number_of(p.clean_start);
    case field_id::keep_alive:
      return number_of(p.keep_alive);
    case field_id::session_present:
      return number_of(p.session_present);
    case field_id::topic:
      return text_of(p.topic);
    case field_id::packet_id:
      if (p.type == packet_type::publish && p.qos == 0) return std::nullopt;
      return number_of(p.packet_id);
    case field_id::reason:
      return number_of(p.reason);
    case field_id::client_id:
      return text_of(p.client_id);
    case field_id::will_topic:
      return p.will ? text_of(p.will->topic) : std::nullopt;
    case field_id::will_payload:
      return p.will ? text_of(p.will->payload) : std::nullopt;
    case field_id::will_qos:
      return p.will ? number_of(p.will->qos) : std::nullopt;
    case field_id::will_retain:
      return p.will ? number_of(p.will->retain) : std::nullopt;
    case field_id::user_name:
      return p.user_name ? text_of(*p.user_name) : std::nullopt;
    case field_id::password:
      return p.password ? text_of(*p.password) : std::nullopt;
    case field_id::filter: {
      const std::vector<std::string> filters = filters_of(p);
      return filters.size() == 1 ? text_of(filters.front()) : std::nullopt;
    }
    case field_id::filters: {
      std::vector<std::string> filters = filters_of(p);
      if (filters.size() < 2) return std::nullopt;
      return value{std::move(filters)};
    }
    case field_id::max_qos:
      return get_option(p, [](const subscription_request& s) { return s.max_qos; });
    case field_id::no_local:
      return get_option(p, [](const subscription_request& s) { return s.no_local; });
    case field_id::retain_as_published:
      return get_option(p, [](const subscription_request& s) { return s.retain_as_published; });
    case field_id::retain_handling:
      return get_option(p, [](const subscription_request& s) { return s.retain_handling; });
    case field_id::reasons:
      return value{std::vector<std::uint64_t>(p.reasons.begin(), p.reasons.end())};
    case field_id::payload:
      return text_of(p.payload);
    case field_id::property:
      break;
  }
  return std::nullopt;
}

// ---- writing

bool in_range(std::uint64_t n, const number_range& range) {
  return n >= range.smallest && n <= range.largest;
}

// The one entry of |list| with |id|: new at the end, or the first that is there, the others gone.
property& only_property(property_list& list, property_id id) {
  const auto first =
      std::find_if(list.begin(), list.end(), [&](const property& p) { return p.id == id; });
  if (first == list.end()) return list.emplace_back(property{id, 0, {}, {}});
  list.erase(std::remove_if(first + 1, list.end(), [&](const property& p) { return p.id == id; }),
             list.end());
  return *std::find_if(list.begin(), list.end(), [&](const property& p) { return p.id == id; });
}

bool set_property(property_list& list, const named_field& field, packet_type type, const value& v) {
  const property_spec& spec = *field.property;
  if (const auto* pairs = std::get_if<text_pairs>(&v)) {
    if (field.kind != field_kind::user_properties) return false;
    for (const auto& [name, text] : *pairs) list.push_back(user_property(name, text));
    return true;
  }
  if (const auto* text = std::get_if<std::string>(&v)) {
    if (field.kind != field_kind::text && field.kind != field_kind::binary) return false;
    only_property(list, spec.id).text = *text;
    return true;
  }
  const bool is_number = field.kind == field_kind::number || field.kind == field_kind::flag;
  if (const auto* number = std::get_if<std::uint64_t>(&v)) {
    if (!is_number || !in_range(*number, field.range)) return false;
    only_property(list, spec.id).number = static_cast<std::uint32_t>(*number);
    return true;
  }
  if (const auto* numbers = std::get_if<std::vector<std::uint64_t>>(&v)) {
    if (!is_number || !spec.repeatable || type != packet_type::publish) return false;
    if (!std::all_of(numbers->begin(), numbers->end(),
                     [&](std::uint64_t n) { return in_range(n, field.range); })) {
      return false;
    }
    for (const std::uint64_t n : *numbers) {
      list.push_back(number_property(spec.id, static_cast<std::uint32_t>(n)));
    }
    return true;
  }
  return false;
}

// The requests that |count| filters or options are for. Fields may come in any order: options that
// came first made requests without a filter, and a single option holds for all.
bool size_requests(std::vector<subscription_request>& requests, std::size_t count) {
  if (requests.size() == count) return true;
  if (requests.size() > 1 || count == 0) return false;
  requests.resize(count, requests.empty() ? subscription_request{} : requests.front());
  return true;
}

template <class Write>
bool set_option(packet& p, const value& v, const number_range& range, Write write) {
  if (const auto* number = std::get_if<std::uint64_t>(&v)) {
    if (!in_range(*number, range)) return false;
    if (p.subscriptions.empty()) p.subscriptions.emplace_back();
    for (subscription_request& s : p.subscriptions) write(s, static_cast<std::uint8_t>(*number));
    return true;
  }
  const auto* numbers = std::get_if<std::vector<std::uint64_t>>(&v);
  if (numbers == nullptr) return false;
  if (!std::all_of(numbers->begin(), numbers->end(),
                   [&](std::uint64_t n) { return in_range(n, range); })) {
    return false;
  }
  // A list beside one filter would give that filter several options.
  const bool has_filter = p.subscriptions.size() == 1 && !p.subscriptions.front().filter.empty();
  if (has_filter && numbers->size() != 1) return false;
  if (!size_requests(p.subscriptions, numbers->size())) return false;
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    write(p.subscriptions[i], static_cast<std::uint8_t>((*numbers)[i]));
  }
  return true;
}

bool set_filters(packet& p, const std::vector<std::string>& filters) {
  if (p.type == packet_type::unsubscribe) {
    p.filters = filters;
    return true;
  }
  if (!size_requests(p.subscriptions, filters.size())) return false;
  for (std::size_t i = 0; i < filters.size(); ++i) p.subscriptions[i].filter = filters[i];
  return true;
}

bool set_text(packet& p, field_id id, const std::string& text) {
  const auto will = [&]() -> will_message& { return p.will ? *p.will : p.will.emplace(); };
  switch (id) {
    case field_id::protocol_name:
      p.protocol_name = text;
      return true;
    case field_id::topic:
      p.topic = text;
      return true;
    case field_id::client_id:
      p.client_id = text;
      return true;
    case field_id::will_topic:
      will().topic = text;
      return true;
    case field_id::will_payload:
      will().payload = text;
      return true;
    case field_id::user_name:
      p.user_name = text;
      return true;
    case field_id::password:
      p.password = text;
      return true;
    case field_id::payload:
      p.payload = text;
      return true;
    case field_id::filter:
      return set_filters(p, {text});
    case field_id::filters:
      return set_filters(p, {text});
    default:
      return false;
  }
}

bool set_number(packet& p, field_id id, std::uint64_t number) {
  const auto will = [&]() -> will_message& { return p.will ? *p.will : p.will.emplace(); };
  const bool flag = number != 0;
  const auto octet = static_cast<std::uint8_t>(number);
  switch (id) {
    case field_id::dup:
      p.dup = flag;
      return true;
    case field_id::qos:
      p.qos = octet;
      return true;
    case field_id::retain:
      p.retain = flag;
      return true;
    case field_id::protocol_level:
      p.protocol_level = octet;
      return true;
    case field_id::clean_start:
    case field_id::clean_session:
      p.clean_start = flag;
      return true;
    case field_id::keep_alive:
      p.keep_alive = static_cast<std::uint16_t>(number);
      return true;
    case field_id::session_present:
      p.session_present = flag;
      return true;
    case field_id::packet_id:
      p.packet_id = static_cast<std::uint16_t>(number);
      return true;
    case field_id::reason:
      p.reason = octet;
      return true;
    case field_id::will_qos:
      will().qos = octet;
      return true;
    case field_id::will_retain:
      will().retain = flag;
      return true;
    default:
      return false;
  }
}

bool set_plain(packet& p, const named_field& field, const value& v) {
  const field_id id = field.field->id;
  switch (id) {
    case field_id::max_qos:
      return set_option(p, v, field.range,
                        [](subscription_request& s, std::uint8_t n) { s.max_qos = n; });
    case field_id::no_local:
      return set_option(p, v, field.range,
                        [](subscription_request& s, std::uint8_t n) { s.no_local = n != 0; });
    case field_id::retain_as_published:
      return set_option(p, v, field.range, [](subscription_request& s, std::uint8_t n) {
        s.retain_as_published = n != 0;
      });
    case field_id::retain_handling:
      return set_option(p, v, field.range,
                        [](subscription_request& s, std::uint8_t n) { s.retain_handling = n; });
    default:
      break;
  }
  if (const auto* number = std::get_if<std::uint64_t>(&v)) {
    return in_range(*number, field.range) && set_number(p, id, *number);
  }
  if (const auto* text = std::get_if<std::string>(&v)) return set_text(p, id, *text);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&v)) {
    return id == field_id::filters && set_filters(p, *texts);
  }
  if (const auto* numbers = std::get_if<std::vector<std::uint64_t>>(&v)) {
    // An empty list has no kind of its own: `filters=[]`.
    if (numbers->empty() && id == field_id::filters) return set_filters(p, {});
    if (id != field_id::reasons ||
        !std::all_of(numbers->begin(), numbers->end(),
                     [&](std::uint64_t n) { return in_range(n, field.range); })) {
      return false;
    }
    p.reasons.assign(numbers->begin(), numbers->end());
    return true;
  }
  return false;
}

}  // namespace

std::optional<value> get_field(const packet& p, std::string_view name) {
  const std::optional<named_field> field = find_field(p.type, name);
  if (!field || !contains(field->versions, p.version)) return std::nullopt;
  if (field->field != nullptr) return get_plain(p, field->field->id);
  if (!field->of_will) return get_property(p.properties, *field->property);
  return p.will ? get_property(p.will->properties, *field->property) : std::nullopt;
}

bool set_field(packet& p, std::string_view name, const value& v) {
  const std::optional<named_field> field = find_field(p.type, name);
  if (!field || !contains(field->versions, p.version)) return false;
  if (field->field != nullptr) return set_plain(p, *field, v);
  if (!field->of_will) return set_property(p.properties, *field, p.type, v);
  will_message with_property = p.will.value_or(will_message{});
  if (!set_property(with_property.properties, *field, p.type, v)) return false;
  p.will = std::move(with_property);
  return true;
}

std::string print(const value& v) {
  struct printer {
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return octets_literal(text); }
    std::string operator()(const std::vector<std::uint64_t>& numbers) const {
      return fmt::format("[{}]", fmt::join(numbers, " "));
    }
    std::string operator()(const std::vector<std::string>& texts) const {
      std::string out = "[";
      for (const std::string& text : texts) {
        if (out.size() > 1) out += ' ';
        out += octets_literal(text);
      }
      return out + "]";
    }
    std::string operator()(const text_pairs& pairs) const {
      std::string out = "{";
      for (const auto& [name, text] : pairs) {
        if (out.size() > 1) out += ' ';
        out += quoted(name) + ": " + quoted(text);
      }
      return out + "}";
    }
  };
  return std::visit(printer{}, v);
}

}  // namespace mqttspec::wire
