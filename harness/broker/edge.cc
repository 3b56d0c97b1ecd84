#include "broker/edge.h"

#include <algorithm>

#include "broker/edge_filter.h"
#include "model/topic.h"

namespace mqttspec::broker {

namespace {

bool holds(condition when, const occasion& o) {
  switch (when) {
    case condition::always:
      return true;
    case condition::resumed:
      return o.resumed;
    case condition::second:
      return o.number == 2;
    case condition::qos_0:
      return o.publish && o.qos == 0;
    case condition::qos_1:
      return o.publish && o.qos == 1;
    case condition::qos_2:
      return o.publish && o.qos == 2;
    case condition::retained:
      return o.retained;
    case condition::will:
      return o.will;
    case condition::shared:
      return o.shared;
    case condition::repeated:
      return o.repeated;
    case condition::with_will:
      return o.with_will;
    case condition::taken_over:
      return o.taken_over;
  }
  return false;
}

}  // namespace

bool strikes(const mutant& m, mutation_site site, const occasion& o) {
  return m.site == site && m.packet == o.type && m.version == o.version && m.error == o.error &&
         m.property == o.property && m.reason == o.reason && holds(m.when, o);
}

reach::reach(const std::vector<mutant>& all)
    : all_(all), changed_(all.size()), at_(site_count * type_count) {
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (all[n].site != mutation_site::decide) at_[slot_of(all[n].site, all[n].packet)].push_back(n);
  }
}

link* edge::filter::other_than(const link& l) {
  for (auto& [id, other] : links_) {
    if (id != l.id && other.alive && other.version == l.version &&
        other.sent[packet_type::connack] != 0) {
      return &other;
    }
  }
  return nullptr;
}

bool edge::filter::goes_to_share(const link& l, std::string_view topic) const {
  const auto found = shares_.find(l.client_id);
  return found != shares_.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& filter) { return model::matches(filter, topic); });
}

occasion edge::filter::occasion_of(const link& l, const packet& p) const {
  occasion o;
  o.version = l.version;
  o.type = p.type;
  o.resumed = l.resumed;
  o.with_will = l.with_will;
  o.taken_over = l.taken_over;
  if (p.type == packet_type::publish) {
    o.publish = true;
    o.qos = p.qos;
    o.retained = p.retain;
    o.repeated = p.dup;
    o.will = will_topics_.contains(p.topic);
    o.shared = goes_to_share(l, p.topic);
  }
  return o;
}

edge::edge(broker_options options, std::uint64_t seed, const model::rules& rules,
           const mutant* what, reach* reached)
    : broker_(options, seed, rules) {
  const std::uint32_t largest = options.maximum_packet_size;
  const bool filters = what != nullptr && what->site != mutation_site::decide;
  if (filters || reached != nullptr) {
    filter_ = std::make_unique<filter>(broker_, largest, filters ? what : nullptr, reached);
  }
}

edge::~edge() = default;

connection_id edge::accept(instant now) {
  return broker_.accept(now);
}

void edge::receive(connection_id from, byte_view octets, instant now) {
  if (!filter_) return broker_.receive(from, octets, now);
  advance(now);
  filter_->receive(filter_->at(from), octets);
}

void edge::peer_closed(connection_id from, instant now) {
  if (!filter_) return broker_.peer_closed(from, now);
  advance(now);
  filter_->gone(filter_->at(from));
}

void edge::advance(instant now) {
  if (!filter_) return broker_.advance(now);
  filter_->now = now;
  filter_->advance();
  broker_.advance(now);
  filter_->drain();
}

instant edge::next_deadline() const {
  instant next = broker_.next_deadline();
  if (!filter_) return next;
  if (!filter_->put_off.empty()) next = std::min(next, filter_->put_off.begin()->first);
  if (!filter_->put_off_ends.empty()) next = std::min(next, filter_->put_off_ends.begin()->first);
  return next;
}

void edge::stop(bool clean, instant now) {
  if (filter_) filter_->now = now;
  broker_.stop(clean, now);
  if (filter_) filter_->drain();
}

void edge::start(instant now) {
  if (filter_) filter_->now = now;
  broker_.start(now);
  if (filter_) filter_->drain();
}

std::vector<output> edge::take_outputs() {
  if (!filter_) return broker_.take_outputs();
  filter_->drain();
  // What goes to one client together, as the broker does it.
  std::vector<output> all;
  for (output& o : std::exchange(filter_->outputs, {})) {
    const auto* s = std::get_if<send_octets>(&o);
    auto* last = all.empty() || s == nullptr ? nullptr : std::get_if<send_octets>(&all.back());
    if (last != nullptr && last->to == s->to) {
      last->octets.insert(last->octets.end(), s->octets.begin(), s->octets.end());
    } else {
      all.push_back(std::move(o));
    }
  }
  return all;
}

}  // namespace mqttspec::broker
