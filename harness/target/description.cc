#include "target/description.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>

#include "base/spelling.h"

namespace mqttspec::target {

namespace {

class reader {
 public:
  reader(const std::string& file, std::string_view text) : file_(file) {
    while (!text.empty()) {
      const auto end = text.find('\n');
      lines_.emplace_back(text.substr(0, end));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

  void fault(const toml::source_region& at, std::string message, std::string label,
             std::string help = "", std::size_t length = 1) {
    diagnostic d;
    d.message = std::move(message);
    d.label = std::move(label);
    d.help = std::move(help);
    d.where = {file_, at.begin.line, at.begin.column, static_cast<std::uint32_t>(length)};
    if (at.begin.line >= 1 && at.begin.line <= lines_.size()) {
      d.source_line = lines_[at.begin.line - 1];
    }
    faults.push_back(std::move(d));
  }

  // "target.toml:2"
  std::string place_of(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
  }

  void unknown_key(const toml::key& key, std::string_view where,
                   const std::vector<std::string_view>& valid) {
    fault(key.source(), fmt::format("{} has no key '{}'", where, key.str()), "unknown key",
          suggest(key.str(), valid), key.str().size());
  }

  bool text(const toml::node& node, std::string_view name, std::string& into) {
    if (const auto* s = node.as_string()) {
      into = s->get();
      return true;
    }
    fault(node.source(), fmt::format("'{}' must be a text in quotation marks", name), "not a text");
    return false;
  }

  void texts(const toml::node& node, std::string_view name, std::vector<std::string>& into) {
    const toml::array* list = node.as_array();
    if (list == nullptr) {
      return fault(node.source(), fmt::format("'{}' must be a list of texts", name), "not a list");
    }
    for (const toml::node& one : *list) text(one, name, into.emplace_back());
  }

  void flag(const toml::node& node, std::string_view name, bool& into) {
    if (const auto* value = node.as_boolean()) {
      into = value->get();
    } else {
      fault(node.source(), fmt::format("'{}' must be true or false", name), "neither");
    }
  }

  std::vector<diagnostic> faults;

 private:
  const std::string& file_;
  std::vector<std::string> lines_;
};

std::string flag_name(std::string_view fact, std::string_view value) {
  std::string name = fmt::format("{}_{}", fact, value);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool is_known(std::string_view name) {
  const auto all = known_capabilities();
  return std::any_of(all.begin(), all.end(), [&](const auto& c) { return c.name == name; });
}

void read_facts(reader& in, const toml::node& node, description& out) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return in.fault(node.source(), "'facts' must be a table", "not a table");
  std::vector<std::string_view> names;
  for (const auto& c : known_capabilities()) {
    if (c.source != capability_source::reach) names.push_back(c.name);
  }
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    out.sources[name] = in.place_of(value);
    if (const auto* text = value.as_string()) {
      const std::string flag = flag_name(name, text->get());
      if (!is_known(flag)) {
        in.fault(value.source(),
                 fmt::format("no fact '{}' with the value \"{}\"", name, text->get()),
                 "unknown value", suggest(flag, names), text->get().size() + 2);
        continue;
      }
      // The other values of the same fact are known to be untrue.
      for (const auto& other : known_capabilities()) {
        if (other.name.starts_with(name + "_")) out.facts[std::string(other.name)] = 0;
      }
      out.facts[flag] = 1;
      out.facts_as_written[name] = text->get();
      continue;
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      in.unknown_key(key, "[facts]", names);
    } else if (const auto* flag = value.as_boolean()) {
      out.facts[name] = flag->get() ? 1 : 0;
      out.facts_as_written[name] = flag->get() ? "true" : "false";
    } else if (const auto* number = value.as_integer()) {
      out.facts[name] = number->get();
      out.facts_as_written[name] = std::to_string(number->get());
    } else {
      in.fault(value.source(), fmt::format("'{}' must be a number, true, false or a text", name),
               "not a fact");
    }
  }
}

void read_hooks(reader& in, const toml::node& node, description& out) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return in.fault(node.source(), "'hooks' must be a table", "not a table");
  const std::map<std::string_view, std::string*> slots = {{"start", &out.hooks.start},
                                                          {"stop", &out.hooks.stop},
                                                          {"restart", &out.hooks.restart},
                                                          {"kill", &out.hooks.kill},
                                                          {"wait_ready", &out.hooks.wait_ready}};
  for (const auto& [key, value] : *table) {
    const auto slot = slots.find(key.str());
    if (slot == slots.end()) {
      in.unknown_key(key, "[hooks]", {"start", "stop", "restart", "kill", "wait_ready"});
    } else {
      in.text(value, key.str(), *slot->second);
    }
  }
}

// A path in a target file is meant from the folder of that file.
std::string beside(const std::string& file, const std::string& path) {
  const std::filesystem::path p(path);
  if (path.empty() || p.is_absolute()) return path;
  return (std::filesystem::path(file).parent_path() / p).string();
}

void read_tls(reader& in, const std::string& file, const toml::node& node, description& out) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return in.fault(node.source(), "'tls' must be a table", "not a table");
  const std::map<std::string_view, std::string*> texts = {{"ca", &out.tls.ca},
                                                          {"certificate", &out.tls.certificate},
                                                          {"key", &out.tls.key},
                                                          {"server_name", &out.tls.server_name}};
  for (const auto& [key, value] : *table) {
    const std::string_view name = key.str();
    if (const auto slot = texts.find(name); slot != texts.end()) {
      in.text(value, name, *slot->second);
      if (name != "server_name") *slot->second = beside(file, *slot->second);
    } else if (name == "alpn") {
      in.texts(value, name, out.tls.protocols);
    } else if (name == "insecure") {
      in.flag(value, name, out.tls.insecure);
    } else {
      in.unknown_key(key, "[tls]", {"ca", "certificate", "key", "server_name", "alpn", "insecure"});
    }
  }
}

// [transports] and [nodes].
void read_listeners(reader& in, std::string_view table_name, const toml::node& node,
                    std::map<std::string, listener_address>& into) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return in.fault(node.source(), fmt::format("'{}' must be a table", table_name), "not a table");
  }
  const bool named_by_transport = table_name == "transports";
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    const auto over = named_by_transport ? transport_named(name) : std::optional(transport::tcp);
    if (!over) {
      in.unknown_key(key, "[transports]", {transport_names.begin(), transport_names.end()});
      continue;
    }
    std::string text;
    if (!in.text(value, name, text)) continue;
    const auto address = parse_listener(text, *over);
    if (!address) {
      in.fault(value.source(), address.error(), "not an address",
               "write for example \"127.0.0.1:1883\" or \"ws://127.0.0.1:8080/mqtt\"",
               text.size() + 2);
    } else if (named_by_transport && address->over != *over) {
      in.fault(
          value.source(),
          fmt::format("an address of '{}' where '{}' stands", transport_name(address->over), name),
          "another transport", "", text.size() + 2);
    } else {
      into[name] = *address;
    }
  }
}

