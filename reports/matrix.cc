#include "reports/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "reports/compare.h"
#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/html_parts.h"
#include "results/profile.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::run_results;
using results::verdict;

std::string detail_of(const case_result& c) {
  if (c.outcome == verdict::pass_note && !c.notes.empty()) return c.notes.front();
  return fault_line(c);
}

struct one_case {
  const case_result* about = nullptr;  // of the first run that has it
  std::vector<matrix_cell> cells;
};

std::map<std::string_view, one_case> by_case(const std::vector<run_results>& runs) {
  std::map<std::string_view, one_case> out;
  for (std::size_t column = 0; column < runs.size(); ++column) {
    for (const case_result& c : runs[column].cases) {
      one_case& at = out[c.id];
      if (at.about == nullptr) at.about = &c;
      at.cells.resize(runs.size());
      matrix_cell& cell = at.cells[column];
      if (cell.outcome && worse_verdict(*cell.outcome, c.outcome) == *cell.outcome) continue;
      cell = {c.outcome, detail_of(c)};
    }
  }
  return out;
}

bool same_outcomes(const std::vector<matrix_cell>& a, const std::vector<matrix_cell>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.outcome == y.outcome; });
}

bool all_alike(const std::vector<matrix_cell>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [&](const auto& c) { return c.outcome == cells.front().outcome; });
}

std::size_t failures_in(const matrix_row& row) {
  return static_cast<std::size_t>(
      std::count_if(row.cells.begin(), row.cells.end(),
                    [](const auto& c) { return c.outcome == verdict::fail; }));
}

std::string_view word_of(const std::optional<verdict>& v) {
  return v ? results::verdict_name(*v) : "absent";
}

constexpr int only_run_differs = 2;

// Cells that only differ in whether the case could run say little; those come after real ones.
int rank(const matrix_row& row) {
  if (!row.differs) return 3;
  if (failures_in(row) != 0) return 0;
  const bool judged = std::any_of(row.cells.begin(), row.cells.end(), [](const auto& c) {
    return c.outcome == verdict::pass_note || c.outcome == verdict::error;
  });
  return judged ? 1 : only_run_differs;
}

data row_fields(const matrix& m, const matrix_row& row) {
  list cells;
  list details;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const matrix_cell& cell = row.cells[i];
    fields f;
    f["verdict"] = data(std::string(word_of(cell.outcome)));
    f["broker"] = data(m.columns[i].name);
    f["symbol"] = data(std::string(cell.outcome ? html::symbol_of(*cell.outcome) : " "));
    cells.push_back(data(f));
    if (cell.detail.empty()) continue;
    fields d;
    d["broker"] = data(m.columns[i].name);
    d["detail"] = data(cell.detail);
    details.push_back(data(d));
  }
  list variants;
  for (const std::string& id : row.variants) variants.push_back(data(id));
  fields f;
  f["path"] = data(row.path);
  f["title"] = data(row.title);
  f["level"] = data(row.level);
  f["folded"] = row.variants.size() > 1
                    ? data(fmt::format("{} alike", counted(row.variants.size(), "case")))
                    : data(false);
  f["variants"] = data(variants);
  f["cells"] = data(cells);
  f["has_details"] = data(!details.empty() || row.variants.size() > 1);
  f["details"] = data(details);
  return data(f);
}

// "1000", or "1000 (MQTT 5), 100 (MQTT 3.1.1)" where the versions are not alike.
std::string told_of(const std::vector<results::measured_fact>& facts, std::string_view name) {
  std::string out;
  std::string alone;
  std::size_t values = 0;
  for (const results::measured_fact& f : facts) {
    if (f.name != name) continue;
    if (values != 0 && f.value == alone) continue;  // another detail, the same value
    alone = f.value;
    out += fmt::format("{}{} (MQTT {})", values++ == 0 ? "" : ", ", f.value, f.version);
  }
  return values == 1 ? alone : out;
}

void add_measures(matrix& m, const std::vector<run_results>& runs) {
  results::session_profile all;  // what any of them has, in the usual order
  for (const run_results& run : runs) {
    const results::session_profile& p = run.profile;
    all.facts.insert(all.facts.end(), p.facts.begin(), p.facts.end());
    all.windows.insert(all.windows.end(), p.windows.begin(), p.windows.end());
  }
  results::sort_profile(all);
  const auto row_of = [&](const std::string& title) -> matrix_measure& {
    for (matrix_measure& known : m.measures) {
      if (known.title == title) return known;
    }
    m.measures.push_back({title, std::vector<std::string>(runs.size())});
    return m.measures.back();
  };
  for (const results::measured_fact& f : all.facts) {
    matrix_measure& row = row_of(results::fact_title(f.name));
    for (std::size_t i = 0; i < runs.size(); ++i) {
      row.values[i] = told_of(results::merged_facts(runs[i].profile), f.name);
    }
  }
  for (const results::measured_window& w : all.windows) row_of(results::window_title(w));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const results::measured_window& w : runs[i].profile.windows) {
      row_of(results::window_title(w)).values[i] = results::window_sentence(w);
    }
  }
}

