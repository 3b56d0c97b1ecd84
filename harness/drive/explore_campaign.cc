#include "drive/explore_campaign.h"

#include <algorithm>

namespace mqttspec::drive {

namespace ex = explore;

namespace {

// Without the steps that were not possible, and what was never reached.
ex::history essence(const ex::player& p) {
  ex::history out;
  for (std::size_t i = 0; i < p.possible().size(); ++i) {
    if (p.possible()[i]) out.push_back(p.played()[i]);
  }
  return out;
}

}  // namespace

campaign::campaign(arena& place, campaign_options options)
    : place_(place), options_(std::move(options)), generator_(options_.generator) {}

// Drawn while it is played on a sound broker, whose states guide it.
std::optional<ex::history> campaign::draw() {
  ex::player_options o;
  o.ns = "r";
  o.fence_at_end = false;
  o.restarts = place_.restarts();
  tell_limits(o, options_.rehearsal);
  ex::player rehearsal(o);
  generator_.begin();
  simulated_play how;
  how.broker = options_.rehearsal;
  play_simulated(rehearsal, how, [&] { return generator_.next(rehearsal.judgement()); });
  return essence(rehearsal);
}

void campaign::note(const ex::player& p, std::size_t number) {
  ++counts_.histories;
  counts_.actions += p.possible().size();
  if (!p.gave_up().empty()) {
    ++counts_.gave_up;
    ++counts_.reasons[p.gave_up()];
  }
  note_deafness(p);
  const auto& v = p.judgement().found();
  if (!v) return;
  const std::string kind = v->kind();
  if (++counts_.kinds[kind] > 1) return;
  finding f;
  f.violation = *v;
  f.found = f.least = essence(p);
  f.number = number;
  fresh_.push_back(std::move(f));
}

void campaign::note_deafness(const ex::player& p) {
  if (deaf_since_ != 0) return;
  const auto& v = p.judgement().found();
  const bool deaf =
      v ? v->expected.starts_with("CONNACK") && (v->seen == "nothing" || v->seen == "close")
        : p.gave_up() == explore::player::not_connected;
  deaf_lately_.push_back(deaf);
  if (deaf_lately_.size() > lately) deaf_lately_.pop_front();
  const auto first = std::find(deaf_lately_.begin(), deaf_lately_.end(), true);
  if (first == deaf_lately_.end()) {
    before_deaf_.push_back(essence(p));
    if (before_deaf_.size() > most_before_deaf) before_deaf_.pop_front();
    return;
  }
  const auto times = std::count(first, deaf_lately_.end(), true);
  if (static_cast<std::size_t>(times) < lately / 2) return;
  deaf_since_ =
      counts_.histories + 1 - static_cast<std::size_t>(std::distance(first, deaf_lately_.end()));
}

void campaign::explore(const std::function<bool()>& until) {
  place_.play(
      [&]() -> std::optional<ex::history> {
        if (until() || deaf_since() != 0 ||
            fresh_.size() + findings_.size() >= options_.most_findings) {
          return std::nullopt;
        }
        if (options_.most_histories != 0 && counts_.histories >= options_.most_histories) {
          return std::nullopt;
        }
        return draw();
      },
      [&](const ex::player& p) { note(p, counts_.histories + 1); }, false);
}

void campaign::replay(const ex::history& h) {
  bool given = false;
  place_.play(
      [&]() -> std::optional<ex::history> {
        if (std::exchange(given, true)) return std::nullopt;
        return h;
      },
      [&](const ex::player& p) { note(p, 1); }, false);
}

int campaign::first_that_shows(const std::vector<ex::history>& candidates,
                               const std::string& kind) {
  // They may end in any order; the first in the list counts, so that the result is the same.
  std::map<std::string, std::size_t> index;
  std::vector<bool> shown(candidates.size(), false);
  std::size_t next = 0;
  for (std::size_t i = candidates.size(); i-- > 0;) index[print(candidates[i])] = i;
  place_.play(
      [&]() -> std::optional<ex::history> {
        if (next == candidates.size()) return std::nullopt;
        return candidates[next++];
      },
      [&](const ex::player& p) {
        const auto& v = p.judgement().found();
        if (v && v->kind() == kind) shown[index[print(p.played())]] = true;
      },
      false);
  const auto found = std::find(shown.begin(), shown.end(), true);
  return found == shown.end() ? -1 : static_cast<int>(found - shown.begin());
}

bool campaign::shows(const ex::history& h, const std::string& kind) {
  return first_that_shows({h}, kind) == 0;
}

void campaign::examine(const std::function<void(const finding&)>& shown,
                       const std::function<bool()>& enough) {
  for (finding& f : std::exchange(fresh_, {})) {
    if (!place_.lost().empty() || place_.interrupted()) return;
    const std::string kind = f.violation.kind();
    for (unsigned i = 0; i < options_.confirmations; ++i) {
      ++f.tried;
      if (shows(f.found, kind)) ++f.confirmed;
    }
    if (f.confirmed == 0) {
      unconfirmed_.push_back(std::move(f));
      continue;
    }
    f.least = ex::shrink(
        f.found,
        [&](const std::vector<ex::history>& c) {
          return enough() ? -1 : first_that_shows(c, kind);
        },
        options_.most_shrinking);
    record(f);
    find_control(f);
    shown(f);
    findings_.push_back(std::move(f));
  }
}

// Plays the shortest history once more, with its packets.
void campaign::record(finding& f) {
  const std::string kind = f.violation.kind();
  for (int attempt = 0; attempt < 5 && f.recorded.events.empty(); ++attempt) {
    bool given = false;
    place_.play(
        [&]() -> std::optional<ex::history> {
          if (std::exchange(given, true)) return std::nullopt;
          return f.least;
        },
        [&](const ex::player& p) {
          const auto& v = p.judgement().found();
          if (!v || v->kind() != kind) return;
          f.violation = *v;
          f.recorded = ex::record_of(p);
          f.least = essence(p);
        },
        true);
  }
}

// The history without one of its steps, the latest that matters: the broker does nothing wrong
// then.
void campaign::find_control(finding& f) {
  for (std::size_t i = f.least.size(); i-- > 0;) {
    ex::history h = f.least;
    h.erase(h.begin() + static_cast<std::ptrdiff_t>(i));
    bool sound = false;
    bool given = false;
    place_.play(
        [&]() -> std::optional<ex::history> {
          if (std::exchange(given, true)) return std::nullopt;
          return h;
        },
        [&](const ex::player& p) {
          sound = !p.over() &&
                  std::find(p.possible().begin(), p.possible().end(), false) == p.possible().end();
        },
        false);
    if (sound) {
      f.control = std::move(h);
      return;
    }
  }
}

}  // namespace mqttspec::drive
