#include "prove/report.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "reports/escape.h"

namespace mqttspec::prove {

namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& s : list) out += (out.empty() ? "" : " ") + s;
  return out;
}

std::string_view effect_name(effect e) {
  switch (e) {
    case effect::kill:
      return "kill";
    case effect::wrong_blame:
      return "wrong-blame";
    case effect::swept:
      return "swept";
    case effect::premise:
      return "premise";
    case effect::none:
      return "none";
  }
  return "";
}

double score(const proof& p) {
  return p.defects.empty()
             ? 0.0
             : 100.0 * static_cast<double>(p.killed()) / static_cast<double>(p.defects.size());
}

std::string score_line(const proof& p) {
  return fmt::format("{} of {} defects killed ({:.1f} %), {} cases without a kill, {} wrong blames",
                     p.killed(), p.defects.size(), score(p), p.idle().size(), p.wrong_blames());
}

// Cases that are not asked for a kill, by the reason.
std::map<std::string, std::vector<std::string>> apart(const proof& p) {
  std::map<std::string, std::vector<std::string>> out;
  for (const proven_case& c : p.cases) {
    if (!c.has_run()) {
      out[c.reason].push_back(c.id);
    } else if (!c.can_fail()) {
      out["level " + c.level + ": records what the broker does, never fails"].push_back(c.id);
    }
  }
  return out;
}

}  // namespace

std::string to_text(const proof& p) {
  std::string out;
  if (!p.failure.empty()) return "nothing was proved: " + reports::visible_line(p.failure) + "\n";
  for (const proven_case* c : p.unsound()) {
    out += fmt::format("NOT SOUND  {} is {} on the sound broker ({}): {}\n", c->id,
                       results::verdict_name(c->outcome), c->set_up, c->reason);
  }
  for (const proven_defect* d : p.survivors()) {
    out += fmt::format("SURVIVES   {}: {} [{}]; {} cases were tried\n", d->what->name,
                       d->what->sentence, d->what->breaks, d->tried);
    for (const proven_case& c : p.cases) {
      for (const trial& t : c.trials) {
        if (p.defects[t.defect].what == d->what && t.what == effect::premise) {
          out +=
              fmt::format("             no accusation by {}: {} ({})\n", c.id, t.message, t.line);
        }
      }
    }
  }
  for (const proven_case* c : p.idle()) {
    out += fmt::format("IDLE       {} kills nothing; {} defects were tried ({}:{})\n", c->id,
                       c->trials.size(), c->file, c->line);
  }
  for (const proven_case& c : p.cases) {
    for (const trial& t : c.trials) {
      if (t.what != effect::wrong_blame) continue;
      out += fmt::format("WRONG      {} blames {} for {}: {} ({})\n", c.id, joined(t.cited),
                         p.defects[t.defect].what->name, t.message, t.line);
    }
  }
  for (const auto& [reason, ids] : apart(p)) {
    out += fmt::format("apart      {} cases: {}\n", ids.size(), reason);
  }
  out += fmt::format("{} cases, {} runs\n{}\n", p.cases.size(), p.runs, score_line(p));
  return out;
}

