#include <fmt/format.h>

#include "prove/report.h"
#include "reports/escape.h"

namespace mqttspec::prove {

namespace {

constexpr std::string_view head =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\"><title>mqttspec prove</title>\n"
    "<style>body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:80rem;"
    "padding:0 1rem;color:#1d2530;background:#fff}table{border-collapse:collapse;width:100%;"
    "table-layout:fixed}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;"
    "border-top:1px solid #d5dae2;overflow-wrap:anywhere}thead th{position:sticky;top:0;"
    "background:#fff}code{font:13px ui-monospace,monospace}.bad{color:#a3161f;font-weight:600}"
    ".good{color:#176b36}.small{color:#566070;font-size:13px}summary{cursor:pointer}"
    ".whole{white-space:nowrap}ul{margin:.2rem 0 .2rem 1.1rem;padding:0}:target{outline:2px solid "
    "#2b6cb0}"
    "@media(prefers-color-scheme:dark){body,thead th{background:#14181e;color:#dfe5ee}"
    "th,td{border-color:#343c48}.bad{color:#ff8d93}.good{color:#7fd79d}.small{color:#9aa6b6}"
    "a{color:#8db9f0}}</style></head><body>\n<h1>Which defects the cases catch</h1>\n";

std::string text(std::string_view s) {
  return reports::html_text(s);
}

// "<details>3 of 20 cases" with a list inside.
std::string folded(const std::string& summary, const std::string& items) {
  return fmt::format("<details><summary>{}</summary><ul>{}</ul></details>", summary, items);
}

std::string link_or_text(std::string_view seen_in) {
  const bool link = seen_in.starts_with("https://") && seen_in.find(' ') == seen_in.npos;
  return link ? fmt::format("<a href=\"{0}\">{0}</a>", text(seen_in)) : text(seen_in);
}

std::string rules_of(const proven_defect& d) {
  std::string out;
  for (const auto& [name, cases] : d.rules) {
    out += fmt::format("<li><code>{}</code> in {}</li>", text(name), cases);
  }
  if (!out.empty()) return "<ul>" + out + "</ul>";
  return d.other_rules.empty() ? "" : "<span class=\"small\">noticed, for another reason</span>";
}

// Each whole: their hyphens are no places to break a line.
std::string statements_of(const proven_defect& d) {
  std::string out;
  for (const std::string_view one : d.what.statements()) {
    out += fmt::format("<span class=\"whole\">{}</span> ", text(one));
  }
  return out;
}

std::string row_of(const proven_defect& d) {
  std::string killers;
  for (const std::string& id : d.killers) {
    killers += fmt::format("<li><a href=\"#case-{0}\"><code>{0}</code></a></li>", text(id));
  }
  const std::string seen =
      d.what.seen_in.empty()
          ? ""
          : fmt::format("<div class=\"small\">seen in {}</div>", link_or_text(d.what.seen_in));
  const std::string killed =
      d.killers.empty()
          ? fmt::format("<span class=\"bad\">nobody</span>, of {} that it touches", d.tried)
          : folded(fmt::format("{} of {} that it touches", d.killers.size(), d.tried), killers);
  return fmt::format(
      "<tr id=\"{0}\"><td><code>{0}</code><div>{1}</div>{2}</td><td class=\"small\">{3}</td>"
      "<td>{4}</td><td>{5}</td></tr>\n",
      text(d.what.name), text(d.what.sentence), seen, statements_of(d), killed, rules_of(d));
}

std::string row_of(const proof& p, const proven_case& c) {
  std::string killed;
  for (const trial& t : c.trials) {
    if (!kills(t.what)) continue;
    const auto name = text(p.defects[t.defect].what.name);
    killed += fmt::format("<li><a href=\"#{0}\"><code>{0}</code></a>{1}</li>", name,
                          t.what == effect::kill ? "" : " (a malformed packet)");
  }
  std::string cell;
  if (!c.has_run()) {
    cell = text("not run: " + c.reason);
  } else if (!c.can_fail()) {
    cell = "level " + text(c.level) + ": never fails";
  } else {
    const std::size_t own = c.count(effect::kill);
    cell = folded(fmt::format("{} by its own claims, {} malformed, of {} that touch it",
                              own == 0 ? "<span class=\"bad\">none</span>" : std::to_string(own),
                              c.count(effect::format_kill), c.trials.size()),
                  killed);
  }
  return fmt::format(
      "<tr id=\"case-{0}\"><td><code>{0}</code><div class=\"small\">{1}</div></td><td>{2}</td>"
      "<td>{3}</td></tr>\n",
      text(c.id), text(c.title), text(c.set_up), cell);
}

}  // namespace

std::string to_html(const proof& p) {
  std::string out(head);
  out += fmt::format("<p class=\"{}\">{}.</p>\n", p.complete() ? "good" : "bad",
                     text(p.failure.empty() ? score_line(p) : "nothing was proved: " + p.failure));
  out +=
      fmt::format("<p>The trace rules alone notice {} of {} defects, with {} false alarms.</p>\n",
                  p.noticed_by_rules(), p.defects.size(), p.false_alarms());
  out +=
      "<p class=\"small\">A case kills a defect when it fails on a broker that has it, and cites a "
      "statement that the defect breaks. A defect touches a case when its broker would decide "
      "otherwise at least once.</p>\n";
  if (!p.complete()) {
    out += fmt::format("<h2>What is missing</h2>\n<pre>{}</pre>\n", text(to_text(p)));
  }
  out +=
      "<h2>Defects</h2>\n<table><thead><tr><th style=\"width:34%\">defect</th>"
      "<th style=\"width:20%\">statements it breaks</th><th>killed by cases</th>"
      "<th style=\"width:20%\">noticed by trace rules</th></tr></thead><tbody>\n";
  for (const proven_defect& d : p.defects) out += row_of(d);
  out +=
      "</tbody></table>\n<h2>Cases</h2>\n<table><thead><tr><th style=\"width:50%\">case</th>"
      "<th style=\"width:14%\">broker</th><th>defects it kills</th></tr></thead><tbody>\n";
  for (const proven_case& c : p.cases) out += row_of(p, c);
  return out + "</tbody></table>\n</body></html>\n";
}

}  // namespace mqttspec::prove
