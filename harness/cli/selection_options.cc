#include "cli/selection_options.h"

#include <fmt/format.h>

#include <random>

#include "cli/report_files.h"

namespace mqttspec::cli {

namespace {

bool read_failed(const parsed_options& options, suite::selection& out, console& on) {
  if (!options.has("failed")) return true;
  const auto old = read_results(options.get<std::string>("failed"), on);
  if (!old) return false;
  out.ids.emplace();
  for (const results::case_result& c : old->cases) {
    if (!c.expected || c.outcome == results::verdict::fail ||
        c.outcome == results::verdict::error) {
      out.ids->insert(c.id);
    }
  }
  return true;
}

}  // namespace

void add_selection_options(po::options_description& to) {
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  const auto texts = [](const char* name) { return po::value<arguments>()->value_name(name); };
  po::options_description selecting("selecting");
  selecting.add_options()("exclude", texts("PATTERN"), "leave out cases that match: 'caps/**'")(
      "tag", texts("TAG"), "only cases with this tag")("not-tag", texts("TAG"),
                                                       "only cases without this tag")(
      "level", texts("must|should|may|info"), "only cases of this level")(
      "statement", texts("ID"),
      "only cases that cite this statement: MQTT-3.2.2-3, a section: 'MQTT-3.3*'")(
      "purpose", texts("ID"), "only cases of this test purpose: S-Q-01, S-Q-*")(
      "failed", text("RESULT.json"), "only what failed in these results")(
      "shard", text("I/N"), "only the I-th of N parts of all cases")(
      "sample", po::value<std::uint32_t>()->value_name("N"),
      "only N cases, chosen at random by --seed")(
      "seed", po::value<std::uint64_t>()->value_name("S"),
      "start all random choices from S, so that a run can be repeated");
  to.add(selecting);
}

std::optional<suite::selection> read_selection(const parsed_options& options,
                                               const case_files& cases, console& on) {
  suite::selection out;
  out.patterns = cases.patterns;
  out.files = cases.named;
  // Not split at commas: rows have them.
  if (options.has("exclude")) out.excluded = options.get<arguments>("exclude");
  out.tags = list_of(options, "tag");
  out.not_tags = list_of(options, "not-tag");
  out.levels = list_of(options, "level");
  out.statements = list_of(options, "statement");
  out.purposes = list_of(options, "purpose");
  for (const std::string& level : out.levels) {
    if (level != "must" && level != "should" && level != "may" && level != "info") {
      on.error(fmt::format("there is no level '{}'", level), "valid here: must, should, may, info");
      return std::nullopt;
    }
  }
  if (options.has("shard")) {
    const auto part = suite::parse_shard(options.get<std::string>("shard"));
    if (!part) {
      on.error(fmt::format("--shard: {}", part.error()), "write for example: --shard 2/5");
      return std::nullopt;
    }
    out.part = *part;
  }
  if (options.has("sample")) out.sample = options.get<std::uint32_t>("sample");
  out.seed = options.has("seed") ? options.get<std::uint64_t>("seed") : std::random_device{}();
  if (!read_failed(options, out, on)) return std::nullopt;
  return out;
}

}  // namespace mqttspec::cli
