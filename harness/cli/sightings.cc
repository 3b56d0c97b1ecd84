#include "cli/sightings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "wire/types.h"

namespace mqttspec::cli {

namespace {

std::string quoted(const std::string& client) {
  return fmt::format("client \"{}\"", escape_text(client));
}

std::string_view sentence_of_rule(std::string_view name) {
  static const auto all = [] {
    auto list = oracle::all_rules();
    const auto of_clients = oracle::all_client_rules();
    list.insert(list.end(), of_clients.begin(), of_clients.end());
    return list;
  }();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.name == name; });
  return found == all.end() ? std::string_view() : found->sentence;
}

}  // namespace

std::string who(const observe::sighting& s) {
  return s.by == observe::party::broker ? "the broker" : quoted(s.client);
}

std::string sentence_of(const observe::sighting& s) {
  std::string out = fmt::format("{} {}", print_seconds(s.what.at - instant{}), who(s));
  if (s.by == observe::party::broker) out += fmt::format(" to {}", quoted(s.client));
  out += fmt::format(": {}: {} [", s.what.rule, s.what.message);
  for (std::size_t i = 0; i < s.what.statements.size(); ++i) {
    out += (i == 0 ? "" : " ") + print(s.what.statements[i]);
  }
  return out + "]";
}

results::run_finding record_of(const observe::sighting& s, const summary_of& summary) {
  const oracle::finding& f = s.what;
  const oracle::statement first = f.statements.empty()
                                      ? oracle::statement{wire::protocol_version::v311, "format"}
                                      : f.statements.front();
  results::run_finding out;
  out.id = fmt::format("trace-rule/{}/{}[{}]", f.rule, first.id, wire::version_tag(first.version));
  out.kind = "trace-rule";
  out.rule = f.rule;
  out.version = wire::version_name(first.version);
  out.title = fmt::format("{} breaks trace rule {}",
                          s.by == observe::party::broker ? "the broker" : "a client", f.rule);
  out.wanted = sentence_of_rule(f.rule);
  out.seen = fmt::format(
      "{}: {}", s.by == observe::party::broker ? "to " + quoted(s.client) : who(s), f.message);
  out.seen_in = {who(s)};
  for (const oracle::statement& one : f.statements) {
    if (one.id == "format") continue;
    out.statements.push_back({std::string(wire::version_tag(one.version)), std::string(one.id),
                              summary ? summary(one) : "", results::check_outcome::violated});
  }
  out.trace = s.trace;
  return out;
}

}  // namespace mqttspec::cli
