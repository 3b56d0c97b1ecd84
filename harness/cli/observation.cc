#include "cli/observation.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/sightings.h"
#include "reports/text.h"
#include "verdicts/baseline.h"

namespace mqttspec::cli {

namespace {

constexpr std::size_t most_told = 1000;  // findings and whose they are
constexpr std::size_t shown_lines = 16;  // of a trace

std::string plural(std::size_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string end_of_trace(const results::run_finding& f) {
  results::case_result c;
  c.packets = f.packets;
  if (c.packets.size() > shown_lines) {
    c.packets.erase(c.packets.begin(), c.packets.end() - shown_lines);
  }
  return reports::trace_text(c);
}

}  // namespace

void add_observation_options(po::options_description& to) {
  po::options_description seeing("what is seen");
  seeing.add_options()("all-traffic", po::bool_switch(),
                       "nothing else reaches the broker, and it began empty")(
      "patience", po::value<std::string>()->value_name("TIME"),
      "what is owed for so long counts as missing (10s)");
  to.add(seeing);
  add_record_options(to);
  add_cases_option(to);
}

bool read_observation_options(const parsed_options& options, observation_request& into,
                              console& on) {
  into.how.whole = options.get<bool>("all-traffic");
  into.record.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  into.record.cases_directory = find_cases_directory(options);
  if (!read_duration(options, "patience", into.how.patience, on)) return false;
  if (!read_record_options(options, into.record, on)) return false;
  auto statements = load_statements(into.record.cases_directory, on);
  if (!statements) return false;
  into.statements = std::move(*statements);
  return true;
}

observation::observation(observation_request& request, const std::string& target, console& on)
    : request_(request), on_(on), record_(request.record, {}, on) {
  record_.run().target.name = target;
  record_.run().target.address = target;
}

observe::onlooker& observation::at(const std::string& server) {
  auto& one = onlookers_[server];
  if (!one) {
    one = std::make_unique<observe::onlooker>(request_.how,
                                              [this](const observe::sighting& s) { saw(s); });
  }
  return *one;
}

trace::secrets observation::hidden() const {
  std::vector<std::string> passwords;
  std::vector<std::string> names;
  for (const auto& [server, eyes] : onlookers_) {
    passwords.insert(passwords.end(), eyes->passwords().begin(), eyes->passwords().end());
    names.insert(names.end(), eyes->user_names().begin(), eyes->user_names().end());
  }
  return trace::secrets(std::move(passwords), std::move(names));
}

void observation::say(const std::string& text) {
  on_.print(hidden().hide(text));
  on_.out.flush();
}

void observation::saw(const observe::sighting& s) {
  const auto summary = [&](const oracle::statement& one) {
    const script::statement_entry* e = request_.statements.find(one.version, std::string(one.id));
    return e == nullptr ? std::string() : e->summary;
  };
  results::run_finding f = record_of(s, summary);
  const std::string who = cli::who(s);
  const bool first = told_.size() < most_told && told_.insert({f.id, who}).second;
  if (!first) {
    f.seen_in.clear();
    f.trace.clear();
    record_.add(std::move(f));
    return;
  }
  if (s.by == observe::party::client) ++of_client_[s.client];
  if (s.what.needs_all_messages && !request_.how.whole) need_all_messages_.insert(f.id);
  const trace::secrets secret = hidden();
  make_public(f, secret);
  f.again = reports::command_line(record_.run());
  const std::string trace = end_of_trace(f);
  const results::run_finding& kept = record_.add(std::move(f));
  on_.print(fmt::format("{} {}\n{}", kept.expected ? "KNOWN" : "FOUND", secret.hide(sentence_of(s)),
                        trace));
  on_.out.flush();
}

// A message came that nobody sent here. What was said of others that look like one that was sent
// may be about another's.
void observation::take_back_what_is_not_sure() {
  const bool others = std::any_of(onlookers_.begin(), onlookers_.end(),
                                  [](const auto& one) { return one.second->others_publish(); });
  if (!others) return;
  note("messages came that no client sent here: what needs all of them is not sure");
  for (results::run_finding& f : record_.run().findings) {
    if (!need_all_messages_.contains(f.id)) continue;
    f.outcome = results::verdict::inconclusive;
    f.notes.push_back("messages came that no client sent here; this may be about one of them");
    f.expected = false;
    verdicts::judge(f, request_.record.known, false);
  }
}

std::string observation::summary() const {
  observe::passed_counts all;
  for (const auto& [server, eyes] : onlookers_) {
    const observe::passed_counts& n = eyes->counts();
    all.connections += n.connections;
    all.packets += n.packets;
    all.of_unknown_past += n.of_unknown_past;
    all.not_mqtt += n.not_mqtt;
    all.lost_sight += n.lost_sight;
    all.restarts += n.restarts;
    all.clients.insert(n.clients.begin(), n.clients.end());
  }
  std::string out =
      fmt::format("{} of {}, {}\n", plural(all.connections, "connection"),
                  plural(all.clients.size(), "client"), plural(all.packets, "packet"));
  const auto add = [&](std::size_t n, std::string_view why) {
    if (n != 0) out += fmt::format("  not judged: {}, {}\n", plural(n, "connection"), why);
  };
  add(all.of_unknown_past, "of which the beginning was not seen");
  add(all.not_mqtt, "with something other than MQTT 5.0 and 3.1.1");
  add(all.lost_sight, "of which something was not caught, from there on");
  if (all.restarts != 0) {
    out +=
        fmt::format("  the broker may have been started anew {}; what was before does not count\n",
                    all.restarts == 1 ? "once" : fmt::format("{} times", all.restarts));
  }
  return out;
}

int observation::finish(int status, instant now, duration took) {
  for (const auto& [server, eyes] : onlookers_) eyes->finish(now);
  take_back_what_is_not_sure();
  std::size_t of_broker = 0;
  std::size_t of_clients = 0;
  for (const results::run_finding& f : record_.run().findings) {
    ++(f.rule.starts_with("client-") ? of_clients : of_broker);
  }
  std::string text = summary();
  text += fmt::format("the broker: {}; clients: {}", plural(of_broker, "finding"),
                      plural(of_clients, "finding"));
  std::size_t named = 0;
  for (const auto& [client, n] : of_client_) {
    if (++named > 10) break;
    text += fmt::format("{}\"{}\" {}", named == 1 ? " (" : ", ", escape_text(client), n);
  }
  if (named > 10) text += ", ...";
  text += named == 0 ? "\n" : ")\n";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    note(text.substr(at, end - at));
    at = end + 1;
  }
  say(text);
  record_.run().took = took;
  return record_.finish(status);
}

}  // namespace mqttspec::cli
