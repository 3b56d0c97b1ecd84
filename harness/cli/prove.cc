// mqttspec prove

#include "prove/prove.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapter/facts.h"
#include "base/pattern.h"
#include "cli/broker_flags.h"
#include "cli/case_files.h"
#include "cli/exit_codes.h"
#include "cli/findings_record.h"
#include "cli/prove_generated.h"
#include "client/client.h"
#include "oracle/client_watch.h"
#include "prove/bugs.h"
#include "prove/report.h"
#include "script/expander.h"
#include "target/description.h"
#include "target/routes.h"

namespace mqttspec::cli {

namespace {

// Brokers of every kind that cases ask for; the first is the usual one.
std::vector<prove::set_up> set_ups() {
  using broker::overflow_policy;
  std::vector<prove::set_up> list;
  const auto add = [&](std::string name, const broker::broker_options& options) {
    prove::set_up s{std::move(name), options, target::facts_of(options), "", ""};
    target::add_capabilities_in_memory(s.declared);
    if (!options.users.empty()) {
      s.user_name = options.users.begin()->first;
      s.password = options.users.begin()->second;
    }
    list.push_back(std::move(s));
  };
  add("usual", {});
  add("with a password", {.users = {{"tester", "secret"}}});
  add("queue of 8, newest dropped", {.queue_limit = 8});
  add("queue of 8, oldest dropped", {.queue_limit = 8, .overflow = overflow_policy::drop_oldest});
  add("oldest dropped", {.overflow = overflow_policy::drop_oldest});
  add("full queue disconnects", {.overflow = overflow_policy::disconnect});
  add("QoS 0 queued", {.qos0_queued = true});
  add("intervals of at most 5 s", {.session_expiry_max = 5});
  add("no interval granted", {.session_expiry_max = 0});
  add("small packets", {.maximum_packet_size = 4096});
  add("QoS 1 at most", {.maximum_qos = 1});
  add("ten unreleased messages at most", {.receive_maximum = 10});
  add("no retained messages", {.retain_available = false});
  add("own keep alive", {.server_keep_alive = 5});
  add("no Topic Aliases", {.topic_alias_maximum = 0});
  add("no empty Client Identifiers", {.empty_client_id_refused = true});
  add("enhanced authentication", {.test_method_known = true});
  add("some topics denied", {.denied_topics = true});
  add("no wildcards", {.wildcards_available = false});
  add("no shares", {.shared_subscriptions_available = false});
  add("no Subscription Identifiers", {.subscription_identifiers_available = false});
  add("Receive Maximum of 20", {.receive_maximum = 20});
  add("nothing kept over a restart", {.sessions_survive_restart = false});
  add("sessions of 3.1.1 for 5 s", {.v311_session_expiry = 5});
  return list;
}

// The embedded client is what a case needs, all in one.
prove::set_up embedded_client() {
  return {"embedded client", {}, adapter::facts_of(client::client::facts()).value(), "", ""};
}

std::vector<const client::defect*> client_defects() {
  std::vector<const client::defect*> all;
  for (const client::defect& d : client::all_defects()) all.push_back(&d);
  return all;
}

// nullopt, with the error told, when a pattern matches nothing.
template <class Defect>
std::optional<std::vector<const Defect*>> chosen_defects(const std::vector<const Defect*>& all,
                                                         const std::vector<std::string>& patterns,
                                                         console& on) {
  if (patterns.empty()) return all;
  std::vector<const Defect*> chosen;
  for (const std::string& p : patterns) {
    const std::size_t before = chosen.size();
    for (const Defect* d : all) {
      if (matches_pattern(p, d->name)) chosen.push_back(d);
    }
    if (chosen.size() == before) {
      on.error(fmt::format("no defect matches '{}'", p), "mqttspec broker --list-defects");
      return std::nullopt;
    }
  }
  return chosen;
}

std::string list_of_rules(bool of_clients) {
  std::string text;
  for (const oracle::rule_description& r :
       of_clients ? oracle::all_client_rules() : oracle::all_rules()) {
    std::vector<std::string> cited;
    for (const oracle::statement& s : r.statements) cited.push_back(oracle::print(s));
    text += fmt::format("{}\n    {}\n    {}\n", r.name, r.sentence, fmt::join(cited, " "));
  }
  return text;
}

}  // namespace

int prove_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec prove [OPTIONS] [PATTERN|FILE|DIR ...]";
  set.explanation =
      "Plants every defect in the embedded broker and runs the cases against it, in virtual time.\n"
      "Tells which defects no case catches, and which cases catch none.";
  set.words_are = "patterns";
  set.described.add_options()(
      "defect", po::value<std::vector<std::string>>()->composing()->value_name("PATTERN"),
      "only these defects (may be repeated)")(
      "jobs,j", po::value<std::uint32_t>()->default_value(2)->value_name("N"), "threads")(
      "everything", po::bool_switch(), "every case against every defect, touched or not")(
      "clients", po::bool_switch(), "the cases of client libraries, on the embedded client")(
      "list-rules", po::bool_switch(), "the trace rules, with the statements that they cite")(
      "report-json", po::value<std::string>()->value_name("FILE"), "write the matrix as JSON")(
      "report-html", po::value<std::string>()->value_name("FILE"), "write the matrix as a page")(
      "report-results", po::value<std::string>()->value_name("FILE"),
      "write what is missing as results of a run")(
      "report-junit", po::value<std::string>()->value_name("FILE"),
      "write what is missing as JUnit XML")("baseline", po::value<arguments>()->value_name("FILE"),
                                            "what is known to be missing; several add up");
  add_generated_flags(set.described);
  add_odd_flags(set.described);
  int status = 0;
  const auto request = read_case_request(set, words, on, status);
  if (!request) return status;
  const parsed_options& options = request->options;
  const case_files& cases = request->cases;
  if (options.get<bool>("list-rules")) {
    on.print(list_of_rules(options.get<bool>("clients")));
    return as_expected;
  }
  if (options.get<bool>("list-oddities")) {
    on.print(list_of_oddities());
    return as_expected;
  }
  record_request record;
  record.verb = "prove";
  record.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  record.cases_directory = cases.root;
  if (!read_baseline(options, record.known, on)) return bad_usage;
  const bool generated = options.get<bool>("generated") || options.get<bool>("list-mutants");
  const bool clients = options.get<bool>("clients");
  const auto patterns = options.has("defect") ? options.get<std::vector<std::string>>("defect")
                                              : std::vector<std::string>{};
  prove::prove_settings settings;
  if (clients) {
    auto chosen = chosen_defects(client_defects(), patterns, on);
    if (!chosen) return bad_usage;
    settings.of_clients = std::move(*chosen);
    settings.set_ups = {embedded_client()};
    settings.suite.plays = script::side::server;
  } else {
    auto chosen = generated ? std::optional(std::vector<const broker::defect*>{})
                            : chosen_defects(broker::all_defects(), patterns, on);
    if (!chosen) return bad_usage;
    settings.defects = std::move(*chosen);
    settings.set_ups = set_ups();
  }
  target::description ours;
  if (!read_oddities(options, ours.oddities, on)) return bad_usage;
  for (prove::set_up& s : settings.set_ups) {
    ours.embedded = s.options;
    const broker::odd_setup odd = ours.our_broker();
    s.options = odd.options;
    target::drop_odd_facts(s.declared, odd.options);
    settings.rules = odd.rules;
    settings.network = odd.network;
  }
  settings.whole = !options.has("defect");
  if (!is_positive(options, "jobs", on)) return bad_usage;
  settings.threads = std::min(options.get<std::uint32_t>("jobs"), 64u);
  settings.everything = options.get<bool>("everything");
  settings.suite.versions = record.versions;
  settings.suite.chosen = request->chosen();
  settings.suite.run_tag = "tprove";  // as long as that of a run
  settings.suite.slow = true;
  settings.suite.reach = target::reach_in_memory();