list measure_fields(const matrix& m) {
  list out;
  for (const matrix_measure& measure : m.measures) {
    list values;
    for (const std::string& value : measure.values) {
      values.push_back(data(value.empty() ? std::string("not measured") : value));
    }
    fields f;
    f["title"] = data(measure.title);
    f["values"] = data(values);
    out.push_back(data(f));
  }
  return out;
}

list column_fields(const matrix& m) {
  list out;
  for (const matrix_column& c : m.columns) {
    fields f;
    f["name"] = data(c.name);
    f["address"] = data(c.address);
    f["started"] = data(c.started_at);
    f["void"] = text_or_none(c.void_reason);
    f["headline"] = data(c.headline);
    f["fails"] = number(c.totals.fail);
    f["passes"] = number(c.totals.pass + c.totals.pass_note);
    f["others"] = number(c.totals.skip + c.totals.inconclusive + c.totals.error);
    out.push_back(data(f));
  }
  return out;
}

}  // namespace

matrix make_matrix(const std::vector<run_results>& runs) {
  matrix m;
  for (const run_results& run : runs) {
    const judgement_text t = judge(run, make_digest(run, {}));
    m.columns.push_back({target_name(run), run.target.address, run.started_at, run.void_reason,
                         t.headline, results::count(run)});
  }
  add_measures(m, runs);
  std::map<std::string_view, std::vector<std::size_t>> rows_of_path;
  for (auto& [id, one] : by_case(runs)) {
    auto& known = rows_of_path[one.about->path];
    const auto alike = std::find_if(known.begin(), known.end(), [&](std::size_t i) {
      return same_outcomes(m.rows[i].cells, one.cells);
    });
    if (alike != known.end()) {
      m.rows[*alike].variants.emplace_back(id);
      continue;
    }
    known.push_back(m.rows.size());
    matrix_row row{one.about->path, one.about->title, one.about->level, {}, {}, false};
    row.variants.emplace_back(id);
    row.differs = !all_alike(one.cells);
    row.cells = std::move(one.cells);
    m.rows.push_back(std::move(row));
  }
  std::sort(m.rows.begin(), m.rows.end(), [](const matrix_row& a, const matrix_row& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (failures_in(a) != failures_in(b)) return failures_in(a) > failures_in(b);
    return a.variants.front() < b.variants.front();
  });
  return m;
}

std::string to_matrix_html(const matrix& m) {
  list differing;
  list partial;
  list alike;
  std::size_t cases_partial = 0;
  std::size_t cases_alike = 0;
  for (const matrix_row& row : m.rows) {
    const bool real = row.differs && rank(row) < only_run_differs;
    (real ? differing : row.differs ? partial : alike).push_back(row_fields(m, row));
    if (!row.differs) cases_alike += row.variants.size();
    if (row.differs && !real) cases_partial += row.variants.size();
  }
  fields page;
  page["columns"] = data(column_fields(m));
  page["brokers"] = data(counted(m.columns.size(), "broker"));
  page["has_measures"] = data(!m.measures.empty());
  page["measures"] = data(measure_fields(m));
  page["has_differing"] = data(!differing.empty());
  page["differing_count"] = data(counted(differing.size(), "row"));
  page["differing"] = data(differing);
  page["has_partial"] = data(!partial.empty());
  page["partial_count"] = data(counted(cases_partial, "case"));
  page["partial"] = data(partial);
  page["has_alike"] = data(!alike.empty());
  page["alike_count"] = data(counted(cases_alike, "case"));
  page["alike"] = data(alike);
  return render_template("matrix", std::move(page));
}

std::string to_matrix_json(const matrix& m) {
  using json = nlohmann::ordered_json;
  json out = {{"format", 1}, {"brokers", json::array()}, {"rows", json::array()}};
  for (const matrix_column& c : m.columns) {
    out["brokers"].push_back({{"name", visible(c.name)},
                              {"address", visible(c.address)},
                              {"started_at", visible(c.started_at)},
                              {"void_reason", visible(c.void_reason)},
                              {"verdict", c.headline},
                              {"pass", c.totals.pass},
                              {"pass_note", c.totals.pass_note},
                              {"fail", c.totals.fail},
                              {"skip", c.totals.skip},
                              {"inconclusive", c.totals.inconclusive},
                              {"error", c.totals.error}});
  }
  out["profile"] = json::array();
  for (const matrix_measure& measure : m.measures) {
    json values = json::array();
    for (const std::string& value : measure.values) values.push_back(visible(value));
    out["profile"].push_back({{"title", visible(measure.title)}, {"values", std::move(values)}});
  }
  for (const matrix_row& row : m.rows) {
    json cells = json::array();
    for (const matrix_cell& cell : row.cells) {
      cells.push_back({{"verdict", word_of(cell.outcome)}, {"detail", visible(cell.detail)}});
    }
    json cases = json::array();
    for (const std::string& id : row.variants) cases.push_back(visible(id));
    out["rows"].push_back({{"path", visible(row.path)},
                           {"title", visible(row.title)},
                           {"level", visible(row.level)},
                           {"differs", row.differs},
                           {"cases", std::move(cases)},
                           {"cells", std::move(cells)}});
  }
  return out.dump(2) + "\n";
}

}  // namespace mqttspec::reports
