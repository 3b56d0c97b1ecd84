// Messages to the server and from it.

#include <algorithm>
#include <utility>

#include "client/client.h"
#include "wire/encode.h"

namespace mqttspec::client {

using wire::packet;
using wire::packet_type;
using wire::property_id;

std::uint16_t client::free_id(bool of_message) {
  std::uint16_t& last = of_message || rules_.one_set ? last_id_ : last_request_id_;
  const auto in_use = [&](std::uint16_t id) {
    const auto has = [&](const flight& f) { return f.publish.packet_id == id; };
    if ((of_message || rules_.one_set) && std::any_of(flights_.begin(), flights_.end(), has)) {
      return true;
    }
    return (!of_message || rules_.one_set) && requests_.contains(id);
  };
  if (!rules_.avoids_used) return 1;
  // The lowest that is free: what is freed is used again soon, and so is seen to be.
  for (std::uint16_t id = 1;; ++id) {
    if (!in_use(id)) return last = id;
  }
}

void client::publish(const adapter::message& command, instant now) {
  flight f;
  f.n = command.number("n");
  f.asked = now;
  packet& p = f.publish = wire::make(packet_type::publish, version_);
  for (const char* name :
       {"topic", "payload", "qos", "retain", "message_expiry_interval", "topic_alias"}) {
    const auto found = command.fields.find(name);
    if (found != command.fields.end()) (void)wire::set_field(p, name, found->second);
  }
  if (refuses_topic(p.topic)) return refuse(f.n, "a topic has no wildcards");
  if (p.topic.find_first_of("+#") != std::string::npos) return send_as_it_is(p, p.topic, now);
  if (!live_ && second_ && !rules_.keeps_asked_while_away) return;
  queue_.push_back(std::move(f));
  if (live_) pump(now);
}

void client::subscribe(const adapter::message& command, instant now) {
  if (!live_) return refuse(command.number("n"), "not connected");
  const bool adds = command.name == "subscribe";
  packet p = wire::make(adds ? packet_type::subscribe : packet_type::unsubscribe, version_);
  p.packet_id = free_id(false);
  if (adds) {
    p.subscriptions.push_back({command.text("filter"),
                               static_cast<std::uint8_t>(command.number("max_qos")), false, false,
                               0});
  } else {
    p.filters.push_back(command.text("filter"));
  }
  if (adds && !wire::encode(p)) {
    const std::string filter = command.text("filter");
    if (refuses_filter(filter)) return refuse(command.number("n"), "no topic filter");
    return send_as_it_is(p, filter, now);
  }
  requests_[p.packet_id] = command.number("n");
  if (quota_ == 0 && !rules_.asks_at_zero_quota) return;
  send(p, now);
}

// Sends what the server takes: first what was sent before.
void client::pump(instant now) {
  if (rules_.repeats_publish || rules_.repeats_pubrel) {
    for (flight& f : flights_) {
      const bool counts = !f.released && rules_.counts_repeats;
      if (f.here) continue;
      if (counts && quota_ == 0 && rules_.keeps_receive_maximum) return;
      if (counts && quota_ > 0) --quota_;
      repeat(f, now);
      f.here = true;
    }
  }
  while (!queue_.empty()) {
    flight& f = queue_.front();
    packet& p = f.publish;
    if (p.qos > 0 && quota_ == 0 && rules_.keeps_receive_maximum) return;
    if (p.qos == 2 && completed_ >= 10 && !rules_.frees_own_window) return;
    flight next = std::move(f);
    queue_.pop_front();
    packet& sent = next.publish;
    const auto alias = wire::find_number(sent.properties, property_id::topic_alias);
    if (sent.qos > maximum_qos_ && rules_.keeps_maximum_qos) {
      refuse(next.n, "the server does not take this QoS");
      continue;
    }
    if (sent.retain && !retain_available_ && rules_.keeps_retain_available) {
      refuse(next.n, "the server retains nothing");
      continue;
    }
    if (alias && *alias > alias_maximum_ && rules_.keeps_alias_maximum) {
      refuse(next.n, "the server does not take this alias");
      continue;
    }
    sent.packet_id = sent.qos > 0 ? free_id(true) : std::uint16_t{0};
    sent.dup = sent.qos > 0 && (!rules_.first_has_dup_0 || (last_dup_ && !rules_.copies_no_dup));
    const packet whole = sent;
    if (alias && aliases_out_[static_cast<std::uint16_t>(*alias)] == sent.topic) {
      sent.topic.clear();
    }
    if (const auto encoded = wire::encode(sent);
        encoded && encoded->bytes.size() > packet_size_ && rules_.keeps_packet_size) {
      refuse(next.n, "the packet is too large for the server");
      continue;
    }
    if (const auto encoded = wire::encode(sent);
        encoded && encoded->bytes.size() > asked_.number("maximum_packet_size", packet_size_) &&
        !rules_.sends_above_own_size) {
      continue;
    }
    if (alias) aliases_out_[static_cast<std::uint16_t>(*alias)] = whole.topic;
    send(sent, now);
    next.publish = whole;
    next.here = true;
    if (sent.qos == 0) {
      tell_of("done", {{"n", next.n}});
      continue;
    }
    if (quota_ > 0) --quota_;
    if (!rules_.done_behind_puback && sent.qos == 1) finish(next, 0);
    if (!rules_.done_behind_pubrec && sent.qos == 2) finish(next, 0);
    flights_.push_back(std::move(next));
  }
}

void client::repeat(flight& f, instant now) {
  const bool as_pubrel = f.released && rules_.repeats_pubrel_as_pubrel;
  if (as_pubrel ? !rules_.repeats_pubrel : !rules_.repeats_publish) return;
  if (as_pubrel) {
    answer(packet_type::pubrel, f.publish.packet_id, now);
    return;
  }
  const auto expiry = wire::find_number(f.publish.properties, property_id::message_expiry_interval);
  if (expiry && !rules_.repeats_expired && now - f.asked >= std::chrono::seconds(*expiry)) return;
  packet p = f.publish;
  p.dup = rules_.repeats_with_dup;
  std::erase_if(p.properties,
                [](const wire::property& each) { return each.id == property_id::topic_alias; });
  if (!rules_.repeats_with_its_id) p.packet_id = f.publish.packet_id += 100;
  send(p, now);
  if (!rules_.repeats_once) send(p, now);
}

void client::finish(flight& f, std::uint64_t reason) {
  if (!f.done) tell_of("done", {{"n", f.n}, {"reason", reason}});
  f.done = true;
}

void client::answer(packet_type type, std::uint16_t id, instant now) {
  packet p = wire::make(type, version_);
  p.packet_id = id;
  const bool right = type == packet_type::puback   ? rules_.repeats_id_in_puback
                     : type == packet_type::pubrec ? rules_.repeats_id_in_pubrec
                     : type == packet_type::pubrel ? rules_.repeats_id_in_pubrel
                                                   : rules_.repeats_id_in_pubcomp;
  if (!right) ++p.packet_id;
  if (quota_ == 0 && !rules_.answers_at_zero_quota) return;
  const bool in_order = type == packet_type::puback   ? rules_.pubacks_in_order
                        : type == packet_type::pubrec ? rules_.pubrecs_in_order
                        : type == packet_type::pubrel ? rules_.pubrels_in_order
                                                      : true;
  if (!in_order && !held_) {
    held_ = std::pair(type, id);  // until the next one has gone
    return;
  }
  send(p, now);
  if (!in_order && held_->first == type) {
    p.packet_id = held_->second;
    held_.reset();
    send(p, now);
  }
}

void client::deliver(const packet& p) {
  std::string payload = p.payload;
  std::string topic = p.topic;
  const auto alias = wire::find_number(p.properties, property_id::topic_alias);
  if (alias) {
    std::string& known = aliases_in_[static_cast<std::uint16_t>(*alias)];
    if (!topic.empty()) known = topic;
    topic = known;
  }
  if (!rules_.keeps_bom && topic.starts_with("\xEF\xBB\xBF")) topic.erase(0, 3);
  tell_of("message", {{"topic", topic},
                      {"payload", payload},
                      {"qos", std::uint64_t{p.qos}},
                      {"retain", std::uint64_t{p.retain}},
                      {"dup", std::uint64_t{p.dup}}});
}

void client::message_came(const packet& p, instant now) {
  const auto alias = wire::find_number(p.properties, property_id::topic_alias);
  const std::uint64_t mine = asked_.number("topic_alias_maximum");
  const bool too_high = alias && ((*alias > mine && rules_.closes_on_alias_above) ||
                                  (*alias == mine && !rules_.takes_highest_alias));
  const bool unknown = p.topic.empty() && rules_.closes_on_unknown_alias &&
                       (!alias || !aliases_in_.contains(static_cast<std::uint16_t>(*alias)));
  const bool in_order = std::is_sorted(p.properties.begin(), p.properties.end(),
                                       [](const auto& a, const auto& b) { return a.id < b.id; });
  if (!in_order && !rules_.takes_any_property_order) return close(0x81, now);
  if (too_high || unknown) return close(0x94, now);
  last_dup_ = p.dup;
  if (p.qos == 0) return deliver(p);
  const bool again = p.dup && ended_ids_.contains(p.packet_id);
  if (p.qos == 1) {
    const bool swallowed =
        (again && !rules_.delivers_after_puback) || (p.dup && !again && !rules_.delivers_first_dup);
    ended_ids_.insert(p.packet_id);
    if (!swallowed) deliver(p);
    if (again && !rules_.answers_qos1_again) return;
    if (rules_.answers_qos1) answer(packet_type::puback, p.packet_id, now);
    return;
  }
  const bool repeated = !recorded_.insert(p.packet_id).second;
  const bool swallowed =
      (!repeated && !rules_.delivers_after_pubcomp && ended_ids_.contains(p.packet_id)) ||
      (p.dup && !repeated && !rules_.delivers_first_dup);
  if ((!repeated || !rules_.delivers_qos2_once) && !swallowed) deliver(p);
  if (repeated && !rules_.answers_repeats) return;
  if (repeated && !p.dup && !rules_.answers_repeats_with_dup_0) return;
  if (!rules_.answers_by_qos) return answer(packet_type::puback, p.packet_id, now);
  if (rules_.answers_qos2) answer(packet_type::pubrec, p.packet_id, now);
}

void client::released(const packet& p, instant now) {
  const bool known = recorded_.erase(p.packet_id) != 0;
  ended_ids_.insert(p.packet_id);
  if (!rules_.answers_pubrel || (!known && !rules_.answers_unknown_pubrel)) return;
  answer(packet_type::pubcomp, p.packet_id, now);
}

void client::acknowledged(const packet& p, instant now) {
  const auto f = std::find_if(flights_.begin(), flights_.end(), [&](const flight& each) {
    return each.publish.packet_id == p.packet_id;
  });
  const bool fails = p.reason >= 0x80;
  if (p.type == packet_type::pubcomp && p.reason == 0x92 && !rules_.takes_unknown_pubcomp) {
    return close(0x82, now);
  }
  if (f == flights_.end()) return;
  if (fails && p.type != packet_type::pubcomp && !rules_.failing_ack_keeps_connection) {
    return close(p.reason, now);
  }
  if (p.type == packet_type::pubrec && f->publish.qos == 2) {
    if (fails && rules_.failing_pubrec_ends) {
      if (rules_.gives_back_at_failing_pubrec) give_back();
      finish(*f, p.reason);
      flights_.erase(f);
      return pump(now);
    }
    if (fails) return finish(*f, p.reason);
    f->released = true;
    if (!rules_.pubrec_makes_pubrel || (p.reason == 0x10 && !rules_.pubrec_0x10_makes_pubrel)) {
      return;
    }
    answer(packet_type::pubrel, p.packet_id, now);
    if (rules_.pubrec_holds_quota) return;
    give_back();
    return pump(now);
  }
  const bool ends = (p.type == packet_type::puback && f->publish.qos == 1) ||
                    (p.type == packet_type::pubcomp && f->released);
  if (!ends) return;
  finish(*f, p.reason);
  if (fails && p.type == packet_type::puback && !rules_.failing_puback_ends) return;
  if (p.type == packet_type::puback && !rules_.puback_completes) return;
  if (p.type == packet_type::puback ? rules_.gives_back_at_puback : rules_.gives_back_at_pubcomp) {
    give_back();
  }
  if (p.type == packet_type::pubcomp) ++completed_;
  ended_ids_.insert(p.packet_id);
  finished_.push_back(std::move(*f));
  finished_.back().released = false;
  finished_.back().here = false;
  flights_.erase(f);
  pump(now);
}

}  // namespace mqttspec::client
