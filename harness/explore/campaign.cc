#include "explore/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mqttspec::explore {

namespace {

// A finding that is slow to show itself is told as it is by then.
constexpr duration longest_shrinking = std::chrono::seconds(20);
// Histories that restart a broker which others use are played alone, some of them after each while
// of the others.
constexpr std::size_t most_held_back = 10;
// What has been made small may be played again so long after the end.
constexpr duration grace = std::chrono::seconds(2);

// Without the steps that were not possible, and what was never reached.
history essence(const player& p) {
  history out;
  out.reserve(p.possible().size());
  for (std::size_t i = 0; i < p.possible().size(); ++i) {
    if (p.possible()[i]) out.push_back(p.played()[i]);
  }
  return out;
}

// The violation of |kind| that |p| has found, the judge's or a trace rule's. A broker that stood
// still is late and nothing else.
const violation* shows(const player& p, const play::circumstances& around,
                       const std::string& kind) {
  const bool stood_still = around.stood_still();
  const auto fits = [&](const violation& v) {
    return v.kind() == kind && !(v.late && stood_still);
  };
  if (const auto& v = p.judgement().found()) return fits(*v) ? &*v : nullptr;
  const auto said = std::find_if(p.rules_say().begin(), p.rules_say().end(), fits);
  return said == p.rules_say().end() ? nullptr : &*said;
}

bool restarts(const history& h) {
  return std::any_of(h.begin(), h.end(),
                     [](const action& a) { return a.kind == action_kind::restart; });
}

// CONNECT had no answer.
bool is_deaf(const player& p) {
  const auto& v = p.judgement().found();
  return v ? v->expected.starts_with("CONNACK") && (v->seen == "nothing" || v->seen == "close")
           : p.gave_up() == player::not_connected;
}

}  // namespace

campaign::campaign(play::driver& place, play::driver& rehearsals, campaign_options options)
    : place_(place),
      rehearsals_(rehearsals),
      options_(std::move(options)),
      generator_(options_.generator) {}

void campaign::play(const history_source& next, const play_sink& done, bool record,
                    std::size_t at_once, const std::function<bool()>& stop) {
  place_.play(
      [&]() -> std::unique_ptr<play::machine> {
        const auto h = next();
        if (!h) return nullptr;
        player_options o = options_.player;
        // On a broker of its own a history must not depend on its number.
        o.ns = options_.shared ? fmt::format("{}{}", options_.tag, played_++) : options_.tag;
        o.clean_up = options_.shared;
        o.record = record;
        auto p = std::make_unique<player>(std::move(o));
        p->add(*h);
        return p;
      },
      [&](play::played p) {
        const auto& ended = static_cast<const player&>(*p.what);
        if (!ended.cut_short()) done(ended, p.around);
        return true;
      },
      at_once, stop);
}

// They may end in any order; |done| is told the index of each.
void campaign::play_all(
    const std::vector<history>& all,
    const std::function<void(std::size_t, const player&, const play::circumstances&)>& done,
    bool record, const std::function<bool()>& stop) {
  std::map<std::string, std::deque<std::size_t>> index;
  for (std::size_t i = 0; i < all.size(); ++i) index[print(all[i])].push_back(i);
  std::size_t next = 0;
  play(
      [&]() -> std::optional<history> {
        if (next == all.size()) return std::nullopt;
        return all[next++];
      },
      [&](const player& p, const play::circumstances& around) {
        auto& same = index[print(p.played())];
        done(same.front(), p, around);
        if (same.size() > 1) same.pop_front();
      },
      record, options_.at_once, stop);
}

// Drawn while it is played on a sound broker, whose states guide it.
history campaign::draw() {
  player_options o = options_.rehearsal;
  o.ns = "r";
  o.fence_at_end = false;
  o.trace_rules = false;  // of a sound broker
  o.restarts = options_.player.restarts;
  history out;
  bool begun = false;
  rehearsals_.play(
      [&]() -> std::unique_ptr<play::machine> {
        if (std::exchange(begun, true)) return nullptr;
        generator_.begin();
        auto p = std::make_unique<player>(o);
        p->draw_from([this, raw = p.get()] { return generator_.next(raw->judgement()); });
        return p;
      },
      [&](play::played p) {
        out = essence(static_cast<const player&>(*p.what));
        return true;
      },
      1);
  return out;
}

