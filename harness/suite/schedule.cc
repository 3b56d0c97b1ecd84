#include "suite/schedule.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "script/company.h"

namespace mqttspec::suite {

namespace {

// So many of the crowd that still wait for something may be beside hostile ones: those that last
// longest. What is hurt is tried again.
constexpr std::size_t few = 48;
constexpr std::size_t longest_look = 32;

}  // namespace

schedule::schedule(std::vector<job> jobs, room within) : jobs_(std::move(jobs)), within_(within) {
  std::set<std::string> apart;
  for (const job& j : jobs_) apart.insert(j.scenario->apart.begin(), j.scenario->apart.end());
  std::vector<const job*> all;
  for (const job& j : jobs_) {
    facts& f = facts_[&j];
    f.hostile = script::is_hostile(*j.scenario);
    f.takes = {j.scenario->clients.size(), script::most_sessions(*j.scenario)};
    f.when = j.alone || script::runs_alone(*j.scenario) ? stage::alone
             : !j.scenario->apart.empty()               ? stage::apart
             : f.hostile                                ? stage::hostile
                                                        : stage::crowd;
    for (const std::string& field : apart) {
      if (!script::sends_field(*j.scenario, field)) continue;
      f.sends.insert(field);
      if (f.when == stage::crowd) ++senders_[field];
    }
    all.push_back(&j);
  }
  std::sort(all.begin(), all.end(), [&](const job* a, const job* b) {
    // Others wait for those that send such a field.
    const auto key = [&](const job* j) {
      return std::make_tuple(facts_.at(j).sends.empty(), -j->scenario->shortest);
    };
    return std::tuple_cat(key(a), std::tie(a->scenario->id, a->repetition)) <
           std::tuple_cat(key(b), std::tie(b->scenario->id, b->repetition));
  });
  waiting_[stage::crowd];
  for (const job* j : all) waiting_[facts_.at(j).when].push_back(j);
}

bool schedule::may_begin(const facts& f, const job& j) const {
  const auto counted = [](const std::map<std::string, std::size_t>& of, const std::string& field) {
    const auto n = of.find(field);
    return n != of.end() && n->second > 0;
  };
  if (std::any_of(f.sends.begin(), f.sends.end(),
                  [&](const std::string& field) { return counted(kept_, field); })) {
    return false;
  }
  const bool fits = taken_.connections + f.takes.connections <= within_.connections &&
                    taken_.sessions + f.takes.sessions <= within_.sessions;
  if (!fits && !under_way_.empty()) return false;
  switch (f.when) {
    case stage::apart:
      return std::none_of(j.scenario->apart.begin(), j.scenario->apart.end(),
                          [&](const std::string& field) { return counted(senders_, field); });
    case stage::crowd:
      return true;
    case stage::hostile:
      return waiting_.at(stage::crowd).empty() && under_way_.size() - hostile_ <= few;
    case stage::alone:
      return under_way_.empty();
  }
  return true;
}

const job* schedule::next() {
  if (alone_) return nullptr;
  for (auto& [when, list] : waiting_) {
    std::size_t in_vain = 0;
    for (auto j = list.begin(); j != list.end(); ++j) {
      const facts& f = facts_.at(*j);
      if (!may_begin(f, **j)) {
        // Most others of the stage wait for the same.
        if (++in_vain == longest_look) break;
        continue;
      }
      const job& chosen = **j;
      list.erase(j);
      return begin(chosen);
    }
  }
  return nullptr;
}

void schedule::count(const job& j, bool begins) {
  const facts& f = facts_.at(&j);
  const auto step = [&](std::size_t& n, std::size_t by = 1) { begins ? n += by : n -= by; };
  step(taken_.connections, f.takes.connections);
  step(taken_.sessions, f.takes.sessions);
  for (const std::string& field : f.sends) {
    if (!begins || f.when != stage::crowd) step(senders_[field]);
  }
  for (const std::string& field : j.scenario->apart) step(kept_[field]);
  if (f.hostile) step(hostile_);
  alone_ = begins && f.when == stage::alone;
}

const job* schedule::begin(const job& j) {
  if (facts_.at(&j).hostile) {
    for (auto& [other, beside] : under_way_) beside = true;
  }
  under_way_[&j] = hostile_ > 0;
  count(j, true);
  return &j;
}

bool schedule::ended(const job& j) {
  count(j, false);
  return under_way_.extract(&j).mapped();
}

std::vector<const job*> schedule::take_rest() {
  std::vector<const job*> out;
  for (auto& [when, list] : std::exchange(waiting_, {})) {
    out.insert(out.end(), list.begin(), list.end());
  }
  return out;
}

}  // namespace mqttspec::suite
