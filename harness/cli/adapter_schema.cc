// mqttspec generate adapter-schema: docs/adapter.schema.json, from the table of the protocol.

#include <fmt/format.h>

#include "adapter/facts.h"
#include "adapter/protocol.h"
#include "cli/generate.h"

namespace mqttspec::cli {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string type_of(wire::field_kind kind) {
  switch (kind) {
    case wire::field_kind::flag:
      return "\"enum\": [0, 1, false, true]";
    case wire::field_kind::number:
    case wire::field_kind::reason:
      return "\"type\": \"integer\", \"minimum\": 0";
    case wire::field_kind::user_properties:
      return "\"type\": \"object\"";
    default:
      return "\"type\": \"string\"";
  }
}

std::string property(const adapter::field_spec& f) {
  std::string out = fmt::format("        {}: {{ {}", quoted(f.name), type_of(f.kind));
  if (!f.meaning.empty()) out += fmt::format(", \"description\": {}", quoted(f.meaning));
  return out + " }";
}

bool has_hex(const adapter::field_spec& f) {
  return f.kind == wire::field_kind::text || f.kind == wire::field_kind::binary;
}

std::string message(const adapter::message_spec& m, std::string_view key, bool with_number) {
  std::string required = quoted(key);
  std::string properties =
      fmt::format("        {}: {{ \"const\": {} }}", quoted(key), quoted(m.name));
  for (const adapter::field_spec& f : m.fields) {
    properties += ",\n" + property(f);
    if (has_hex(f)) {
      properties += fmt::format(",\n        {}: {{ \"type\": \"string\", \"pattern\": {} }}",
                                quoted(fmt::format("{}_hex", f.name)), quoted("^([0-9a-f]{2})*$"));
    }
    const bool number = with_number && f.name == "n";
    if (number || (f.by == adapter::filled_by::always && !has_hex(f))) {
      required += ", " + quoted(f.name);
    }
  }
  std::string out = fmt::format("    {}: {{\n      \"type\": \"object\",\n", quoted(m.name));
  if (!m.meaning.empty()) out += fmt::format("      \"description\": {},\n", quoted(m.meaning));
  return out + fmt::format(
                   "      \"required\": [{}],\n      \"properties\": {{\n{}\n      }},\n"
                   "      \"additionalProperties\": false\n    }}",
                   required, properties);
}

std::string facts() {
  std::string out;
  for (const adapter::fact& f : adapter::known_facts()) {
    out += fmt::format(
        "{}        {}: {{ \"type\": [\"integer\", \"string\"], \"default\": {}, \"description\": "
        "{} }}",
        out.empty() ? "" : ",\n", quoted(f.name), f.fallback, quoted(f.meaning));
  }
  return out;
}

}  // namespace

std::string adapter_schema(const command_table&) {
  std::string references;
  std::string messages;
  const auto add = [&](const auto& all, std::string_view key, bool with_number) {
    for (const adapter::message_spec& m : all) {
      references += fmt::format("{}    {{ \"$ref\": \"#/$defs/{}\" }}",
                                references.empty() ? "" : ",\n", m.name);
      messages += message(m, key, with_number) + ",\n";
    }
  };
  add(adapter::commands(), "cmd", true);
  add(adapter::events(), "ev", false);
  return fmt::format(
      "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\": \"Lines between mqttspec and the adapter of a client library\",\n"
      "  \"description\": \"Version {} of the protocol. Made by: mqttspec generate "
      "adapter-schema\",\n"
      "  \"oneOf\": [\n{}\n  ],\n  \"$defs\": {{\n{}"
      "    \"facts\": {{\n      \"type\": \"object\",\n      \"properties\": {{\n{}\n      }},\n"
      "      \"additionalProperties\": false\n    }}\n  }}\n}}\n",
      adapter::protocol_version, references, messages, facts());
}

}  // namespace mqttspec::cli
