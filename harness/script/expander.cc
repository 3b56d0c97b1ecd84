#include "script/expander.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "script/implied_needs.h"
#include "script/rows.h"

namespace mqttspec::script {

namespace {

// FNV-1a: the same on every platform, so that a namespace can be found again in a broker's log.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (const char c : text) {
    h ^= static_cast<std::uint8_t>(c);
    h *= 0x100000001B3u;
  }
  return h ^ h >> 32;
}

class file_expander {
 public:
  file_expander(const expand_options& options, expansion& out)
      : options_(options), out_(out), budget_(options.limits) {}

  void expand_file(const script_file& file) {
    for (const scenario_node& s : file.tree.scenarios) {
      if (options_.plays && s.plays != *options_.plays) continue;
      const row_set rows(s, *file.tree.source, problems_);
      for (const auto version : {wire::protocol_version::v5, wire::protocol_version::v311}) {
        const auto listed = [&](const std::vector<wire::protocol_version>& list) {
          return std::find(list.begin(), list.end(), version) != list.end();
        };
        if (!listed(s.versions) || !listed(options_.versions)) continue;
        for (std::uint64_t row = 0; row < rows.count(); ++row) {
          if (exhausted_) return;
          expand_row(file, s, version, rows, row);
        }
      }
    }
  }

  void finish() {
    out_.problems = problems_.take_sorted();
    out_.over_budget = exhausted_;
  }

 private:
  void expand_row(const script_file& file, const scenario_node& node,
                  wire::protocol_version version, const row_set& rows, std::uint64_t row) {
    scenario s;
    s.file = file.name;
    s.path = file.path + "/" + node.name.text;
    s.name = node.name.text;
    s.row = rows.name(row);
    s.id = fmt::format("{}[{}{}{}]", s.path, wire::version_tag(version), s.row.empty() ? "" : ",",
                       s.row);
    s.title = node.title;
    s.version = version;
    s.plays = node.plays;
    s.pings_shown = node.pings_shown;
    s.level = version == wire::protocol_version::v311 ? node.v311_level : node.level;
    for (const word& purpose : node.purposes) s.purposes.push_back(purpose.text);
    for (const word& tag : node.tags) s.tags.push_back(tag.text);
    for (const word& field : node.apart) s.apart.push_back(field.text);
    s.references = node.references;
    for (const need_node& n : node.needs) {
      s.needs.push_back({n.capability.text, n.op, static_cast<std::int64_t>(n.number),
                         file.tree.source->span(n.capability.where)});
    }
    s.where = file.tree.source->span(node.where);

    walk_settings settings;
    settings.version = version;
    settings.plays = node.plays;
    settings.both_versions = node.versions.size() > 1;
    settings.capability = &options_.capability;
    problem_list problems;
    walker w(file, settings, budget_, problems);
    w.define("ns", resolved::of_text(name_space(s.id)));
    w.define("version", resolved::of_text(std::string(wire::version_name(version))));
    w.define("port", resolved::of_number(options_.port));
    for (const clients_node& group : node.clients) {
      for (const word& name : group.names) {
        const auto speaks = group.speaks.value_or(version);
        s.clients.push_back({name.text, group.transport, group.node, speaks});
        w.declare_client(name.text, speaks, group.speaks.has_value());
      }
    }
    rows.bind(row, w);
    for (const auto& [name, value] : w.variables()) {
      if (auto constant = evaluate(to_expression(value), {})) {
        s.constants.emplace(name, std::move(*constant));
      }
    }
    w.walk(node, &s);
    exhausted_ = w.over_budget();
    s.shortest = shortest_time(s.lines);
    if (s.plays == side::client) add_implied_needs(s);
    problems_.append(problems.list());
    if (!problems.has_errors()) out_.scenarios.push_back(std::move(s));
  }

  // Short, because 3.1.1 servers need not take client identifiers over 23 octets.
  std::string name_space(const std::string& id) {
    const std::string plain =
        fmt::format("{}{:05x}", options_.run_tag, hash(options_.run_tag + id) & 0xFFFFF);
    std::string name = plain;
    for (std::size_t n = 1; !name_spaces_.insert(name).second; ++n) {
      name = fmt::format("{}x{}", plain, n);
    }
    return name;
  }

  const expand_options& options_;
  expansion& out_;
  problem_list problems_;
  budget budget_;
  bool exhausted_ = false;
  std::set<std::string> name_spaces_;
};

}  // namespace

expansion expand(const file_set& files, const expand_options& options) {
  expansion out;
  file_expander expander(options, out);
  for (const auto& file : files.files()) {
    if (!file->imported) expander.expand_file(*file);
  }
  expander.finish();
  return out;
}

duration shortest_time(const std::vector<instruction>& lines) {
  instant end{};
  double rounds = 1;
  const auto add = [&](duration length) {
    const double whole = static_cast<double>(length.count()) * rounds;
    end = whole > 1e18 ? never : saturating_add(end, duration(static_cast<std::int64_t>(whole)));
  };
  const auto rounds_of = [](const loop_begin& l) {
    return static_cast<double>(l.last - l.first) + 1;
  };
  for (const instruction& i : lines) {
    if (const auto* loop = std::get_if<loop_begin>(&i.what)) {
      rounds *= rounds_of(*loop);
    } else if (const auto* close = std::get_if<loop_end>(&i.what)) {
      rounds /= rounds_of(std::get<loop_begin>(lines[close->begin].what));
    } else if (const auto* wait = std::get_if<wait_line>(&i.what)) {
      add(wait->length);
    } else if (const auto* expect = std::get_if<expect_line>(&i.what)) {
      const bool silent = expect->group == group_kind::single && expect->alternatives.size() == 1 &&
                          expect->alternatives[0].what == awaited::nothing;
      // A window since a mark began while other lines were running: at least nothing is added.
      if (!expect->window.since.empty()) continue;
      if (silent && expect->window.latest) add(*expect->window.latest);
      if (expect->window.earliest) add(*expect->window.earliest);
    } else if (const auto* tell = std::get_if<tell_line>(&i.what)) {
      if (tell->none && tell->window.latest && tell->window.since.empty()) {
        add(*tell->window.latest);
      }
    }
  }
  return end - instant{};
}

}  // namespace mqttspec::script
