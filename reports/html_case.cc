#include <fmt/format.h>

#include <algorithm>

#include "reports/html_parts.h"
#include "reports/text.h"

namespace mqttspec::reports::html {

namespace {

using results::case_result;
using results::check_outcome;
using results::failure;
using results::verdict;

standing standing_of(check_outcome o) {
  return o == check_outcome::violated       ? standing::violated
         : o == check_outcome::inconclusive ? standing::inconclusive
                                            : standing::checked;
}

list texts(const std::vector<std::string>& all) {
  list out;
  for (const std::string& one : all) out.push_back(data(one));
  return out;
}

// An octet that continues a UTF-8 character.
bool continues(const std::string& text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

data excerpt_of(const failure& f) {
  if (f.source_line.empty()) return data(false);
  const std::string& text = f.source_line;
  std::size_t begin =
      std::min<std::size_t>(text.size(), f.where.column == 0 ? 0 : f.where.column - 1);
  std::size_t end = std::min<std::size_t>(text.size(), begin + f.where.length);
  while (begin > 0 && continues(text, begin)) --begin;
  while (continues(text, end)) ++end;
  const std::size_t indented = std::min(text.find_first_not_of(' '), begin);
  fields out;
  out["where"] = data(fmt::format("{}:{}", f.where.file, f.where.line));
  out["step"] = text_or_none(f.step);
  out["loop"] = text_or_none(f.loop);
  out["line"] = data(fmt::format("{}", f.where.line));
  out["before"] = data(text.substr(indented, begin - indented));
  out["marked"] = data(text.substr(begin, end - begin));
  out["after"] = data(text.substr(end));
  return data(out);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

data fault_of(const failure& f, bool recommended) {
  list broken;
  for (const results::statement_check& s : f.statements) {
    fields one;
    one["verb"] = data(std::string(s.outcome != check_outcome::violated ? "About"
                                   : recommended                        ? "Departs from"
                                                                        : "Violates"));
    one["id"] = data(s.id);
    one["protocol"] = data(protocol_name(s.version));
    one["summary"] = text_or_none(s.summary);
    broken.push_back(data(one));
  }
  list contrasts;
  list plain;
  for (const results::deviation& d : f.deviations) {
    if (d.of.empty() || f.faults.empty()) continue;
    fields one;
    one["field"] = data(d.of);
    one["expected"] = data(d.expected);
    one["got"] = data(d.got);
    contrasts.push_back(data(one));
  }
  const std::vector<std::string> faults = f.faults.empty() ? std::vector{f.message} : f.faults;
  for (const std::string& fault : faults) {
    const auto told = [&](const results::deviation& d) {
      return !d.of.empty() && results::print(d) == fault;
    };
    if (std::none_of(f.deviations.begin(), f.deviations.end(), told)) plain.push_back(data(fault));
  }
  fields out;
  out["broken"] = data(broken);
  out["has_contrasts"] = data(!contrasts.empty());
  out["contrasts"] = data(contrasts);
  out["plain"] = data(plain);
  // The marked source line says what was expected, unless the expectation is another text.
  const bool said = trimmed(f.source_line).starts_with(trimmed(f.expected));
  out["expected"] = said ? data(false) : text_or_none(f.expected);
  out["actual"] = text_or_none(f.actual);
  out["excerpt"] = excerpt_of(f);
  return data(out);
}

void set_statements(fields& out, const case_result& c) {
  list statements;
  for (const results::statement_check& s : c.statements) {
    const standing is = standing_of(s.outcome);
    fields one;
    one["class"] = data(std::string(class_of(is)));
    one["symbol"] = data(std::string(symbol_of(is)));
    one["standing"] = data(std::string(standing_name(is)));
    one["id"] = data(s.id);
    one["protocol"] = data(protocol_name(s.version));
    one["summary"] = data(s.summary);
    statements.push_back(data(one));
  }
  out["has_statements"] = data(!statements.empty());
  out["cited"] = data(counted(statements.size(), "statement") + " judged");
  out["statements"] = data(statements);
}

std::string origin_of(const case_result& c) {
  std::string out = fmt::format("{}:{}", c.file, c.line);
  if (!c.row.empty()) out += fmt::format(" · row {}", c.row);
  if (!c.purposes.empty()) out += fmt::format(" · purpose {}", fmt::join(c.purposes, " "));
  if (!c.tags.empty()) out += fmt::format(" · tags {}", fmt::join(c.tags, " "));
  return out;
}

}  // namespace

std::string case_body(const results::run_results& run, const case_result& c) {
  fields out;
  out["reason"] = text_or_none(c.reason);
  out["baseline"] = text_or_none(c.baseline_reason);
  out["fault"] = c.fault ? fault_of(*c.fault, c.level == "should") : data(false);
  out["notes"] = data(texts(c.notes));
  std::vector<std::string> warnings = c.warnings;
  for (const results::finding& f : c.findings) warnings.push_back(finding_line(f));
  out["warnings"] = data(texts(warnings));
  const bool worth_repeating =
      c.fault || c.outcome == verdict::error || c.outcome == verdict::inconclusive;
  out["again"] = worth_repeating ? data(run_again(run, c)) : data(false);
  out["has_packets"] = data(!c.packets.empty());
  out["packets"] = data(packet_summary(c));
  out["packets_label"] = data("Packets of " + c.id);
  out["chart"] = data(packet_chart(c));
  out["hex"] = text_or_none(packet_octets(c));
  set_statements(out, c);
  out["origin"] = data(origin_of(c));
  return render_template("body", std::move(out));
}

}  // namespace mqttspec::reports::html