std::string to_json(const proof& p) {
  using nlohmann::json;
  json defects = json::array();
  for (const proven_defect& d : p.defects) {
    std::vector<std::string> statements;
    for (const auto s : broker::statements_of(*d.what)) statements.emplace_back(s);
    defects.push_back({{"name", d.what->name},
                       {"sentence", d.what->sentence},
                       {"breaks", statements},
                       {"seen_in", d.what->seen_in},
                       {"tried", d.tried},
                       {"killed_by", d.killers}});
  }
  json cases = json::array();
  for (const proven_case& c : p.cases) {
    json trials = json::array();
    for (const trial& t : c.trials) {
      json one = {{"defect", p.defects[t.defect].what->name}, {"effect", effect_name(t.what)}};
      if (t.what != effect::none) {
        one["message"] = t.message;
        one["line"] = t.line;
      }
      if (!t.cited.empty()) one["cited"] = t.cited;
      trials.push_back(std::move(one));
    }
    cases.push_back({{"id", c.id},
                     {"level", c.level},
                     {"set_up", c.set_up},
                     {"outcome", results::verdict_name(c.outcome)},
                     {"reason", c.reason},
                     {"kills", c.count(effect::kill)},
                     {"trials", std::move(trials)}});
  }
  json all = {{"format", 1},
              {"failure", p.failure},
              {"score",
               {{"defects", p.defects.size()},
                {"killed", p.killed()},
                {"idle_cases", p.idle().size()},
                {"wrong_blames", p.wrong_blames()},
                {"runs", p.runs}}},
              {"defects", std::move(defects)},
              {"cases", std::move(cases)}};
  return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string to_html(const proof& p) {
  const auto text = [](std::string_view s) { return reports::html_text(s); };
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>mqttspec prove</title>\n"
      "<style>body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;"
      "padding:0 1rem;color:#1d2530;background:#fff}table{border-collapse:collapse;width:100%}"
      "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-top:1px solid #d5dae2}"
      "code{font:13px ui-monospace,monospace}.bad{color:#a3161f;font-weight:600}"
      ".good{color:#176b36}.small{color:#566070;font-size:13px}summary{cursor:pointer}"
      "@media(prefers-color-scheme:dark){body{background:#14181e;color:#dfe5ee}"
      "th,td{border-color:#343c48}.bad{color:#ff8d93}.good{color:#7fd79d}.small{color:#9aa6b6}}"
      "</style></head><body>\n<h1>Which defects the cases catch</h1>\n";
  out += fmt::format("<p class=\"{}\">{}.</p>\n", p.complete() ? "good" : "bad",
                     text(p.failure.empty() ? score_line(p) : "nothing was proved: " + p.failure));
  const std::string missing = to_text(p);
  if (!p.complete()) out += fmt::format("<h2>What is missing</h2>\n<pre>{}</pre>\n", text(missing));
  out +=
      "<h2>Defects</h2>\n<table><thead><tr><th>defect</th><th>statements it breaks</th>"
      "<th>killed by</th></tr></thead><tbody>\n";
  for (const proven_defect& d : p.defects) {
    std::string killers;
    for (const std::string& id : d.killers) killers += fmt::format("<br><code>{}</code>", text(id));
    const std::string seen =
        d.what->seen_in.empty()
            ? ""
            : fmt::format("<div class=\"small\">seen in {}</div>", text(d.what->seen_in));
    out += fmt::format(
        "<tr id=\"{0}\"><td><code>{0}</code><div>{1}</div>{2}</td><td class=\"small\">{3}</td>"
        "<td>{4}</td></tr>\n",
        text(d.what->name), text(d.what->sentence), seen, text(d.what->breaks),
        d.killers.empty() ? fmt::format("<span class=\"bad\">nobody</span>, {} tried", d.tried)
                          : fmt::format("<details><summary>{} of {} cases</summary>{}</details>",
                                        d.killers.size(), d.tried, killers));
  }
  out +=
      "</tbody></table>\n<h2>Cases</h2>\n<table><thead><tr><th>case</th><th>on</th>"
      "<th>defects it kills</th></tr></thead><tbody>\n";
  for (const proven_case& c : p.cases) {
    std::string killed;
    for (const trial& t : c.trials) {
      if (t.what != effect::kill) continue;
      const auto name = text(p.defects[t.defect].what->name);
      killed += fmt::format("<br><a href=\"#{0}\"><code>{0}</code></a>", name);
    }
    const std::size_t kills = c.count(effect::kill);
    std::string cell;
    if (!c.has_run()) {
      cell = text("skipped: " + c.reason);
    } else if (!c.can_fail()) {
      cell = "level " + text(c.level) + ": never fails";
    } else if (kills == 0) {
      cell = fmt::format("<span class=\"bad\">none</span>, {} tried", c.trials.size());
    } else {
      cell = fmt::format("<details><summary>{} of {} tried</summary>{}</details>", kills,
                         c.trials.size(), killed);
    }
    out += fmt::format("<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n", text(c.id),
                       text(c.set_up), cell);
  }
  out += "</tbody></table>\n</body></html>\n";
  return out;
}

}  // namespace mqttspec::prove
