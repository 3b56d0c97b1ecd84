#include "robustness/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "robustness/generate.h"
#include "robustness/shrink.h"

namespace mqttspec::robustness {

std::string_view kind_name(finding_kind k) {
  switch (k) {
    case finding_kind::crash:
      return "crash";
    case finding_kind::hang:
      return "hang";
    case finding_kind::harm:
      return "harm to others";
    case finding_kind::lock_out:
      return "lock-out";
    case finding_kind::sanitizer:
      return "sanitizer report";
    case finding_kind::growth:
      return "growth of memory";
  }
  return "";
}

namespace {

constexpr unsigned confirming_tries = 3;
constexpr std::size_t growth_batches = 3;
constexpr std::size_t most_of_a_kind = 3;  // that are confirmed with the same evidence

// The same for lines that differ in numbers and addresses only.
std::string without_numbers(const std::string& line) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    if (!is_digit(line[i])) {
      out += line[i++];
      continue;
    }
    out += '#';
    const bool hex = line.compare(i, 2, "0x") == 0;
    if (hex) i += 2;
    while (i < line.size() && (is_digit(line[i]) ||
                               (hex && std::isxdigit(static_cast<unsigned char>(line[i])) != 0))) {
      ++i;
    }
  }
  return out;
}

bool is_sanitizer(const std::string& line) {
  return line.find("Sanitizer") != line.npos || line.find("runtime error:") != line.npos;
}

class campaign {
 public:
  campaign(bench& on, const campaign_settings& settings, const campaign_observer& observer)
      : on_(on), settings_(settings), observer_(observer), random_(settings.seed) {}

  campaign_result run() {
    const instant began = on_.now();
    const instant end = saturating_add(began, settings_.length);
    control_arm_holds();
    for (std::size_t n = 0; on_.now() < end && !over(); ++n) {
      batch(operations()[n % operations().size()]);
      out_.took = on_.now() - began;
      observer_(out_);
    }
    judge_memory();
    out_.interrupted = on_.interrupted();
    out_.took = on_.now() - began;
    return std::move(out_);
  }

 private:
  bool over() const {
    return on_.interrupted() || !out_.ended_early.empty() ||
           out_.findings.size() >= settings_.most_findings;
  }

  experiment draw(std::string_view operation) {
    const auto version = settings_.versions[random_.below(settings_.versions.size())];
    experiment e = make_experiment(random_, version, operation,
                                   static_cast<session_state>(random_.below(session_states)));
    e.with_absent = with_absent_;
    return e;
  }

  // Without hostile octets everything must work, or nothing can be said about them.
  void control_arm_holds() {
    bool asked = false;
    for (const auto version : settings_.versions) {
      for (std::uint8_t s = 0; s < session_states; ++s) {
        const auto state = static_cast<session_state>(s);
        outcome o = control(version, state);
        if (o.became != fate::served && o.became != fate::lost && with_absent_ &&
            o.evidence.starts_with("o:")) {
          out_.doubts.push_back("left out: the client that is away, which does not get along: " +
                                o.evidence);
          with_absent_ = false;
          o = control(version, state);
        }
        if (o.became == fate::served || on_.interrupted()) continue;
        if (is_silent(o) && !std::exchange(asked, true) && answers_nobody()) {
          out_.ended_early = "the broker serves nobody: " + o.evidence;
          return;
        }
        if (o.became == fate::lost) {
          out_.ended_early = "the broker was lost without any hostile octets: " + o.evidence;
          return;
        }
        out_.doubts.push_back(
            fmt::format("left out: state '{}' by {} does not work without hostile octets: {}",
                        state_name(state), wire::version_name(version), o.evidence));
        left_out_.insert({version, state});
      }
    }
    if (left_out_.size() == settings_.versions.size() * session_states) {
      out_.ended_early = "no state works without hostile octets: " + out_.doubts.back();
    }
  }
  static bool is_silent(const outcome& o) {
    return o.became != fate::served && o.evidence.find("nothing came") != o.evidence.npos;
  }
  // Each state would show it too, one after the other.
  bool answers_nobody() {
    std::vector<experiment> all;
    for (const auto version : settings_.versions) {
      all.push_back(plain(version, session_state::unconnected));
    }
    const std::vector<outcome> outcomes = on_.play(all);
    return std::all_of(outcomes.begin(), outcomes.end(), is_silent);
  }
  experiment plain(wire::protocol_version version, session_state state) const {
    experiment e;
    e.version = version;
    e.state = state;
    e.operation = "nothing";
    e.with_absent = with_absent_;
    return e;
  }
  outcome control(wire::protocol_version version, session_state state) {
    return play_alone(plain(version, state));
  }

