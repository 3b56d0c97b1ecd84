// What leaves the program: traces as text, secrets hidden.

#include <algorithm>
#include <array>

#include "base/visible.h"
#include "results/fields.h"

namespace mqttspec::results {

namespace {

// These are our own words; others read them as names, and a secret that is a common word may not
// change them.
constexpr std::array names = std::to_array<std::string_view>(
    {"id",    "path",     "name", "version", "row",     "title",     "file",
     "level", "tags",     "rule", "summary", "from",    "client",    "hex",
     "kind",  "purposes", "verb", "seen_in", "history", "started_at"});

// Puts |change(text)| in the place of every text that |wanted(key)| names.
template <class Wanted, class Change>
class each_text {
 public:
  each_text(Wanted wanted, Change change) : wanted_(wanted), change_(change) {}

  template <class T>
  void operator()(std::string_view key, T& member) {
    if (wanted_(key)) walk(member);
  }

 private:
  void walk(std::string& s) { s = change_(s); }
  void walk(std::map<std::string, std::string>& m) {
    for (auto& [key, value] : m) walk(value);
  }
  template <class T>
  void walk(std::vector<T>& list) {
    for (T& one : list) walk(one);
  }
  template <class T>
  void walk(std::optional<T>& maybe) {
    if (maybe) walk(*maybe);
  }
  template <class T>
  void walk(T& other) {
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, duration>) fields(*this, other);
  }

  Wanted wanted_;
  Change change_;
};

template <class T>
void print_trace(T& of, const trace::secrets& hidden) {
  if (!of.trace.empty()) of.packets = trace::print(of.trace, hidden);
  of.trace.clear();
}

template <class T>
void hide_in(T& what, const trace::secrets& hidden) {
  each_text hider(
      [](std::string_view key) {
        return std::find(names.begin(), names.end(), key) == names.end();
      },
      [&](const std::string& s) { return hidden.hide(s); });
  fields(hider, what);
}

}  // namespace

void make_public(case_result& c, const trace::secrets& hidden) {
  print_trace(c, hidden);
  hide_in(c, hidden);
}

case_result as_visible(case_result c) {
  each_text all([](std::string_view) { return true; },
                [](const std::string& s) { return visible(s); });
  fields(all, c);
  c.again = visible(c.again);
  return c;
}

void make_public(run_finding& f, const trace::secrets& hidden) {
  print_trace(f, hidden);
  hide_in(f, hidden);
}

void make_public(run_results& r, const trace::secrets& hidden) {
  for (case_result& c : r.cases) print_trace(c, hidden);
  for (run_finding& f : r.findings) print_trace(f, hidden);
  hide_in(r, hidden);
}

void name_case_files(run_results& r, const std::string& cases_root) {
  const auto named = [&](const std::string& file) -> std::string {
    if (!cases_root.empty() && file.starts_with(cases_root + "/")) {
      return "cases" + file.substr(cases_root.size());
    }
    // One of the reader's own: where it lies is no business of others.
    return file.starts_with('/') ? file.substr(file.rfind('/') + 1) : file;
  };
  // What leads to a file, and files.
  static constexpr std::array way =
      std::to_array<std::string_view>({"cases", "fault", "where", "file"});
  each_text files(
      [](std::string_view key) { return std::find(way.begin(), way.end(), key) != way.end(); },
      named);
  fields(files, r);
}

}  // namespace mqttspec::results