  const auto source = [&](const std::string& tag, const target::capability_values& can) {
    script::expand_options expand;
    expand.run_tag = tag;
    expand.plays = settings.suite.plays;
    expand.capability = script::capabilities(can.begin(), can.end());
    return script::expand(cases.files, expand).scenarios;
  };
  if (generated) return prove_generated_command(*request, settings, source, on);
  const prove::proof p = prove::prove(settings, source);
  bool written = true;
  if (options.has("report-json")) {
    written &= write_report(options.get<std::string>("report-json"), prove::to_json(p), on);
  }
  if (options.has("report-html")) {
    written &= write_report(options.get<std::string>("report-html"), prove::to_html(p), on);
  }
  on.print(prove::to_text(p));
  if (p.cases.empty()) return nothing_ran;
  if (!written) return internal_error;
  if (options.has("odd")) return p.holds_on_an_odd_broker() ? as_expected : unexpected_result;
  if (!p.failure.empty()) return unexpected_result;
  if (options.has("report-results")) {
    record.reports.files.emplace_back("json", options.get<std::string>("report-results"));
  }
  if (options.has("report-junit")) {
    record.reports.files.emplace_back("junit", options.get<std::string>("report-junit"));
  }
  findings_record found(record, {}, on);
  found.run().target.name = clients ? "embedded client" : "embedded broker";
  found.run().target.address = "simulated";
  found.run().notes = {prove::score_line(p)};
  for (results::run_finding& f : prove::findings_of(p)) found.add(std::move(f));
  if (cases.patterns.empty() && cases.named.empty() && !options.has("defect") && !clients) {
    for (const std::string& fault : prove::untied_bugs(cases.bugs, p)) {
      on.print(fmt::format("BUG        {}\n", fault));
      found.run().problems.push_back(fault);
    }
  }
  return found.finish(as_expected);
}

}  // namespace mqttspec::cli