  outcome play_alone(const experiment& e) { return std::move(on_.play({&e, 1}).front()); }

  void batch(std::string_view operation) {
    std::vector<experiment> drawn;
    for (int tries = 0; drawn.size() < settings_.at_once && tries < 1000; ++tries) {
      experiment e = draw(operation);
      if (!left_out_.contains({e.version, e.state})) drawn.push_back(std::move(e));
    }
    const std::vector<outcome> outcomes = on_.play(drawn);
    if (on_.interrupted()) return;  // what was cut short says nothing
    bool all_served = true;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      count(drawn[i], outcomes[i]);
      all_served = all_served && outcomes[i].became == fate::served;
    }
    std::string gone = last_words();
    if (gone.empty() && !all_served) gone = serves_nobody();
    if (std::string words = gone.empty() ? "" : last_words(); !words.empty()) gone = words;
    if (!gone.empty()) {
      find_killer(drawn, outcomes, gone);
    } else {
      for (std::size_t i = 0; i < drawn.size() && !over(); ++i) {
        const fate f = outcomes[i].became;
        if (f == fate::harmed || f == fate::locked_out) confirm(drawn[i], outcomes[i]);
      }
    }
    hear_alarms(operation, drawn);
    if (const std::uint64_t octets = on_.resident_octets(); octets != 0) {
      out_.memory.push_back({out_.experiments, octets});
    }
  }

  void count(const experiment& e, const outcome& o) {
    ++out_.experiments;
    if (o.became == fate::unprepared) {
      ++out_.unprepared;
      out_.unprepared_evidence = o.evidence;
      return;
    }
    if (o.became == fate::lost || o.became == fate::unclear) return;
    ++out_.by_operation[e.operation][static_cast<std::size_t>(o.seen)];
    ++out_.by_state[static_cast<std::size_t>(e.state)];
  }

  // How the broker was lost, and what it said first of what tells of a defect.
  std::string last_words() {
    std::string how = on_.lost();
    if (how.empty()) return how;
    std::string first;
    for (const std::string& line : on_.alarms()) {
      ++out_.alarms[without_numbers(line)];
      if (first.empty()) first = line;
    }
    return first.empty() ? how : first + " (" + how + ")";
  }

  // True when there is a broker again.
  bool revive() {
    ++out_.restarts;
    const std::string why = on_.revive();
    if (!why.empty()) out_.ended_early = "the broker is gone and cannot be started: " + why;
    return why.empty();
  }

  // Not empty: it runs and takes connections, and that is all.
  std::string serves_nobody() {
    const auto version = left_out_.contains({settings_.versions[0], session_state::unconnected})
                             ? settings_.versions.back()
                             : settings_.versions[0];
    const outcome o = control(version, session_state::unconnected);
    if (o.became == fate::served || o.became == fate::unclear) return "";
    return "it serves nobody any more: " + o.evidence;
  }

  // Plays |e| alone. Not empty: how the broker was lost by it; it must be revived then.
  std::string lost_by(const experiment& e, outcome& o) {
    o = play_alone(e);
    std::string gone = last_words();
    if (!gone.empty()) return gone;
    gone = serves_nobody();
    // It may have been dying.
    std::string words = gone.empty() ? "" : last_words();
    return words.empty() ? gone : words;
  }

  // One of |drawn| took the broker away, as |how| tells: each is played alone, first those that
  // were under way when it happened.
  void find_killer(const std::vector<experiment>& drawn, const std::vector<outcome>& outcomes,
                   const std::string& how) {
    if (!revive()) {
      out_.doubts.push_back(fmt::format("lost during {} experiments of '{}': {}", drawn.size(),
                                        drawn.front().operation, how));
      return;
    }
    for (const bool under_way : {true, false}) {
      for (std::size_t i = 0; i < drawn.size() && !over(); ++i) {
        if ((outcomes[i].became == fate::lost) != under_way) continue;
        outcome o;
        const std::string evidence = lost_by(drawn[i], o);
        if (evidence.empty()) continue;
        if (!revive()) return;
        return confirm(drawn[i], {fate::lost, o.seen, evidence, o.trial});
      }
    }
    out_.doubts.push_back(
        fmt::format("{}; during {} experiments of '{}', and by none of them alone", how,
                    drawn.size(), drawn.front().operation));
  }

  // |e| ended like |first|: does it again, and does nothing not?
  void confirm(const experiment& e, const outcome& first) {
    const std::string like =
        fmt::format("{} {}", static_cast<int>(first.became), without_numbers(first.evidence));
    if (finding* known = find_like(first)) {
      ++known->times;
      return;
    }
    if (++seen_[like] > most_of_a_kind) return;
    finding f;
    f.found_by = e;
    f.evidence = first.evidence;
    for (; f.tries < confirming_tries; ++f.tries) {
      const auto failed = fails_like(e, first.became, f);
      if (!failed) return;  // no broker any more
      f.failed += *failed ? 1 : 0;
    }
    if (f.failed < 2) {
      out_.doubts.push_back(fmt::format("{} of {} times when played alone: {} ({}, {})", f.failed,
                                        f.tries, f.evidence, e.operation, state_name(e.state)));
      return;
    }
    const outcome nothing = control(e.version, e.state);
    if (nothing.became != fate::served) {
      if (nothing.became == fate::lost) revive();
      out_.doubts.push_back(
          fmt::format("also without the octets ({}): {}", state_name(e.state), nothing.evidence));
      return;
    }
    finding scratch = f;
    f.shown_by = shrink(
        e,
        [&](const experiment& s) {
          if (over()) return false;
          const auto failed = fails_like(s, first.became, scratch);
          return failed && *failed;
        },
        settings_.shrink_tries);
    // Of the smallest that failed.
    f.trial = std::move(scratch.trial);
    f.kind = kind_of(first.became, f.evidence);
    add(std::move(f));
  }

  // A crash with the same last words. Of others the words are too few to tell them apart.
  finding* find_like(const outcome& o) {
    if (o.became != fate::lost) return nullptr;
    for (finding& f : out_.findings) {
      if (without_numbers(f.evidence) == without_numbers(o.evidence)) return &f;
    }
    return nullptr;
  }

  static finding_kind kind_of(fate became, const std::string& evidence) {
    if (became == fate::harmed) return finding_kind::harm;
    if (became == fate::locked_out) return finding_kind::lock_out;
    const bool runs = evidence.find("does not take connections") != evidence.npos ||
                      evidence.find("serves nobody") != evidence.npos;
    return runs ? finding_kind::hang : finding_kind::crash;
  }

  // nullopt: the broker is gone for good.
  std::optional<bool> fails_like(const experiment& e, fate like, finding& f) {
    outcome o;
    const std::string gone = lost_by(e, o);
    if (!gone.empty()) {
      o.became = fate::lost;
      o.evidence = gone;
      if (!revive()) return std::nullopt;
    }
    if (o.became != like) return false;
    f.evidence = o.evidence;
    f.trial = std::move(o.trial);
    return true;
  }

  void add(finding f) {
    for (finding& known : out_.findings) {
      if (known.kind == f.kind && known.shown_by.sends == f.shown_by.sends) {
        ++known.times;
        return;
      }
    }
    out_.findings.push_back(std::move(f));
  }

  void hear_alarms(std::string_view operation, const std::vector<experiment>& drawn) {
    for (const std::string& line : on_.alarms()) {
      const std::string plain = without_numbers(line);
      const bool first = ++out_.alarms[plain] == 1;
      if (!first || !is_sanitizer(line)) continue;
      finding f;
      f.kind = finding_kind::sanitizer;
      f.evidence = line;
      f.found_by = f.shown_by = drawn.front();
      f.shown_by.operation = fmt::format("{}, one of {}", operation, drawn.size());
      out_.findings.push_back(std::move(f));
    }
  }

  // More and more, from the second third of the run to the last?
  void judge_memory() {
    const auto& m = out_.memory;
    if (m.size() < 12 || over()) return;
    const auto middle = [&](std::size_t first, std::size_t last) {
      std::vector<std::uint64_t> some;
      for (std::size_t i = first; i < last; ++i) some.push_back(m[i].octets);
      std::nth_element(some.begin(), some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2),
                       some.end());
      return some[some.size() / 2];
    };
    const std::uint64_t second = middle(m.size() / 3, 2 * m.size() / 3);
    const std::uint64_t third = middle(2 * m.size() / 3, m.size());
    constexpr std::uint64_t worth_a_look = std::uint64_t{8} << 20;
    if (third < second + worth_a_look || third < second + second / 5) return;
    out_.doubts.push_back(fmt::format("memory grew from {} MiB to {} MiB within a third of the run",
                                      second >> 20, third >> 20));
    for (const std::string_view operation : operations()) {
      if (over()) return;
      confirm_growth(operation);
    }
  }

  std::vector<experiment> some(std::string_view operation, bool hostile) {
    std::vector<experiment> drawn;
    while (drawn.size() < settings_.at_once) {
      experiment e = draw(operation);
      if (left_out_.contains({e.version, e.state})) continue;
      if (!hostile) e.sends.clear();
      drawn.push_back(std::move(e));
    }
    return drawn;
  }

  // Octets that batches of |operation| leave; that send nothing when not |hostile|.
  std::uint64_t grown_by(std::string_view operation, bool hostile) {
    const std::uint64_t before = on_.resident_octets();
    for (std::size_t n = 0; n < growth_batches && on_.lost().empty(); ++n)
      on_.play(some(operation, hostile));
    if (!last_words().empty()) {
      revive();
      return 0;
    }
    const std::uint64_t after = on_.resident_octets();
    return after > before ? after - before : 0;
  }

  // Batches of one operation against batches that send nothing. What grows once only may be a pool
  // that was filled, unless it is huge.
  void confirm_growth(std::string_view operation) {
    constexpr std::uint64_t much = std::uint64_t{4} << 20;
    constexpr std::uint64_t huge = std::uint64_t{64} << 20;
    const std::uint64_t nothing = grown_by(operation, false);
    const std::uint64_t first = grown_by(operation, true);
    if (first < much || first < 4 * nothing) return;
    const std::uint64_t second = grown_by(operation, true);
    const bool again = second >= much && second >= 4 * nothing;
    if (!again && first < huge) return;
    finding f;
    f.kind = finding_kind::growth;
    f.found_by = f.shown_by = find_eater(operation).value_or(draw(operation));
    f.tries = 2;
    f.failed = again ? 2 : 1;
    f.evidence = fmt::format(
        "{} experiments of '{}' left {} MiB more, as many again {} MiB; as many that sent nothing, "
        "{} MiB",
        growth_batches * settings_.at_once, operation, first >> 20, second >> 20, nothing >> 20);
    out_.findings.push_back(std::move(f));
  }

  // One experiment that alone makes a fresh broker hold much more.
  std::optional<experiment> find_eater(std::string_view operation) {
    constexpr std::uint64_t much = std::uint64_t{32} << 20;
    const auto eats = [&](const experiment& e) {
      const std::uint64_t before = on_.resident_octets();
      play_alone(e);
      if (!last_words().empty()) {
        revive();
        return false;
      }
      return on_.resident_octets() > before + much;
    };
    const auto eats_fresh = [&](const experiment& e) { return revive() && eats(e); };
    if (!revive()) return std::nullopt;
    for (std::size_t n = 0; n < growth_batches && !over(); ++n) {
      for (const experiment& e : some(operation, true)) {
        if (!eats(e)) continue;
        if (!eats_fresh(e)) continue;
        return shrink(e, eats_fresh, settings_.shrink_tries);
      }
    }
    return std::nullopt;
  }

  bench& on_;
  const campaign_settings& settings_;
  const campaign_observer& observer_;
  random_source random_;
  campaign_result out_;
  std::map<std::string, std::size_t> seen_;  // by fate and evidence
  std::set<std::pair<wire::protocol_version, session_state>> left_out_;
  bool with_absent_ = true;
};

}  // namespace

campaign_result run_campaign(bench& on, const campaign_settings& settings,
                             const campaign_observer& observer) {
  return campaign(on, settings, observer).run();
}

}  // namespace mqttspec::robustness
