#include "script/checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelling.h"
#include "script/rows.h"
#include "script/walker.h"

namespace mqttspec::script {

namespace {

constexpr std::string_view reserved[] = {"for",  "do",  "let", "mark", "wait",  "broker", "client",
                                         "step", "def", "any", "all",  "close", "nothing"};
constexpr std::string_view predefined[] = {"ns", "version", "port"};

// Walked for a file, all rows together: checking is quick even where running would not be.
constexpr double most_lines = 300'000;

template <class Range>
bool is_in(const Range& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

class checker {
 public:
  checker(const file_set& files, const catalogue& statements, const budget& limits)
      : files_(files), statements_(statements), limits_(limits) {
    limits_.lines = std::min(limits_.lines, most_lines);
  }

  std::vector<diagnostic> run() {
    problems_.append(files_.problems());
    for (const auto& file : files_.files()) problems_.append(file->problems);
    for (const auto& file : files_.files()) {
      lines_ = limits_.lines;
      for (const def_node& def : file->tree.defs) {
        check_def(*file, def);
        // What is told here is not told again where the def is called.
        for (const diagnostic& d : problems_.list()) {
          known_.insert({{d.where.file, d.where.line, d.where.column}, d.message});
        }
      }
    }
    for (const auto& file : files_.files()) {
      std::map<std::string, place> names;
      lines_ = limits_.lines;
      for (const scenario_node& s : file->tree.scenarios) {
        check_name(*file, names, s.name, "scenario");
        check_scenario(*file, s);
      }
    }
    return problems_.take_sorted();
  }

 private:
  const source_text& source_of(const script_file& file) { return *file.tree.source; }

  void check_name(const script_file& file, std::map<std::string, place>& names, const word& name,
                  std::string_view what) {
    const auto [earlier, added] = names.try_emplace(name.text, name.where);
    if (added) return;
    problems_.error(source_of(file), name.where,
                    {fmt::format("there is a {} '{}' already", what, name.text), "second one",
                     fmt::format("the first is in line {}", earlier->second.line)});
  }

  void check_def(const script_file& file, const def_node& def) {
    std::map<std::string, place> names;
    for (const word& p : def.parameters) {
      check_name(file, names, p, "parameter");
      if (!is_in(reserved, p.text) && !is_in(predefined, p.text)) continue;
      problems_.error(source_of(file), p.where,
                      {fmt::format("'{}' has a meaning of its own", p.text),
                       "cannot be a parameter", "choose another name"});
    }
    std::set<std::string> used;
    examination examined;
    examined.known = known_;
    for (const auto version : {wire::protocol_version::v5, wire::protocol_version::v311}) {
      walk_settings settings;
      settings.version = version;
      settings.plays = def.plays;
      settings.both_versions = true;
      settings.examined = &examined;
      settings.statements = &statements_;
      if (lines_ < 0) return;
      budget spent = limits_;
      spent.lines = lines_;
      problem_list found;
      walker w(file, settings, spent, found);
      define_predefined(w);
      w.walk_def(def);
      lines_ = spent.lines;
      for (const word& p : def.parameters) {
        if (w.parameter_used(p.text)) used.insert(p.text);
      }
      // Running out of the small budget is told, if ever, by the scenario that is too large.
      if (!w.over_budget()) problems_.append(found.list());
    }
    for (const word& p : def.parameters) {
      if (used.contains(p.text)) continue;
      problems_.warning(source_of(file), p.where,
                        {fmt::format("parameter '{}' is not used", p.text), "unused",
                         "remove it, here and where the def is called"});
    }
  }

  static void define_predefined(walker& w) {
    w.define("ns", resolved::of_text("t00000"));
    w.define("version", resolved::of_text("5"));
    w.define("port", resolved::of_number(1883));
  }

  void check_scenario(const script_file& file, const scenario_node& s) {
    const source_text& source = source_of(file);
    if (s.title.empty()) {
      problems_.warning(source, s.where,
                        {fmt::format("scenario '{}' has no title", s.name.text),
                         "what does it show?", "add: title \"one sentence\""});
    }
    if (s.steps.empty()) {
      problems_.error(source, s.where,
                      {fmt::format("scenario '{}' has no steps", s.name.text), "nothing to run",
                       "add: step \"what happens\""});
    }
    check_purposes(source, s);
    check_clients(file, s);
    check_variables(file, s);

    const row_set rows(s, source, problems_);
    examination examined;
    examined.known = known_;
    bool expects = false;
    for (const auto version : s.versions) {
      budget spent = limits_;
      for (std::uint64_t row = 0; row < std::max<std::uint64_t>(1, rows.count()); ++row) {
        expects = walk_row(file, s, version, rows, row, spent, examined) || expects;
        if (lines_ < 0 || spent.instructions < 0 || spent.text < 0) break;
      }
    }
    if (!expects && !s.steps.empty()) {
      problems_.error(source, s.where,
                      {fmt::format("scenario '{}' expects nothing", s.name.text),
                       "cannot fail, so shows nothing", "add what the broker must answer"});
    }
    for (const auto& [where, skipped] : examined.left_out) {
      if (examined.reached.contains(where)) continue;
      problems_.warning(
          *skipped.first, skipped.second,
          {"this never runs", "its guard is never true", "see the scenario's versions"});
    }
    warn_of_unused(source, s, examined);
  }

  // Whether the row has an expectation.
  bool walk_row(const script_file& file, const scenario_node& s, wire::protocol_version version,
                const row_set& rows, std::uint64_t row, budget& spent, examination& examined) {
    walk_settings settings;
    settings.version = version;
    settings.plays = s.plays;
    settings.both_versions = s.versions.size() > 1;
    settings.examined = &examined;
    settings.statements = &statements_;
    spent.lines = lines_;
    problem_list found;
    walker w(file, settings, spent, found);
    define_predefined(w);
    for (const clients_node& group : s.clients) {
      for (const word& name : group.names) {
        w.declare_client(name.text, group.speaks.value_or(version), group.speaks.has_value());
      }
    }
    if (rows.count() == 0) {
      rows.bind_unknown(w);
    } else {
      rows.bind(row, w);
    }
    w.walk(s, nullptr);
    const bool only_lines = spent.lines < 0 && spent.instructions >= 0 && spent.text >= 0;
    lines_ = spent.lines;
    // The limit on lines here is the checker's own and no fault of the file.
    for (const diagnostic& d : found.list()) {
      if (only_lines && d.message.starts_with("too much to expand")) continue;
      problems_.add(d);
    }
    return w.has_expectation() || only_lines;
  }

  void check_purposes(const source_text& source, const scenario_node& s) {
    for (const word& p : s.purposes) {
      if (!is_purpose_id(p.text)) {
        problems_.error(source, p.where,
                        {fmt::format("'{}' is not the id of a purpose", p.text), "bad form",
                         "ids look like S-CS-01"});
      } else if (statements_.has_purposes() && statements_.find_purpose(p.text) == nullptr) {
        problems_.error(source, p.where,
                        {fmt::format("unknown purpose '{}'", p.text), "not in the list",
                         suggest(p.text, statements_.near_purposes(p.text))});
      }
    }
  }

  void check_clients(const script_file& file, const scenario_node& s) {
    std::map<std::string, place> names;
    for (const clients_node& group : s.clients) {
      for (const word& name : group.names) {
        check_name(file, names, name, "client");
        if (!is_in(reserved, name.text)) continue;
        problems_.error(source_of(file), name.where,
                        {fmt::format("'{}' has a meaning of its own", name.text),
                         "cannot be a client", "choose another name"});
      }
    }
  }

  void check_variables(const script_file& file, const scenario_node& s) {
    std::map<std::string, place> names;
    const auto check_one = [&](const word& name) {
      if (is_in(predefined, name.text)) {
        problems_.error(source_of(file), name.where,
                        {fmt::format("'{}' is predefined", name.text), "cannot be defined again",
                         "choose another name"});
        return;
      }
      check_name(file, names, name, "variable");
    };
    for (const variation& v : s.variations) {
      if (const auto* let = std::get_if<let_node>(&v)) check_one(let->name);
      if (const auto* matrix = std::get_if<matrix_node>(&v)) check_one(matrix->name);
      if (const auto* table = std::get_if<table_node>(&v)) {
        for (const word& column : table->columns) check_one(column);
      }
    }
  }

  void warn_of_unused(const source_text& source, const scenario_node& s,
                      const examination& examined) {
    // A scenario with errors uses perhaps what the errors hide.
    if (problems_.has_errors()) return;
    for (const clients_node& group : s.clients) {
      for (const word& name : group.names) {
        if (examined.used_clients.contains(name.text)) continue;
        problems_.warning(
            source, name.where,
            {fmt::format("client '{}' is not used", name.text), "unused", "remove it"});
      }
    }
    for (const variation& v : s.variations) {
      const word* name = nullptr;
      if (const auto* let = std::get_if<let_node>(&v)) name = &let->name;
      if (name == nullptr || examined.used_variables.contains(name->text)) continue;
      problems_.warning(
          source, name->where,
          {fmt::format("variable '{}' is not used", name->text), "unused", "remove it"});
    }
  }

  const file_set& files_;
  const catalogue& statements_;
  budget limits_;
  double lines_ = 0;  // that may still be walked for the current file
  problem_list problems_;
  std::set<std::pair<location, std::string>> known_;
};

}  // namespace

std::vector<diagnostic> check(const file_set& files, const catalogue& statements,
                              const budget& limits) {
  return checker(files, statements, limits).run();
}

}  // namespace mqttspec::script
