#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "reports/html_parts.h"

namespace mqttspec::reports::html {

namespace {

struct chapter_name {
  std::string_view number, title;
};

// Both standards number these alike; 5.0 has more of them.
constexpr std::array chapters = {
    chapter_name{"1.5", "Data representation"},
    chapter_name{"2.1", "Fixed header"},
    chapter_name{"2.2", "Variable header"},
    chapter_name{"2.3", "Variable header"},
    chapter_name{"3.1", "CONNECT"},
    chapter_name{"3.2", "CONNACK"},
    chapter_name{"3.3", "PUBLISH"},
    chapter_name{"3.4", "PUBACK"},
    chapter_name{"3.5", "PUBREC"},
    chapter_name{"3.6", "PUBREL"},
    chapter_name{"3.7", "PUBCOMP"},
    chapter_name{"3.8", "SUBSCRIBE"},
    chapter_name{"3.9", "SUBACK"},
    chapter_name{"3.10", "UNSUBSCRIBE"},
    chapter_name{"3.11", "UNSUBACK"},
    chapter_name{"3.12", "PINGREQ"},
    chapter_name{"3.13", "PINGRESP"},
    chapter_name{"3.14", "DISCONNECT"},
    chapter_name{"3.15", "AUTH"},
    chapter_name{"4.1", "Session state"},
    chapter_name{"4.2", "Network connections"},
    chapter_name{"4.3", "Quality of service"},
    chapter_name{"4.4", "Delivery retry"},
    chapter_name{"4.5", "Message receipt"},
    chapter_name{"4.6", "Message ordering"},
    chapter_name{"4.7", "Topic names and filters"},
    chapter_name{"4.8", "Subscriptions"},
    chapter_name{"4.9", "Flow control"},
    chapter_name{"4.10", "Request and response"},
    chapter_name{"4.11", "Server redirection"},
    chapter_name{"4.12", "Enhanced authentication"},
    chapter_name{"4.13", "Handling errors"},
    chapter_name{"6", "WebSocket transport"},
    chapter_name{"7", "Conformance"},
};

// "3.1.2.11" -> {3, 1}; what is no number sorts last.
std::pair<unsigned, unsigned> order_of(std::string_view section) {
  unsigned major = 99;
  unsigned minor = 0;
  const char* end = section.data() + section.size();
  const auto [rest, fault] = std::from_chars(section.data(), end, major);
  if (fault == std::errc() && rest != end && *rest == '.') std::from_chars(rest + 1, end, minor);
  return {major, minor};
}

// "3.1" of "3.1.2.11", but "7" of "7.1.1": chapters 6 and 7 are short.
std::string chapter_of(std::string_view section) {
  const std::size_t first = section.find('.');
  if (section.empty()) return "";
  if (section[0] >= '5' || first == std::string_view::npos) {
    return std::string(section.substr(0, first));
  }
  return std::string(section.substr(0, section.find('.', first + 1)));
}

std::string_view title_of(std::string_view chapter) {
  const auto found = std::find_if(chapters.begin(), chapters.end(),
                                  [&](const chapter_name& c) { return c.number == chapter; });
  return found == chapters.end() ? "Other" : found->title;
}

using standing_counts = std::map<standing, std::size_t>;

std::string counts_text(const standing_counts& counts) {
  std::vector<std::string> parts;
  for (const auto& [s, n] : counts) parts.push_back(fmt::format("{} {}", n, standing_name(s)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

constexpr std::size_t most_links = 5;

data describe(const statement_state& s, const results::run_results& run, const anchors& a) {
  fields f;
  f["class"] = data(std::string(class_of(s.is)));
  f["symbol"] = data(std::string(symbol_of(s.is)));
  f["standing"] = data(std::string(standing_name(s.is)));
  f["id"] = data(s.about.id);
  f["level"] = data(s.about.level.empty() ? "MUST" : s.about.level);
  f["summary"] = data(s.about.summary);
  f["why"] = text_or_none(s.why.empty() ? fmt::format("Judged by {}.", counted(s.judged_by, "case"))
                                        : s.why);
  list cases;
  for (std::size_t n = 0; n < s.violated_by.size() && n < most_links; ++n) {
    fields one;
    one["href"] = data(a.href(s.violated_by[n]));
    one["id"] = data(run.cases[s.violated_by[n]].id);
    cases.push_back(data(one));
  }
  f["cases"] = data(cases);
  return data(f);
}

}  // namespace

std::string statement_map(const results::run_results& run, const digest& d, const anchors& a) {
  if (d.statements.empty()) return "";
  using chapter_key = std::pair<std::pair<unsigned, unsigned>, std::string>;
  list versions;
  for (const version_counts& v : d.versions) {
    std::map<chapter_key, std::vector<const statement_state*>> by_chapter;
    standing_counts all;
    for (const statement_state& s : d.statements) {
      if (s.about.version != v.version) continue;
      const std::string chapter = chapter_of(s.about.section);
      by_chapter[{order_of(chapter), chapter}].push_back(&s);
      ++all[s.is];
    }
    list parts;
    for (const auto& [key, statements] : by_chapter) {
      standing_counts counts;
      list described;
      for (const statement_state* s : statements) {
        ++counts[s->is];
        described.push_back(describe(*s, run, a));
      }
      fields part;
      part["number"] = data(key.second);
      part["title"] = data(std::string(title_of(key.second)));
      part["squares"] = data(described);
      part["statements"] = data(described);
      part["tally"] = data(counts_text(counts));
      parts.push_back(data(part));
    }
    fields one;
    one["name"] = data(protocol_name(v.version));
    one["counts"] = data(counts_text(all));
    one["chapters"] = data(parts);
    versions.push_back(data(one));
  }
  fields map;
  map["versions"] = data(versions);
  return render_template("map", std::move(map));
}

}  // namespace mqttspec::reports::html