std::string campaign::unanswered() {
  std::vector<history> greetings;
  for (const auto version : options_.generator.versions) {
    action connect;
    connect.kind = action_kind::connect;
    connect.version = version;
    connect.clean = true;
    greetings.push_back({connect});
  }
  std::string why = "the run was interrupted";
  std::size_t next = 0;
  bool answered = false;
  play(
      [&]() -> std::optional<history> {
        if (next == greetings.size() || answered) return std::nullopt;
        return greetings[next++];
      },
      [&](const player& p, const auto&) {
        bool closed = false;
        for (const trace::entry& e : p.trace()) {
          answered = answered || e.way == trace::direction::received;
          closed =
              closed || e.what == trace::event_kind::ended || e.what == trace::event_kind::reset;
        }
        why = closed ? "it closes the connection that CONNECT came on"
                     : "it leaves CONNECT without an answer";
      },
      true, 1, {});
  return answered ? "" : why;
}

void campaign::note(const player& p, std::size_t number) {
  ++counts_.histories;
  counts_.actions += p.possible().size();
  if (!p.gave_up().empty()) {
    ++counts_.gave_up;
    ++counts_.reasons[p.gave_up()];
  }
  suspects_ = suspects_ || seems_deaf(p);
  const violation* v = untold(p);
  if (v == nullptr || ++counts_.kinds[v->kind()] > 1) return;
  finding f;
  f.violation = *v;
  f.found = f.least = essence(p);
  f.recorded.version = p.version_of(v->connection);
  f.number = number;
  fresh_.push_back(std::move(f));
}

// What the judge says, or else the first of what trace rules say that is not the same fault as a
// finding that was told.
const violation* campaign::untold(const player& p) const {
  if (const auto& v = p.judgement().found()) return &*v;
  for (const violation& v : p.rules_say()) {
    if (!told_otherwise_.contains(v.kind())) return &v;
  }
  return nullptr;
}

bool campaign::seems_deaf(const player& p) {
  deaf_lately_.push_back(is_deaf(p));
  if (deaf_lately_.size() > lately) deaf_lately_.pop_front();
  const auto times = std::count(deaf_lately_.begin(), deaf_lately_.end(), true);
  if (times == 0) {
    before_deaf_.push_back(essence(p));
    if (before_deaf_.size() > most_before_deaf) before_deaf_.pop_front();
  }
  return static_cast<std::size_t>(times) >= lately / 2;
}

void campaign::explore(const std::function<bool()>& until) {
  const auto enough = [&] {
    return until() || fresh_.size() + findings_.size() >= options_.most_findings ||
           (options_.most_histories != 0 && counts_.histories >= options_.most_histories);
  };
  while (deaf_since_ == 0) {
    suspects_ = false;
    explore_for_a_while(enough, until);
    if (!suspects_ && !enough() && place_.lost().empty() && !place_.interrupted()) continue;
    if (!suspects_ || until() || !place_.lost().empty() || place_.interrupted()) return;
    // Is it the broker, or are there too many at once for somebody, who may be this harness?
    const auto first = std::find(deaf_lately_.begin(), deaf_lately_.end(), true);
    const auto since =
        counts_.histories + 1 - static_cast<std::size_t>(std::distance(first, deaf_lately_.end()));
    deaf_lately_.clear();
    const bool deaf = !unanswered().empty();
    if (!place_.lost().empty() || place_.interrupted()) return;
    if (deaf) {
      deaf_since_ = since;
      return;
    }
    options_.at_once = std::max<std::size_t>(1, options_.at_once / 2);
  }
}

// Until enough is found, or, where histories were held back, these have been played.
void campaign::explore_for_a_while(const std::function<bool()>& enough,
                                   const std::function<bool()>& until) {
  const instant begun = place_.now();
  const auto others_are_over = [&] {
    return !held_back_.empty() && place_.now() - begun > while_of_others_;
  };
  const auto noted = [&](const player& p, const auto&) { note(p, counts_.histories + 1); };
  play(
      [&]() -> std::optional<history> {
        while (!suspects_ && !enough() && !others_are_over()) {
          history h = draw();
          if (!options_.shared || !restarts(h)) return h;
          if (held_back_.size() < most_held_back) held_back_.push_back(std::move(h));
        }
        return std::nullopt;
      },
      noted, false, options_.at_once,
      [&] {
        return suspects_ || until() ||
               (others_are_over() && place_.now() - begun > while_of_others_ * 3 / 2);
      });
  play(
      [&]() -> std::optional<history> {
        if (suspects_ || enough() || held_back_.empty()) return std::nullopt;
        history h = std::move(held_back_.front());
        held_back_.pop_front();
        return h;
      },
      noted, false, options_.at_once, [&] { return suspects_ || until(); });
  // Those that wait for long need a longer while.
  while_of_others_ *= 2;
}

