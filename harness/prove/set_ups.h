#pragma once
// The suite on one set-up after the other, until each case has run on one that has what it needs.
//
//   on_set_ups<my_driver>(settings, source, make, [&](my_driver& d, const set_up& on,
//                         const case_result& c) { ... });
//
// A driver is told by `proving` when the cases begin, and by note() what came of each.

#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "prove/prove.h"

namespace mqttspec::prove {

template <class Driver>
class phases : public suite::suite_observer {
 public:
  explicit phases(Driver& of) : of_(of) {}
  void sanity_begins(bool) override { of_.proving = false; }
  void cases_begin(std::size_t) override { of_.proving = true; }
  void case_ended(const results::case_result& r) override { of_.note(r); }

 private:
  Driver& of_;
};

// |what| for 0 .. |count| - 1, by |threads| at once.
inline void in_threads(unsigned threads, std::size_t count,
                       const std::function<void(std::size_t)>& what) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t n = next++; n < count; n = next++) what(n);
  };
  std::vector<std::jthread> others;
  for (unsigned n = 1; n < threads; ++n) others.emplace_back(work);
  work();
}

// |take| gets each case once more where an earlier set-up has skipped it. "": all went well; else
// why nothing is proved.
template <class Driver>
std::string on_set_ups(
    const prove_settings& settings, const suite::scenario_source& source,
    const std::function<void(Driver&, const set_up&, const results::case_result&)>& take) {
  std::set<std::string> left;  // skipped until now
  for (const set_up& on : settings.set_ups) {
    const bool first = &on == &settings.set_ups.front();
    if (!first && left.empty()) break;
    Driver driver(settings, on);
    phases<Driver> observer(driver);
    suite::suite_settings suite = settings.suite;
    suite.declared = on.declared;
    suite.engine.user_name = on.user_name;
    suite.engine.password = on.password;
    if (!first) suite.chosen.ids = left;
    const results::run_results r = suite::run_suite(driver, suite, source, observer);
    if (!r.void_reason.empty()) return fmt::format("{}: {}", on.name, r.void_reason);
    for (const results::case_result& c : r.cases) {
      if (c.outcome != results::verdict::skip) {
        left.erase(c.id);
      } else if (first) {
        left.insert(c.id);
      }
      take(driver, on, c);
    }
  }
  return "";
}

}  // namespace mqttspec::prove
