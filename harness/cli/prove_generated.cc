#include "cli/prove_generated.h"

#include <fmt/format.h>

#include <charconv>

#include "base/pattern.h"
#include "cli/exit_codes.h"
#include "cli/report_files.h"
#include "prove/triage.h"

namespace mqttspec::cli {

namespace {

// One of |parts| parts of the mutants, by their names: part 0 (that is |parts|), 1 ...
struct sample {
  std::uint64_t part = 0;
  std::uint64_t parts = 1;
};

bool read_number(std::string_view text, std::uint64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

// "K/N"; K may be any number: its remainder by N counts.
std::optional<sample> parse_sample(std::string_view text) {
  const auto slash = text.find('/');
  sample s;
  if (slash == text.npos || !read_number(text.substr(0, slash), s.part) ||
      !read_number(text.substr(slash + 1), s.parts) || s.parts == 0) {
    return std::nullopt;
  }
  s.part %= s.parts;
  return s;
}

bool is_in(const sample& s, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3u;
  return hash % s.parts == s.part;
}

std::optional<std::vector<const broker::mutant*>> chosen_mutants(const parsed_options& options,
                                                                 console& on) {
  sample part;
  if (options.has("sample")) {
    const auto& text = options.get<std::string>("sample");
    const auto parsed = parse_sample(text);
    if (!parsed) {
      on.error(fmt::format("--sample: '{}' is no part", text), "write for example: --sample 7/30");
      return std::nullopt;
    }
    part = *parsed;
  }
  std::vector<std::string> patterns;
  if (options.has("defect")) patterns = options.get<std::vector<std::string>>("defect");
  std::vector<const broker::mutant*> chosen;
  for (const broker::mutant& m : broker::all_mutants()) {
    const bool wanted =
        patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                        [&](const auto& p) { return matches_glob(p, m.name); });
    if (wanted && is_in(part, m.name)) chosen.push_back(&m);
  }
  if (chosen.empty()) {
    on.error("no mutant matches", "mqttspec prove --list-mutants");
    return std::nullopt;
  }
  return chosen;
}

bool cites_what_exists(const prove::triage& known, const script::catalogue& statements,
                       console& on) {
  bool good = true;
  for (const prove::triage_entry& e : known.entries) {
    for (const std::string& id : e.statements) {
      const auto colon = std::min(id.find(':'), id.size());
      const auto version =
          id.starts_with("v5:") ? wire::protocol_version::v5 : wire::protocol_version::v311;
      if (statements.find(version, id.substr(std::min(colon + 1, id.size()))) != nullptr) continue;
      on.error(fmt::format("{}:{}: there is no statement {}", known.file, e.line, id));
      good = false;
    }
  }
  return good;
}

}  // namespace

void add_generated_flags(po::options_description& to) {
  to.add_options()("generated", po::bool_switch(),
                   "mutants derived from packets and decisions, in place of defects")(
      "sample", po::value<std::string>()->value_name("K/N"),
      "of the mutants, the K-th of N parts only")("list-mutants", po::bool_switch(), "their names");
}

int prove_generated_command(const case_request& request, const prove::prove_settings& settings,
                            const suite::scenario_source& source, console& on) {
  const parsed_options& options = request.options;
  if (options.get<bool>("list-mutants")) {
    std::string text;
    for (const broker::mutant& m : broker::all_mutants()) text += m.name + "\n";
    on.print(text);
    return as_expected;
  }
  const auto mutants = chosen_mutants(options, on);
  if (!mutants) return bad_usage;
  const std::string file = request.cases.root + "/mutants.txt";
  const auto text = read_file(file, "what is known of mutants", on);
  if (!text) return bad_usage;
  std::vector<diagnostic> problems;
  const prove::triage known = prove::read_triage(shown_path(file), *text, problems);
  if (!problems.empty()) {
    on.show(problems);
    return bad_usage;
  }
  if (!cites_what_exists(known, request.cases.statements, on)) return bad_usage;

  const prove::generated_proof p = prove::prove_generated(settings, source, *mutants);
  if (options.has("report-json") &&
      !write_report(options.get<std::string>("report-json"), prove::to_json(p, known), on)) {
    return internal_error;
  }
  on.print(prove::to_text(p, known));
  if (p.cases == 0) return nothing_ran;
  const prove::verdict_of_triage v = prove::weigh(p, known);
  return v.unknown.empty() && v.stale.empty() ? as_expected : unexpected_result;
}

}  // namespace mqttspec::cli
