#include "reports/site.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/digest.h"
#include "reports/escape.h"
#include "reports/html.h"
#include "reports/matrix.h"
#include "reports/template.h"
#include "results/standard.h"

namespace mqttspec::reports {

namespace {

struct judged_run {
  const site_run* of = nullptr;
  digest d;
};

// A file name of letters, digits, dots and dashes.
std::string file_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       (c == '.' && !out.empty()) || c == '-';
    out += plain ? c : '_';
  }
  return out;
}

std::string page_of(const site_run& r) {
  return file_name(r.name) + ".html";
}

std::string page_of(const catalogue_entry& e) {
  return file_name(fmt::format("{}-{}", e.version, e.id)) + ".html";
}

const char* word_of(standing s) {
  switch (s) {
    case standing::violated:
      return "violates it";
    case standing::inconclusive:
      return "unclear";
    case standing::checked:
      return "keeps it";
    case standing::not_checked:
    case standing::not_testable:
      break;
  }
  return "not checked";
}

const statement_state* state_in(const judged_run& r, const catalogue_entry& e) {
  const auto found = std::find_if(
      r.d.statements.begin(), r.d.statements.end(),
      [&](const statement_state& s) { return s.about.id == e.id && s.about.version == e.version; });
  return found == r.d.statements.end() ? nullptr : &*found;
}

std::string statement_page(const catalogue_entry& e, const std::vector<judged_run>& runs) {
  list rows;
  for (const judged_run& r : runs) {
    const statement_state* s = state_in(r, e);
    const standing is = s == nullptr ? standing::not_checked : s->is;
    list cases;
    if (s != nullptr) {
      for (const std::size_t i : s->violated_by) {
        const results::case_result& c = r.of->run.cases[i];
        cases.push_back(fields{{"id", c.id},
                               {"address", fmt::format("../{}#{}", page_of(*r.of), uri_text(c.id))},
                               {"why", fault_line(c)}});
      }
    }
    rows.push_back(fields{{"broker", target_name(r.of->run)},
                          {"page", page_of(*r.of)},
                          {"standing", word_of(is)},
                          {"class", std::string(is == standing::violated  ? "fail"
                                                : is == standing::checked ? "pass"
                                                                          : "skip")},
                          {"cases", cases}});
  }
  return render_template("site_statement",
                         {{"style_css", std::string(template_files().at("style.css"))},
                          {"id", e.id},
                          {"protocol", protocol_name(e.version)},
                          {"section", e.section},
                          {"level", e.level},
                          {"summary", e.summary},
                          {"status", text_or_none(e.status == "testable" ? "" : e.why)},
                          {"address", results::address_of_statement(e.version, e.id, e.section)},
                          {"rows", rows}});
}

data broker_row(const judged_run& r) {
  const judgement_text t = judge(r.of->run, r.d);
  const results::totals n = results::count(r.of->run);
  std::size_t violated = 0;
  for (const version_counts& v : r.d.versions) violated += v.violated;
  return fields{{"broker", target_name(r.of->run)}, {"page", page_of(*r.of)},
                {"headline", t.headline},           {"violated", number(violated)},
                {"fail", number(n.fail)},           {"inconclusive", number(n.inconclusive)},
                {"skip", number(n.skip)},           {"pass", number(n.pass + n.pass_note)}};
}

data statement_row(const catalogue_entry& e, const std::vector<judged_run>& runs) {
  std::size_t keep = 0;
  std::size_t violate = 0;
  for (const judged_run& r : runs) {
    const statement_state* s = state_in(r, e);
    keep += s != nullptr && s->is == standing::checked;
    violate += s != nullptr && s->is == standing::violated;
  }
  return fields{{"id", e.id},           {"page", page_of(e)},
                {"summary", e.summary}, {"protocol", protocol_name(e.version)},
                {"keep", number(keep)}, {"violate", number(violate)}};
}

}  // namespace

std::vector<site_page> make_site(const std::vector<site_run>& runs, const catalogue& statements) {
  std::vector<judged_run> judged;
  std::vector<results::run_results> all;
  for (const site_run& r : runs) {
    judged.push_back({&r, make_digest(r.run, statements)});
    all.push_back(r.run);
  }
  std::vector<site_page> out;
  list brokers;
  for (const judged_run& r : judged) {
    brokers.push_back(broker_row(r));
    out.push_back({page_of(*r.of), to_html(r.of->run, {&statements, nullptr})});
  }
  list rows;
  for (const catalogue_entry& e : statements) {
    // What binds clients and what cannot be seen is nobody's to keep here.
    if (e.status != "testable") continue;
    rows.push_back(statement_row(e, judged));
    out.push_back({"statements/" + page_of(e), statement_page(e, judged)});
  }
  out.push_back({"matrix.html", to_matrix_html(make_matrix(all))});
  out.push_back(
      {"index.html",
       render_template("site_index", {{"style_css", std::string(template_files().at("style.css"))},
                                      {"brokers", brokers},
                                      {"statements", rows}})});
  return out;
}

}  // namespace mqttspec::reports
