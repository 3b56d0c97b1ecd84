#include "reports/junit.h"

#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "base/shell_words.h"
#include "base/utf8.h"
#include "reports/text.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::verdict;

// Octets of the UTF-8 character at |at| that XML 1.0 allows; 0: it must be escaped. C1 controls,
// which XML discourages, are escaped as well.
std::size_t allowed_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7F ? 1 : lead == '\n' || lead == '\t' ? 1 : 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const std::string_view one = text.substr(at, length);
  if (check_utf8(one).fault != utf8_fault::none || one.size() != length) return 0;
  if (lead == 0xC2 && static_cast<unsigned char>(one[1]) < 0xA0) return 0;
  if (one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF") return 0;  // U+FFFE, U+FFFF
  return length;
}

std::string xml_safe(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t length = allowed_length(text, i); length != 0) {
      out += text.substr(i, length);
      i += length;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i++]));
    }
  }
  return out;
}

std::string seconds(duration d) {
  return print_seconds(d);
}

void set(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(xml_safe(value).c_str());
}

void text_child(pugi::xml_node parent, const char* name, std::string_view text) {
  parent.append_child(name).append_child(pugi::node_pcdata).set_value(xml_safe(text).c_str());
}

void property(pugi::xml_node properties, const char* name, std::string_view value) {
  pugi::xml_node p = properties.append_child("property");
  set(p, "name", name);
  set(p, "value", value);
}

enum class standing { passed, skipped, failed, errored };

standing standing_of(const case_result& c) {
  switch (c.outcome) {
    case verdict::pass:
    case verdict::pass_note:
      return c.expected ? standing::passed : standing::failed;
    case verdict::fail:
      return c.expected ? standing::skipped : standing::failed;
    case verdict::skip:
      return standing::skipped;
    case verdict::inconclusive:
      return c.expected ? standing::skipped : standing::errored;
    case verdict::error:
      return c.expected ? standing::skipped : standing::errored;
  }
  return standing::errored;
}

std::string skip_message(const case_result& c) {
  if (c.outcome == verdict::skip) return c.reason;
  if (c.outcome == verdict::inconclusive) return "inconclusive: " + c.reason;
  if (!c.baseline_reason.empty()) return "known failure: " + c.baseline_reason;
  return "a SHOULD of the standard is not kept: " + (c.fault ? c.fault->message : c.reason);
}

std::string folder_of(const case_result& c) {
  const auto slash = c.path.rfind('/');
  return slash == std::string::npos ? "cases" : c.path.substr(0, slash);
}

// Consumers split class names at dots.
std::string class_name(std::string_view folder) {
  std::string out;
  for (const char ch : folder) out += ch == '.' ? '_' : ch == '/' ? '.' : ch;
  return out;
}

std::string test_name(const case_result& c) {
  const auto bracket = c.id.rfind('[');
  std::string name = c.name + (bracket == std::string::npos ? "" : c.id.substr(bracket));
  if (c.repetition != 0) name += fmt::format(" #{}", c.repetition + 1);
  return name;
}

void write_case(pugi::xml_node suite, const results::run_results& run, const case_result& c,
                std::set<std::string>& taken) {
  pugi::xml_node node = suite.append_child("testcase");
  const std::string classes = class_name(folder_of(c));
  std::string name = test_name(c);
  for (int n = 2; !taken.insert(classes + "/" + name).second; ++n) {
    name = fmt::format("{} ({})", test_name(c), n);
  }
  set(node, "classname", classes);
  set(node, "name", name);
  set(node, "time", seconds(c.took));
  if (!c.file.empty()) set(node, "file", c.file);
  const std::string text = case_text(run, c);
  switch (standing_of(c)) {
    case standing::passed:
      break;
    case standing::skipped: {
      pugi::xml_node skipped = node.append_child("skipped");
      set(skipped, "message", skip_message(c));
      break;
    }
    case standing::failed: {
      pugi::xml_node failed = node.append_child("failure");
      set(failed, "message", c.fault ? c.fault->message : "passed unexpectedly");
      set(failed, "type", c.fault ? c.level : "unexpected-pass");
      failed.append_child(pugi::node_pcdata).set_value(xml_safe(text).c_str());
      break;
    }
    case standing::errored: {
      pugi::xml_node errored = node.append_child("error");
      set(errored, "message", c.reason);
      set(errored, "type", "error");
      errored.append_child(pugi::node_pcdata).set_value(xml_safe(text).c_str());
      break;
    }
  }
  const bool told = standing_of(c) == standing::failed || standing_of(c) == standing::errored;
  if (!told && (c.fault || !c.notes.empty() || !c.warnings.empty() || !c.findings.empty())) {
    text_child(node, "system-out", text);
  }
}

struct counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::size_t should_failures = 0;  // among the skipped
  duration took{};
};

counts count_of(const std::vector<const case_result*>& cases) {
  counts n;
  for (const case_result* c : cases) {
    ++n.tests;
    n.took += c->took;
    const standing s = standing_of(*c);
    n.failures += s == standing::failed;
    n.errors += s == standing::errored;
    n.skipped += s == standing::skipped;
    n.should_failures += s == standing::skipped && c->level == "should" &&
                         c->outcome == verdict::fail && c->baseline_reason.empty();
  }
  return n;
}

void write_counts(pugi::xml_node node, const counts& n) {
  node.append_attribute("tests").set_value(static_cast<unsigned long long>(n.tests));
  node.append_attribute("failures").set_value(static_cast<unsigned long long>(n.failures));
  node.append_attribute("errors").set_value(static_cast<unsigned long long>(n.errors));
}

// "2026-01-02T03:04:05Z" without the zone, which the schema of most consumers does not allow.
std::string timestamp(const std::string& started_at) {
  return started_at.substr(0, started_at.find_first_of("Z+"));
}

}  // namespace

std::string to_junit(const results::run_results& run) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version").set_value("1.0");
  declaration.append_attribute("encoding").set_value("UTF-8");

  std::map<std::string, std::vector<const case_result*>> suites;
  std::vector<const case_result*> all;
  for (const case_result& c : run.cases) {
    suites[folder_of(c)].push_back(&c);
    all.push_back(&c);
  }
  pugi::xml_node root = document.append_child("testsuites");
  set(root, "name", "mqttspec");
  write_counts(root, count_of(all));
  set(root, "time", seconds(run.took));

  std::set<std::string> taken;
  for (const auto& [folder, cases] : suites) {
    pugi::xml_node suite = root.append_child("testsuite");
    const counts n = count_of(cases);
    set(suite, "name", class_name(folder));
    write_counts(suite, n);
    suite.append_attribute("skipped").set_value(static_cast<unsigned long long>(n.skipped));
    set(suite, "time", seconds(n.took));
    if (!run.started_at.empty()) set(suite, "timestamp", timestamp(run.started_at));
    pugi::xml_node properties = suite.append_child("properties");
    property(properties, "target", run.target.name);
    property(properties, "address", run.target.address);
    property(properties, "seed", std::to_string(run.seed));
    property(properties, "command", command_line(run));
    property(properties, "tool_version", run.tool_version);
    property(properties, "should_failures", std::to_string(n.should_failures));
    for (const case_result* c : cases) write_case(suite, run, *c, taken);
    if (!run.void_reason.empty()) {
      text_child(suite, "system-err", "the results are void: " + run.void_reason);
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
  return out.str();
}

}  // namespace mqttspec::reports
