#include "script/resolve.h"

#include <algorithm>

namespace mqttspec::script {

resolved resolved::of_number(std::uint64_t n) {
  resolved r;
  r.number = n;
  return r;
}

resolved resolved::of_text(std::string text) {
  resolved r;
  r.kind = shape::text;
  if (!text.empty()) r.text = {{std::move(text), false}};
  return r;
}

resolved resolved::of_open(std::string variable) {
  resolved r;
  r.kind = shape::open;
  r.name = std::move(variable);
  return r;
}

bool resolved::closed() const {
  if (kind == shape::open || kind == shape::unknown) return false;
  return std::none_of(text.begin(), text.end(), [](const auto& p) { return p.is_variable; }) &&
         std::all_of(items.begin(), items.end(),
                     [](const resolved& item) { return item.closed(); });
}

std::size_t detail::size_of(const text_template& text) {
  std::size_t size = 0;
  for (const text_piece& piece : text) size += piece.text.size() + 1;
  return size;
}

void detail::append(text_template& out, const text_template& pieces) {
  for (const text_piece& piece : pieces) {
    if (!piece.is_variable && !out.empty() && !out.back().is_variable) {
      out.back().text += piece.text;
    } else {
      out.push_back(piece);
    }
  }
}

std::optional<text_template> as_template(const resolved& value) {
  switch (value.kind) {
    case shape::number:
      return text_template{{std::to_string(value.number), false}};
    case shape::text:
    case shape::octets:
      return value.text;
    case shape::name:
      return text_template{{value.name, false}};
    case shape::duration:
      return text_template{{print_duration(value.length), false}};
    case shape::open:
    case shape::unknown:
      return text_template{{value.name, true}};
    case shape::list:
    case shape::pairs:
      break;
  }
  return std::nullopt;
}

expression to_expression(const resolved& value) {
  expression e;
  if (value.kind == shape::number) {
    e.value = value.number;
  } else if (value.kind == shape::open || value.kind == shape::unknown) {
    e.value = variable_reference{value.name};
  } else if (value.kind == shape::list) {
    std::vector<expression> items;
    for (const resolved& item : value.items) items.push_back(to_expression(item));
    e.value = std::move(items);
  } else if (value.kind == shape::pairs) {
    template_pairs pairs;
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      pairs.emplace_back(as_template(value.items[i]).value_or(text_template{}),
                         as_template(value.items[i + 1]).value_or(text_template{}));
    }
    e.value = std::move(pairs);
  } else {
    e.value = *as_template(value);
  }
  return e;
}

std::string_view shape_name(shape kind) {
  switch (kind) {
    case shape::number:
      return "a number";
    case shape::text:
      return "text";
    case shape::octets:
      return "octets";
    case shape::name:
      return "a name";
    case shape::list:
      return "a list";
    case shape::pairs:
      return "pairs of text";
    case shape::duration:
      return "a duration";
    case shape::open:
      return "a captured value";
    case shape::unknown:
      return "a parameter";
  }
  return "";
}

}  // namespace mqttspec::script
