// mqttspec explore model
#include "cli/explore_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/exploration.h"
#include "cli/explore_limits.h"
#include "cli/explore_measure.h"
#include "cli/target_options.h"

namespace mqttspec::cli {

namespace {

bool read_numbers(const parsed_options& options, explore_request& out, console& on) {
  out.campaign.generator.seed = options.has("seed") ? options.get<std::uint64_t>("seed") : 1;
  if (!read_positive(options, "count", out.campaign.most_histories, on) ||
      !read_positive(options, "jobs", out.campaign.at_once, on) ||
      !read_positive(options, "most-findings", out.campaign.most_findings, on) ||
      !read_duration(options, "for", out.length, on)) {
    return false;
  }
  // In virtual time waiting costs nothing.
  if (out.target.where == target::place::simulated) out.campaign.generator.waiting = 300;
  if (options.has("waiting")) {
    out.campaign.generator.waiting =
        static_cast<std::uint16_t>(std::min(1000u, options.get<std::uint32_t>("waiting")));
  }
  if (options.has("without")) {
    out.campaign.generator.without = options.get<std::vector<std::string>>("without");
  }
  if (options.has("window")) {
    out.campaign.player.window =
        static_cast<std::uint16_t>(std::clamp(options.get<std::uint32_t>("window"), 1u, 65535u));
  }
  return true;
}

bool read_defect(const parsed_options& options, explore_request& out, console& on) {
  if (!options.has("defect")) return true;
  const auto& name = options.get<std::string>("defect");
  if (out.target.where != target::place::simulated) {
    on.error("--defect goes with --simulate");
    return false;
  }
  out.defect = broker::find_defect(name);
  if (out.defect == nullptr) {
    std::vector<std::string_view> names;
    for (const broker::defect* d : broker::all_defects()) names.push_back(d->name);
    on.error(fmt::format("there is no defect '{}'", name), suggest(name, names));
    return false;
  }
  out.defect->plant(out.rules);
  return true;
}

bool read_replay(const parsed_options& options, explore_request& out, console& on) {
  if (!options.has("replay")) return true;
  const auto& file = options.get<std::string>("replay");
  const auto text = read_file(file, "history", on);
  if (!text) return false;
  auto parsed = explore::parse_history(*text);
  if (!parsed) {
    on.error(fmt::format("'{}' is not a history: {}", file, parsed.error()),
             "a scenario (.mqs) is played by mqttspec run");
    return false;
  }
  out.replay = std::move(*parsed);
  return true;
}

}  // namespace

int explore_model(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec explore [model] [OPTIONS]";
  set.verb = "model";
  set.explanation =
      "Plays random histories of several clients and judges what comes by what a session may "
      "hold.\n"
      "Every violation is confirmed, made as short as it can be and written as a scenario.";
  const auto number = [] { return po::value<std::uint32_t>()->value_name("N"); };
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  po::options_description exploring("exploring");
  exploring.add_options()("for", text("TIME"), "how long to look for findings (60s)")(
      "count", number(), "so many histories at most")(
      "seed", po::value<std::uint64_t>()->value_name("S"), "the same seed, the same histories (1)")(
      "jobs,j", number(), "histories at once (2000)")("most-findings", number(),
                                                      "stop after so many kinds of violation (10)")(
      "waiting", number(),
      "of a thousand histories so many wait for seconds (100; --simulate: 300)")(
      "window", number(), "messages in flight that the broker surely allows (10)")(
      "without", po::value<std::vector<std::string>>()->composing()->value_name("WORD"),
      "draw no step with this word, as dup or share (may be repeated)")(
      "replay", text("FILE"), "play one history: FILE.history of a finding")(
      "defect", text("NAME"), "plant a defect in the embedded broker (with --simulate)")(
      "measure", po::bool_switch(),
      "with --simulate: look for each planted defect about sessions, "
      "--for so long; --defect PATTERN chooses")(
      "out", text("DIR"), "write a scenario, a history and a report for each finding");
  set.described.add(exploring);
  add_target_options(set.described);
  add_record_options(set.described);
  add_cases_option(set.described);
  add_broker_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  explore_request request;
  auto target = read_target(*options, on);
  if (!target) return bad_usage;
  request.target = std::move(*target);
  if (!read_numbers(*options, request, on) ||
      (!options->get<bool>("measure") && !read_defect(*options, request, on)) ||
      !read_replay(*options, request, on) || !read_record_options(*options, request.record, on)) {
    return bad_usage;
  }
  request.record.verb = "explore model";
  request.record.versions = request.target.versions;
  request.record.command = target_again(*options);
  if (request.defect != nullptr) {
    request.record.command.insert(request.record.command.end(),
                                  {"--defect", std::string(request.defect->name)});
  }
  if (options->has("out")) request.out = writable_folder(*options, "out");
  request.campaign.generator.versions = request.target.versions;
  explore::player_options& player = request.campaign.player;
  if (!request.target.user.empty()) {
    player.user_name = request.target.user;
    player.password = request.target.password;
  }
  player.keep_alive = request.target.keep_alive;
  player.slack = request.target.slack;
  player.restarts = request.target.where == target::place::simulated;
  if (options->has("timeout")) player.patience = request.target.timeout;
  if (request.target.is_ours()) {
    request.rehearsal = request.target.embedded;
    request.rehearsal.users.clear();  // nobody logs in there
  } else {
    const auto& facts = request.target.facts;
    const auto limit = [&](const char* name, auto& into) {
      const auto declared = facts.find(name);
      if (declared != facts.end())
        into = static_cast<std::decay_t<decltype(into)>>(declared->second);
    };
    limit("maximum_qos", request.rehearsal.maximum_qos);
    limit("queue_limit", request.rehearsal.queue_limit);
    limit("inflight_window", request.rehearsal.inflight_window);
  }
  tell_limits(request.campaign, request.rehearsal);
  // Only the catalogue is needed; the cases are not read.
  case_files cases;
  cases.root = find_cases_directory(*options);
  request.record.cases_directory = cases.root;
  auto statements = load_statements(cases.root, on);
  if (!statements) return bad_usage;
  cases.statements = std::move(*statements);
  if (!options->get<bool>("measure")) return run_exploration(request, cases, on);
  if (request.target.where != target::place::simulated) {
    on.error("--measure goes with --simulate");
    return bad_usage;
  }
  measure_request what;
  what.broker = request.target.embedded;
  what.campaign = request.campaign;
  what.each = request.length;
  what.engine = suite::options_for(request.target);
  if (!read_positive(*options, "jobs", what.threads, on)) return bad_usage;
  if (options->has("defect")) what.patterns = {options->get<std::string>("defect")};
  return measure(what, cases, on);
}

}  // namespace mqttspec::cli
