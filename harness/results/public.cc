// What leaves the program: traces as text, secrets hidden.

#include <algorithm>
#include <array>

#include "results/fields.h"

namespace mqttspec::results {

namespace {

// These are our own words; others read them as names, and a secret that is a common word may not
// change them.
constexpr std::array names = std::to_array<std::string_view>(
    {"id",    "path",     "name", "version", "row",     "title",     "file",
     "level", "tags",     "rule", "summary", "from",    "client",    "hex",
     "kind",  "purposes", "verb", "seen_in", "history", "started_at"});

class hider {
 public:
  explicit hider(const trace::secrets& hidden) : hidden_(hidden) {}

  template <class T>
  void operator()(std::string_view key, T& member) {
    if (std::find(names.begin(), names.end(), key) == names.end()) hide(member);
  }

 private:
  void hide(std::string& s) { s = hidden_.hide(s); }
  void hide(std::map<std::string, std::string>& m) {
    for (auto& [key, value] : m) hide(value);
  }
  template <class T>
  void hide(std::vector<T>& list) {
    for (T& one : list) hide(one);
  }
  template <class T>
  void hide(std::optional<T>& maybe) {
    if (maybe) hide(*maybe);
  }
  template <class T>
  void hide(T& other) {
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, duration>) fields(*this, other);
  }

  const trace::secrets& hidden_;
};

template <class T>
void print_trace(T& of, const trace::secrets& hidden) {
  if (!of.trace.empty()) of.packets = trace::print(of.trace, hidden);
  of.trace.clear();
}

template <class T>
void hide_in(T& what, const trace::secrets& hidden) {
  hider h(hidden);
  fields(h, what);
}

}  // namespace

void make_public(case_result& c, const trace::secrets& hidden) {
  print_trace(c, hidden);
  hide_in(c, hidden);
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

}  // namespace mqttspec::results
