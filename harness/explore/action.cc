#include "explore/action.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "base/instant.h"
#include "base/spelling.h"

namespace mqttspec::explore {

namespace {

using wire::protocol_version;

constexpr duration longest_wait = std::chrono::hours(1);  // of one step
constexpr std::string_view kind_names[] = {"connect", "subscribe", "unsubscribe", "publish",
                                           "repeat",  "release",   "acknowledge", "again",
                                           "wrong",   "refuse",    "cut",         "wait",
                                           "ping",    "settle",    "probe",       "restart"};
constexpr std::string_view cut_names[] = {"fin",      "reset", "disconnect", "with_will",
                                          "silence",  "error", "alias_high", "alias_unknown",
                                          "qos_high", "raise", "quota_high"};
constexpr std::string_view probe_names[] = {"refused", "malformed", "early",    "twin",
                                            "longer",  "full",      "nameless", "will_high"};

bool has_id(action_kind k) {
  return k == action_kind::publish || k == action_kind::repeat || k == action_kind::release;
}
bool has_which(action_kind k) {
  return k == action_kind::acknowledge || k == action_kind::wrong || k == action_kind::refuse;
}

std::string print_connect(const action& a) {
  std::string out = fmt::format(" {} clean={}", wire::version_tag(a.version), a.clean ? 1 : 0);
  if (a.expiry) out += fmt::format(" expiry={}", *a.expiry);
  if (a.receive_maximum != 0) out += fmt::format(" receive_maximum={}", a.receive_maximum);
  if (a.keep_alive != 0) out += fmt::format(" keep_alive={}", a.keep_alive);
  if (a.small_packets) out += " small_packets";
  if (a.will) {
    out += fmt::format(" will={} will_qos={}", topic_names[a.will->topic], a.will->qos);
    if (a.will->retain) out += " will_retain";
    if (a.will->delay != 0) out += fmt::format(" will_delay={}", a.will->delay);
    if (a.will->properties) out += " will_properties";
  }
  return out;
}

std::string print_subscribe(const action& a) {
  std::string out = fmt::format(" {}", filter_names[a.name]);
  if (a.share != 0) out += " share";
  if (a.also) out += fmt::format(" also={}", filter_names[*a.also]);
  if (a.kind == action_kind::unsubscribe) return out;
  if (a.also) out += fmt::format(" also_qos={}", a.also_qos);
  out += fmt::format(" qos={}", a.qos);
  if (a.no_local) out += " no_local";
  if (a.retain_as_published) out += " retain_as_published";
  if (a.retain_handling != 0) out += fmt::format(" retain_handling={}", a.retain_handling);
  if (a.identifier != 0) out += fmt::format(" identifier={}", a.identifier);
  return out;
}

std::string print_publish(const action& a) {
  std::string out = fmt::format(" {} qos={}", topic_names[a.name], a.qos);
  if (a.qos != 0) out += fmt::format(" id={}", a.id);
  if (a.dup) out += " dup";
  if (a.retain) out += " retain";
  if (a.empty) out += " empty";
  if (a.big) out += " big";
  if (a.properties) out += " properties";
  if (a.alias != 0) out += fmt::format(" alias={}", a.alias);
  if (a.lifetime) out += fmt::format(" lifetime={}", *a.lifetime);
  return out;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
  return words;
}

std::optional<std::uint8_t> index_of(std::span<const std::string_view> names, std::string_view n) {
  const auto found = std::find(names.begin(), names.end(), n);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - names.begin());
}

template <class T>
bool read_number(std::string_view text, T& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

// One line into |a|; the reason why not, or "".
class line_reader {
 public:
  explicit line_reader(action& a) : a_(a) {}

  std::string read(const std::vector<std::string_view>& words) {
    std::size_t next = 0;
    if (words[0] != "wait" && words[0] != "restart") {
      if (words[0].size() != 1 || words[0][0] < 'a' || words[0][0] >= 'a' + most_clients) {
        return fmt::format("'{}' is no client; there are a, b, c and d", words[0]);
      }
      a_.client = static_cast<std::uint8_t>(words[0][0] - 'a');
      next = 1;
    }
    if (next == words.size()) return "an action is missing behind the client";
    const auto kind = index_of(kind_names, words[next]);
    if (!kind) {
      return fmt::format("there is no action '{}'{}", words[next], hint(words[next], kind_names));
    }
    a_.kind = static_cast<action_kind>(*kind);
    for (++next; next < words.size(); ++next) {
      if (std::string why = word(words[next]); !why.empty()) return why;
    }
    return {};
  }

 private:
  static std::string hint(std::string_view word, std::span<const std::string_view> names) {
    return fmt::format("; {}", suggest(word, {names.begin(), names.end()}));
  }

  std::string word(std::string_view w) {
    const std::size_t equals = w.find('=');
    if (equals != std::string_view::npos) return value(w.substr(0, equals), w.substr(equals + 1));
    switch (a_.kind) {
      case action_kind::wait: {
        const auto length = parse_duration(w);
        if (!length) return fmt::format("'{}' is no duration; write for example 2s", w);
        if (*length > longest_wait) {
          return fmt::format("'{}' is too long; a step waits for {} at most", w,
                             print_duration(longest_wait));
        }
        a_.milliseconds = static_cast<std::uint32_t>(*length / std::chrono::milliseconds(1));
        return {};
      }
      case action_kind::cut:
        return choose(cut_names, w, a_.cut, "way to cut");
      case action_kind::probe:
        if (w == "v5" || w == "v311") {
          a_.version = w == "v5" ? protocol_version::v5 : protocol_version::v311;
          return {};
        }
        return choose(probe_names, w, a_.probe, "probe");
      case action_kind::connect:
        if (w == "v5" || w == "v311") {
          a_.version = w == "v5" ? protocol_version::v5 : protocol_version::v311;
          return {};
        }
        break;
      case action_kind::subscribe:
      case action_kind::unsubscribe:
        if (const auto n = index_of(filter_names, w)) return a_.name = *n, std::string();
        break;
      case action_kind::publish:
        if (const auto n = index_of(topic_names, w)) return a_.name = *n, std::string();
        break;
      default:
        break;
    }
    return flag(w);
  }

  template <class T>
  static std::string choose(std::span<const std::string_view> names, std::string_view w, T& into,
                            std::string_view what) {
    const auto n = index_of(names, w);
    if (!n) return fmt::format("there is no {} '{}'{}", what, w, hint(w, names));
    into = static_cast<T>(*n);
    return {};
  }

  std::string flag(std::string_view w) {
    if (w == "share") return a_.share = 1, std::string();
    const std::pair<std::string_view, bool*> flags[] = {
        {"no_local", &a_.no_local},
        {"retain_as_published", &a_.retain_as_published},
        {"dup", &a_.dup},
        {"retain", &a_.retain},
        {"empty", &a_.empty},
        {"big", &a_.big},
        {"properties", &a_.properties},
        {"small_packets", &a_.small_packets}};
    for (const auto& [name, into] : flags) {
      if (w == name) return *into = true, std::string();
    }
    if (w == "will_retain" && a_.will) return a_.will->retain = true, std::string();
    if (w == "will_properties" && a_.will) return a_.will->properties = true, std::string();
    return fmt::format("'{}' means nothing here", w);
  }

  std::string value(std::string_view name, std::string_view text) {
    if (name == "will") {
      const auto n = index_of(topic_names, text);
      if (!n) return fmt::format("there is no topic '{}'{}", text, hint(text, topic_names));
      a_.will = will_choice{*n};
      return {};
    }
    if (name == "also") {
      a_.also = index_of(filter_names, text);
      if (!a_.also) return fmt::format("there is no filter '{}'{}", text, hint(text, filter_names));
      return {};
    }
    std::uint32_t n = 0;
    if (!read_number(text, n)) return fmt::format("'{}' is no number", text);
    if (name == "clean")
      a_.clean = n != 0;
    else if (name == "expiry")
      a_.expiry = n;
    else if (name == "receive_maximum")
      a_.receive_maximum = static_cast<std::uint16_t>(n);
    else if (name == "keep_alive")
      a_.keep_alive = static_cast<std::uint16_t>(n);
    else if (name == "qos" && n <= 2)
      a_.qos = static_cast<std::uint8_t>(n);
    else if (name == "also_qos" && a_.also && n <= 2)
      a_.also_qos = static_cast<std::uint8_t>(n);
    else if (name == "retain_handling" && n <= 2)
      a_.retain_handling = static_cast<std::uint8_t>(n);
    else if (name == "identifier" && n <= 255)
      a_.identifier = static_cast<std::uint8_t>(n);
    else if (name == "id" && n > 0 && n <= 65535)
      a_.id = static_cast<std::uint16_t>(n);
    else if (name == "alias" && n <= 255)
      a_.alias = static_cast<std::uint8_t>(n);
    else if (name == "lifetime")
      a_.lifetime = n;
    else if (name == "which" && n <= 255)
      a_.which = static_cast<std::uint8_t>(n);
    else if (name == "will_qos" && a_.will && n <= 2)
      a_.will->qos = static_cast<std::uint8_t>(n);
    else if (name == "will_delay" && a_.will)
      a_.will->delay = n;
    else
      return fmt::format("'{}={}' means nothing here", name, text);
    return {};
  }

  action& a_;
};

}  // namespace

bool matches(std::uint8_t filter, std::uint8_t topic) {
  const std::string_view f = filter_names[filter];
  const std::string_view t = topic_names[topic];
  if (f == "#") return true;
  if (f == "+") return t.find('/') == std::string_view::npos;
  if (f == "a/#") return t == "a" || t.starts_with("a/");
  return f == t;
}

std::string print(const action& a) {
  if (a.kind == action_kind::wait) {
    return fmt::format("wait {}", print_duration(std::chrono::milliseconds(a.milliseconds)));
  }
  if (a.kind == action_kind::restart) return "restart";
  std::string out =
      fmt::format("{} {}", client_letter(a.client), kind_names[static_cast<std::size_t>(a.kind)]);
  if (a.kind == action_kind::connect) out += print_connect(a);
  if (a.kind == action_kind::subscribe || a.kind == action_kind::unsubscribe) {
    out += print_subscribe(a);
  }
  if (a.kind == action_kind::publish)
    out += print_publish(a);
  else if (has_id(a.kind))
    out += fmt::format(" id={}", a.id);
  if (a.kind == action_kind::probe) {
    out += fmt::format(" {} {}", wire::version_tag(a.version),
                       probe_names[static_cast<std::size_t>(a.probe)]);
  }
  if (has_which(a.kind) && a.which != 0) out += fmt::format(" which={}", a.which);
  if (a.kind == action_kind::cut) {
    out += fmt::format(" {}", cut_names[static_cast<std::size_t>(a.cut)]);
    if (a.expiry) out += fmt::format(" expiry={}", *a.expiry);
  }
  return out;
}

std::string print(const history& h) {
  std::string out;
  for (const action& a : h) out += print(a) + "\n";
  return out;
}

result<history, std::string> parse_history(std::string_view text) {
  history out;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // A comment begins with "# ": "#" alone is a filter.
    if (line.starts_with('#')) continue;
    const auto words = words_of(line);
    if (words.empty()) continue;
    action a;
    if (const std::string why = line_reader(a).read(words); !why.empty()) {
      return unexpected(fmt::format("line {}: {}", number, why));
    }
    out.push_back(a);
  }
  return out;
}

}  // namespace mqttspec::explore