void read_versions(reader& in, const toml::node& node, description& out) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    return in.fault(node.source(), "'versions' must be a list such as [\"5\", \"3.1.1\"]",
                    "not a list");
  }
  for (const toml::node& one : *list) {
    const auto* text = one.as_string();
    const auto version = text != nullptr ? parse_version(text->get()) : std::nullopt;
    if (!version) {
      in.fault(one.source(), "no such MQTT version", "unknown version",
               "valid here: \"5\", \"3.1.1\"");
    } else {
      out.versions.push_back(*version);
    }
  }
}

}  // namespace

broker::odd_setup description::our_broker() const {
  broker::odd_setup s{embedded, {}, {}};
  for (const broker::oddity* o : oddities) o->set(s);
  for (const broker::defect* d : defects) d->plant(s.rules);
  return s;
}

bool description::over_tls() const {
  const auto any = [](const auto& listeners) {
    return std::any_of(listeners.begin(), listeners.end(),
                       [](const auto& one) { return target::over_tls(one.second.over); });
  };
  return target::over_tls(own.over) || any(transports) || any(nodes);
}

std::optional<wire::protocol_version> parse_version(std::string_view text) {
  if (text == "5" || text == "5.0") return wire::protocol_version::v5;
  if (text == "3.1.1" || text == "4") return wire::protocol_version::v311;
  return std::nullopt;
}

result<description, std::vector<diagnostic>> parse_target(const std::string& file,
                                                          std::string_view text) {
  reader in(file, text);
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& e) {
    in.fault(e.source(), std::string(e.description()), "here");
    return unexpected(std::move(in.faults));
  }
  description out;
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    out.sources[std::string(name)] = in.place_of(value);
    if (name == "name") {
      in.text(value, name, out.name);
    } else if (name == "address") {
      in.text(value, name, out.address);
    } else if (name == "user") {
      in.text(value, name, out.user);
    } else if (name == "password_env") {
      in.text(value, name, out.password_env);
    } else if (name == "password_file") {
      in.text(value, name, out.password_file);
      out.password_file = beside(file, out.password_file);
    } else if (name == "tls") {
      read_tls(in, file, value, out);
    } else if (name == "transports") {
      read_listeners(in, name, value, out.transports);
    } else if (name == "nodes") {
      read_listeners(in, name, value, out.nodes);
    } else if (name == "keep_alive") {
      const auto* seconds = value.as_integer();
      if (seconds == nullptr || seconds->get() < 0 || seconds->get() > 65535) {
        in.fault(value.source(), "'keep_alive' must be a number of seconds up to 65535",
                 "not a Keep Alive");
      } else {
        out.keep_alive = static_cast<std::uint16_t>(seconds->get());
      }
    } else if (name == "versions") {
      read_versions(in, value, out);
    } else if (name == "facts") {
      read_facts(in, value, out);
    } else if (name == "hooks") {
      read_hooks(in, value, out);
    } else {
      in.unknown_key(key, "a target file",
                     {"name", "address", "versions", "user", "password_env", "password_file",
                      "keep_alive", "facts", "hooks", "tls", "transports", "nodes"});
    }
  }
  if (!in.faults.empty()) {
    std::sort(in.faults.begin(), in.faults.end(), [](const auto& a, const auto& b) {
      return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return unexpected(std::move(in.faults));
  }
  return out;
}

}  // namespace mqttspec::target
