#include "oracle/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "oracle/rule.h"
#include "wire/decode.h"
#include "wire/table.h"

namespace mqttspec::oracle {

namespace {

struct rules_by_packet {
  rule_list all;
  std::array<std::vector<const rule*>, 16> of;  // by packet_type

  const std::vector<const rule*>& for_packet(packet_type t) const {
    return of[static_cast<std::size_t>(t)];
  }
};

rules_by_packet make_rules() {
  rules_by_packet rules;
  for (const auto add : {add_connect_rules, add_answer_rules, add_exchange_rules, add_limit_rules,
                         add_delivery_rules, add_option_rules, add_property_rules, add_will_rules,
                         add_loss_rules, add_ending_rules}) {
    add(rules.all);
  }
  for (std::size_t t = 0; t < rules.of.size(); ++t) {
    for (const auto& r : rules.all) {
      if (r->looks_at(static_cast<packet_type>(t))) rules.of[t].push_back(r.get());
    }
  }
  return rules;
}

const rules_by_packet& the_rules() {
  static const rules_by_packet rules = make_rules();
  return rules;
}

std::vector<statement> statements_for(const std::vector<demand>& demands,
                                      std::optional<protocol_version> version) {
  std::vector<statement> list;
  for (const demand& d : demands) {
    for (const auto& [v, id] :
         {std::pair{protocol_version::v5, d.v5}, std::pair{protocol_version::v311, d.v311}}) {
      if (id.empty() || (version && *version != v)) continue;
      if (const statement s{v, id}; std::find(list.begin(), list.end(), s) == list.end()) {
        list.push_back(s);
      }
    }
  }
  return list;
}

}  // namespace

std::string print(const statement& s) {
  return fmt::format("{}:{}", wire::version_tag(s.version), s.id);
}

bool rule::looks_at(packet_type t) const {
  return looks_at_.empty() || std::find(looks_at_.begin(), looks_at_.end(), t) != looks_at_.end();
}

rule_description rule::describe() const {
  return {name_, sentence_, statements_for(demands_, std::nullopt)};
}

void rule::report(watching& w, const link& on, std::string message,
                  std::initializer_list<demand> demands) const {
  const std::vector<demand> own = demands.size() == 0 ? demands_ : std::vector<demand>(demands);
  report(w, on, std::move(message), statements_for(own, on.version));
}

void rule::report(watching& w, const link& on, std::string message,
                  std::vector<statement> statements) const {
  if (w.findings.size() >= w.seen.options.most_findings) return;
  if (w.memory.looking && w.memory.told.contains({this, on.id})) return;
  w.findings.push_back(
      {name_, std::move(statements), std::move(message), on.client, on.id, w.seen.now});
  w.findings.back().needs_all_messages = needs_all_messages();
}

void rule::look(watching& w) const {
  const std::size_t before = w.findings.size();
  w.memory.looking = true;
  finish(w);
  w.memory.looking = false;
  for (std::size_t i = before; i < w.findings.size(); ++i) {
    w.memory.told.insert({this, w.findings[i].connection});
  }
}

void rule::report_by_time(watching& w, const link& on, std::string message,
                          std::initializer_list<demand> demands) const {
  if (w.seen.stood_still) {
    w.in_doubt = true;
    return;
  }
  const std::size_t before = w.findings.size();
  report(w, on, std::move(message), demands);
  if (w.findings.size() != before) w.findings.back().by_time = true;
}

std::vector<rule_description> all_rules() {
  std::vector<rule_description> list;
  for (const auto& r : the_rules().all) list.push_back(r->describe());
  return list;
}

struct watch::state {
  explicit state(watch_options o) : seen(std::move(o)) {}

  history seen;
  rule_memory memory;
  std::vector<finding> findings;
  bool finished = false;
  bool in_doubt = false;
  instant next_forgetting{};

  watching view() { return {seen, memory, findings, in_doubt}; }

  void forget() {
    if (!seen.is_long() || seen.now < next_forgetting) return;
    next_forgetting = seen.now + std::chrono::seconds(10);
    seen.forget();
    memory.newest.clear();
    memory.lower_than_due.clear();
    memory.wills_of_the_living.clear();
    std::erase_if(memory.told, [&](const auto& t) { return !seen.links.contains(t.second); });
  }

  // The connection of |id|, with the history at this instant; nullptr for one that was never
  // opened.
  link* at(connection_id id, instant now) {
    seen.now = std::max(seen.now, now);
    ++seen.number;
    const auto found = seen.links.find(id);
    return found == seen.links.end() || finished ? nullptr : &found->second;
  }
};

watch::watch(watch_options options) : state_(std::make_unique<state>(std::move(options))) {}
watch::~watch() = default;
watch::watch(watch&&) noexcept = default;

void watch::opened(connection_id id, const std::string& client, protocol_version version,
                   instant now) {
  state_->at(id, now);
  state_->seen.open(id, client, version);
}

void watch::sent(connection_id id, byte_view octets, instant now) {
  const auto found = state_->seen.links.find(id);
  if (found == state_->seen.links.end()) return;
  const auto p = wire::decode(octets, {found->second.version, wire::sender::client});
  sent(id, octets, p ? &*p : nullptr, now);
}

void watch::sent(connection_id id, byte_view octets, const packet* p, instant now) {
  link* on = state_->at(id, now);
  if (on == nullptr) return;
  if (p != nullptr && p->version == on->version) {
    state_->seen.sent(*on, *p);
  } else {
    state_->seen.sent_odd(*on, octets);
  }
}

void watch::received(connection_id id, const packet& p, std::size_t size, instant now) {
  link* on = state_->at(id, now);
  if (on == nullptr) return;
  watching w = state_->view();
  for (const rule* r : the_rules().for_packet(p.type)) r->received(w, *on, p, size);
  state_->seen.received(*on, p, size);
}

void watch::received_malformed(connection_id id, const wire::wire_fault& fault,
                               std::string_view text, instant now) {
  link* on = state_->at(id, now);
  if (on == nullptr) return;
  watching w = state_->view();
  for (const auto& r : the_rules().all) r->received_malformed(w, *on, fault, text);
  // What it meant to say is not known.
  on->odd = true;
  state_->seen.sent_unknown();
  if (on->of != nullptr) on->of->complete = false;
}

void watch::ended(connection_id id, end_of_link how, instant now) {
  if (link* on = state_->at(id, now)) state_->seen.ended(*on, how);
}

void watch::restarted(instant now) {
  state_->at(0, now);
  state_->seen.restarted = true;
  for (session& s : state_->seen.sessions) s.complete = false;
}

bool watcher::found(std::string_view rule) const {
  const auto& all = findings();
  return std::any_of(all.begin(), all.end(), [&](const finding& f) { return f.rule == rule; });
}

const std::vector<finding>& watch::findings() const {
  return state_->findings;
}

bool watch::in_doubt() const {
  return state_->in_doubt;
}

void watch::stood_still() {
  state_->seen.stood_still = true;
}

void watch::lost_sight(connection_id id, instant now) {
  if (link* on = state_->at(id, now)) {
    state_->seen.sent_odd(*on, {});
  } else {
    state_->seen.sent_unknown();
  }
}

void watch::look(instant now) {
  state_->at(0, now);
  watching w = state_->view();
  for (const auto& r : the_rules().all) r->look(w);
  state_->forget();
}

void watch::finish(instant now) {
  if (state_->finished) return;
  look(now);
  state_->finished = true;
}

std::vector<finding> watch::take_findings() {
  return std::exchange(state_->findings, {});
}

bool watch::others_publish() const {
  return state_->seen.others_publish;
}

}  // namespace mqttspec::oracle