void campaign::replay(const history& h) {
  play_all({h}, [&](std::size_t, const player& p, const auto&) { note(p, 1); }, false, {});
}

int campaign::first_that_shows(const std::vector<history>& candidates, const std::string& kind,
                               const std::function<bool()>& stop) {
  // The first in the list counts, so that the result is the same.
  std::vector<bool> shown(candidates.size(), false);
  play_all(
      candidates,
      [&](std::size_t i, const player& p, const play::circumstances& around) {
        if (shows(p, around, kind) != nullptr) shown[i] = true;
      },
      false, stop);
  const auto found = std::find(shown.begin(), shown.end(), true);
  return found == shown.end() ? -1 : static_cast<int>(found - shown.begin());
}

void campaign::examine(const std::function<void(const finding&)>& shown, const time_left& left) {
  std::vector<finding> fresh = std::exchange(fresh_, {});
  // What the judge says first: a rule may say the same of it.
  std::sort(fresh.begin(), fresh.end(), [](const finding& a, const finding& b) {
    return std::pair(!a.violation.rule.empty(), a.number) <
           std::pair(!b.violation.rule.empty(), b.number);
  });
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    finding& f = fresh[i];
    if (!place_.lost().empty() || place_.interrupted()) return;
    if (told_otherwise_.contains(f.violation.kind())) continue;
    // What is left is shared out evenly.
    const duration before = left();
    const duration share =
        std::min<duration>(before / static_cast<int>(fresh.size() - i), longest_shrinking);
    examine_one(f, [&] { return left() <= duration::zero() || before - left() > share; }, left);
    if (f.confirmed == 0) {
      unconfirmed_.push_back(std::move(f));
      continue;
    }
    for (const std::string& kind : f.rules_say) {
      if (kind != f.violation.kind()) told_otherwise_.insert(kind);
    }
    shown(f);
    findings_.push_back(std::move(f));
  }
}

void campaign::examine_one(finding& f, const std::function<bool()>& enough, const time_left& left) {
  confirm(f, f.found, options_.confirmations, enough);
  if (f.confirmed == 0) return;
  const std::string kind = f.violation.kind();
  const history least = shrink(
      f.least,
      [&](const std::vector<history>& c) {
        return enough() ? -1 : first_that_shows(c, kind, enough);
      },
      options_.most_shrinking);
  f.made_small = !enough();
  if (least != f.least) {
    finding again = f;
    confirm(again, least, options_.confirmations, [&] { return left() <= -grace; });
    if (again.confirmed > f.confirmed) {
      f.violation = again.violation;
      f.least = again.least;
      f.recorded = again.recorded;
      f.rules_say = again.rules_say;
    }
  }
  find_control(f, enough);
}

// Plays |h| so often, with its packets; the last play that shows the violation is kept.
void campaign::confirm(finding& f, const history& h, unsigned times,
                       const std::function<bool()>& enough) {
  const std::string kind = f.violation.kind();
  play_all(
      std::vector<history>(times, h),
      [&](std::size_t, const player& p, const play::circumstances& around) {
        ++f.tried;
        const violation* v = shows(p, around, kind);
        if (v == nullptr) return;
        ++f.confirmed;
        f.violation = *v;
        f.recorded = record_of(p, *v);
        f.least = essence(p);
        f.rules_say.clear();
        for (const violation& said : p.rules_say()) f.rules_say.insert(said.kind());
      },
      true, enough);
}

// The history without one of its steps, the latest that matters: the broker does nothing wrong
// then.
void campaign::find_control(finding& f, const std::function<bool()>& enough) {
  std::vector<history> shorter;
  for (std::size_t i = f.least.size(); i-- > 0;) {
    shorter.push_back(f.least);
    shorter.back().erase(shorter.back().begin() + static_cast<std::ptrdiff_t>(i));
  }
  std::size_t best = shorter.size();
  play_all(
      shorter,
      [&](std::size_t i, const player& p, const auto&) {
        const auto& possible = p.possible();
        const bool sound =
            !p.over() && std::find(possible.begin(), possible.end(), false) == possible.end();
        if (sound) best = std::min(best, i);
      },
      false, enough);
  if (best < shorter.size()) f.control = shorter[best];
}

}  // namespace mqttspec::explore
