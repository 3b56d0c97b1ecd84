// What happens behind CONNECT: publishing, subscribing, acknowledging, leaving; and sending.

#include <algorithm>

#include "broker/state.h"
#include "model/topic.h"
#include "wire/encode.h"

namespace mqttspec::broker {

using model::close_cause;
using wire::code_of;
using wire::find_number;
using wire::packet_type;
using wire::property_id;
using wire::protocol_version;
using wire::reason_code;

namespace {

bool is_v5(protocol_version v) {
  return v == protocol_version::v5;
}
constexpr std::uint8_t v311_failure = 0x80;

}  // namespace

bool broker::state::resolve_alias(connection& c, const wire::packet& p, std::string& topic,
                                  instant now) {
  topic = p.topic;
  const auto alias = find_number(p.properties, property_id::topic_alias);
  if (!alias) return true;
  const auto number = static_cast<std::uint16_t>(*alias);
  const auto known = c.aliases.find(number);
  const model::alias_facts f{number, options.topic_alias_maximum, !p.topic.empty(),
                             known != c.aliases.end(), p.qos};
  if (const std::uint8_t reason = rules->alias_refusal(f); reason != 0) {
    close_for(c, reason, close_cause::protocol_error, now);
    return false;
  }
  if (!f.topic_given) {
    if (known == c.aliases.end()) return false;
    topic = known->second;
  } else if (!f.known || rules->alias_is_remapped(f)) {
    c.aliases.insert_or_assign(number, p.topic);
  }
  return true;
}

void broker::state::handle_publish(connection& c, const wire::packet& p, instant now) {
  model::publish_facts f;
  f.version = p.version;
  f.qos = p.qos;
  f.dup = p.dup;
  f.retain = p.retain;
  f.empty_payload = p.payload.empty();
  f.maximum_qos = options.maximum_qos;
  f.retain_available = options.retain_available;
  f.receive_maximum = options.receive_maximum;
  if (c.who != nullptr) {
    f.unacknowledged = c.who->in.unacknowledged();
    f.left_behind = c.who->in.left_behind();
    f.resumed = c.who->in.from_earlier_connection(p.packet_id);
    const model::inbox::entry* open = p.qos == 2 ? c.who->in.find(p.packet_id) : nullptr;
    f.id_open = open != nullptr;
    f.repeats = open == nullptr ? 0 : open->times;
  }
  if (const std::uint8_t reason = rules->publish_refusal(f); reason != 0) {
    return close_for(c, reason, close_cause::protocol_error, now);
  }
  const bool counted = f.id_open && !f.resumed;
  if (p.qos > 0 && !counted && rules->receive_maximum_exceeded(f)) {
    return close_for(c, reason_code::receive_maximum_exceeded, close_cause::protocol_error, now);
  }
  std::string topic;
  if (!resolve_alias(c, p, topic, now)) return;
  topic = rules->text_as_taken(topic);
  f.denied = denied(c, p.type, topic);

  const std::string publisher = c.who == nullptr ? std::string() : c.who->client_id;
  model::message m = model::message_of(p, std::move(topic), publisher, now);
  // 3.1.1 has no way to say that there is no retain.
  if (m.retain && !options.retain_available) m.retain = false;
  if (c.who == nullptr) {
    store.publish(std::move(m), now);
    return;
  }
  if (p.qos == 2) return handle_qos2(c, p, f, std::move(m), now);
  if (!f.denied && !rules->publish_is_duplicate(f)) f.matched = store.publish(std::move(m), now);
  acknowledge(c, p, f, now);
}

void broker::state::handle_qos2(connection& c, const wire::packet& p, model::publish_facts f,
                                model::message m, instant now) {
  const bool duplicate = rules->publish_is_duplicate(f);
  model::message_pointer held;
  if (!duplicate && !f.denied) {
    if (options.qos2_forwarded_at_pubrel && rules->received_id_is_kept(f)) {
      held = std::make_shared<const model::message>(std::move(m));
    } else {
      f.matched = store.publish(std::move(m), now);
    }
  }
  if (rules->received_id_is_kept(f)) c.who->in.received(p.packet_id, std::move(held));
  if (duplicate && !rules->duplicate_is_acknowledged(f)) return;
  acknowledge(c, p, f, now);
}

void broker::state::acknowledge(connection& c, const wire::packet& p, const model::publish_facts& f,
                                instant now) {
  if (!rules->publish_is_acknowledged(f)) return;
  wire::packet answer =
      wire::make(p.qos == 2 ? packet_type::pubrec : packet_type::puback, c.version);
  answer.packet_id = p.qos == 0 ? std::uint16_t{1} : p.packet_id;
  answer.reason = rules->acknowledge_reason(f);
  send_or_close(c, answer, now);
  if (answer.reason >= 0x80 && !rules->failing_answer_spares_connection(f)) {
    close_for(c, answer.reason, close_cause::protocol_error, now);
  }
}

// Sound rules take every answer, whether |known| or not.
bool broker::state::may_go_on(connection& c, const wire::packet& p, bool known, instant now) {
  const model::answer_facts f{p.version, p.type, p.reason, known};
  if (rules->answer_is_error(f)) {
    close_for(c, reason_code::protocol_error, close_cause::protocol_error, now);
    return false;
  }
  if (!rules->answer_stops_connection(f)) return true;
  c.now_in = phase::lingering;
  silence.clear(c.id);
  return false;
}

void broker::state::handle_acknowledgement(connection& c, const wire::packet& p, instant now) {
  if (c.who == nullptr) return;
  const model::acknowledged a = c.who->out.acknowledge(p.type, p.packet_id, p.reason);
  if (!may_go_on(c, p, a.known, now)) return;
  if (a.release) {
    wire::packet release = wire::make(packet_type::pubrel, c.version);
    release.packet_id = p.packet_id;
    release.reason = a.release_reason;
    send_or_close(c, release, now);
    if (c.who == nullptr) return;
  }
  store.touch(*c.who);
}

void broker::state::handle_release(connection& c, const wire::packet& p, instant now) {
  if (c.who == nullptr) return;
  const model::release_facts f{p.version, c.who->in.find(p.packet_id) != nullptr, p.reason};
  if (!may_go_on(c, p, f.id_open, now)) return;
  if (f.id_open) {
    const model::message_pointer held = c.who->in.released(p.packet_id, rules->release_frees_id(f));
    if (held) store.publish(*held, now);
  }
  if (!rules->release_is_answered(f)) return;
  wire::packet answer = wire::make(packet_type::pubcomp, c.version);
  answer.packet_id = p.packet_id;
  answer.reason = rules->release_reason(f);
  send_or_close(c, answer, now);
}

model::filter_facts broker::state::filter_of(const connection& c,
                                             const wire::subscription_request& r,
                                             bool has_identifier) const {
  const model::share_split parts = model::split_share(r.filter);
  return {c.version,
          parts.filter.find_first_of("+#") != std::string_view::npos,
          parts.shared,
          has_identifier,
          options.wildcards_available,
          options.shared_subscriptions_available,
          options.subscription_identifiers_available};
}

bool broker::state::denied(const connection& c, packet_type packet, std::string_view topic) const {
  const bool forbidden = options.denied_topics && topic.ends_with("/denied");
  return rules->access_refusal({c.version, packet, forbidden}) != 0;
}

void broker::state::handle_subscribe(connection& c, const wire::packet& p, instant now) {
  if (c.who == nullptr) return;
  const auto identifier = find_number(p.properties, property_id::subscription_identifier);
  for (const wire::subscription_request& request : p.subscriptions) {
    const model::filter_facts f = filter_of(c, request, identifier.has_value());
    const std::uint8_t reason = rules->subscription_refusal(f);
    if (reason != 0 && rules->refused_subscription_is_error(f)) {
      return close_for(c, reason, close_cause::protocol_error, now);
    }
  }
  wire::packet answer = wire::make(packet_type::suback, c.version);
  answer.packet_id = p.packet_id;
  bool answered = true;
  // Like a sequence of SUBSCRIBEs, with one answer. [v5:MQTT-3.8.4-5] [v311:MQTT-3.8.4-4]
  std::size_t place = 0;
  for (wire::subscription_request request : p.subscriptions) {
    if (!rules->filter_is_taken({p.type, place++})) {
      answer.reasons.push_back(request.max_qos);
      continue;
    }
    request.filter = rules->text_as_taken(request.filter);
    model::subscribe_facts f;
    f.version = c.version;
    f.requested_qos = request.max_qos;
    f.existed = c.who->subscriptions.contains(request.filter);
    answered = answered && rules->subscribe_is_answered(f);
    std::uint8_t reason =
        rules->subscription_refusal(filter_of(c, request, identifier.has_value()));
    if (reason == 0 && denied(c, p.type, request.filter)) {
      reason = code_of(reason_code::not_authorized);
    }
    if (reason == 0) reason = store.subscribe(*c.who, request, identifier, now);
    if (!is_v5(c.version) && reason >= 0x80) reason = v311_failure;
    answer.reasons.push_back(reason);
  }
  if (!rules->reason_order_is_kept({c.version, answer.reasons.size(), 0})) {
    std::reverse(answer.reasons.begin(), answer.reasons.end());
  }
  if (options.suback_is_last) flush(now);
  if (answered) send_or_close(c, answer, now);
}

void broker::state::handle_unsubscribe(connection& c, const wire::packet& p, instant now) {
  if (c.who == nullptr) return;
  wire::packet answer = wire::make(packet_type::unsuback, c.version);
  answer.packet_id = p.packet_id;
  bool answered = true;
  std::size_t place = 0;
  for (const std::string& asked : p.filters) {
    const std::string filter = rules->text_as_taken(asked);
    if (!rules->filter_is_taken({p.type, place++})) {
      if (is_v5(c.version)) answer.reasons.push_back(0);
      continue;
    }
    const bool existed = c.who->subscriptions.contains(filter);
    const std::uint8_t reason = store.unsubscribe(*c.who, filter);
    answered = answered && rules->unsubscribe_is_answered({c.version, existed, false});
    if (is_v5(c.version)) answer.reasons.push_back(reason);
  }
  if (!rules->reason_order_is_kept({c.version, answer.reasons.size(), 0})) {
    std::reverse(answer.reasons.begin(), answer.reasons.end());
  }
  if (answered) send_or_close(c, answer, now);
}

void broker::state::handle_disconnect(connection& c, const wire::packet& p, instant now) {
  if (c.who == nullptr) {
    outputs.emplace_back(close_connection{c.id});
    return finish(c, {close_cause::disconnect, p.reason, {}}, now);
  }
  model::closing how{close_cause::disconnect, p.reason, {}};
  if (const auto update = find_number(p.properties, property_id::session_expiry_interval)) {
    const model::expiry_update_facts f{c.who->sent_interval, c.who->interval, *update,
                                       options.session_expiry_max, p.reason};
    if (!rules->interval_update_allowed(f)) {
      // No valid DISCONNECT: the will goes out. [v5:v5-3.14.2.2.2-c]
      return close_for(c, reason_code::protocol_error, close_cause::protocol_error, now);
    }
    how.interval_update = rules->updated_interval(f);
  } else {
    how.interval_update = rules->interval_without_update(
        {c.who->sent_interval, c.who->interval, 0, options.session_expiry_max, p.reason});
  }
  const model::close_facts f{c.version, p.reason, true};
  if (rules->processes_behind_disconnect(f)) {
    return leave_open(c, how, now);
  }
  if (options.disconnect_is_answered && is_v5(c.version)) {
    send(c, wire::make(packet_type::disconnect, c.version));
  }
  if (rules->closes_after_disconnect(f)) outputs.emplace_back(close_connection{c.id});
  finish(c, how, now);
}

void broker::state::flush(instant now) {
  for (auto touched = store.take_touched(); !touched.empty(); touched = store.take_touched()) {
    for (model::session* who : touched) {
      const auto at = by_session.find(who->serial);
      connection* c = at == by_session.end() ? nullptr : find(at->second);
      if (c != nullptr) flush(*c, now);
    }
  }
}

void broker::state::flush(connection& c, instant now) {
  if (c.who == nullptr) return;
  model::outbox& out = c.who->out;
  bool sent = false;
  while (const auto next = out.next(now)) {
    send_outgoing(c, *next);
    sent = true;
  }
  if (sent && rules->keep_alive_restarts_by_sending(
                  {c.version, c.asked_keep_alive, options.server_keep_alive, c.keep_alive})) {
    restart_keep_alive(c, packet_type::pingreq, now);
  }
  if (c.who->overflowed) {
    return close_for(c, reason_code::quota_exceeded, close_cause::server_limit, now);
  }
  if (out.next_retry() != never) retries.set(c.id, out.next_retry());
}

void broker::state::send_outgoing(connection& c, const model::outgoing& o) {
  wire::packet p = wire::make(o.type, c.version);
  p.packet_id = o.packet_id;
  if (o.type == packet_type::publish) {
    const model::message& m = *o.copy.content;
    p.dup = o.dup;
    p.qos = o.copy.qos;
    p.retain = o.copy.retain;
    p.topic = m.topic;
    p.payload = m.payload;
    if (is_v5(c.version)) {
      p.properties = m.properties;
      for (wire::property& each : p.properties) {
        if (each.id == property_id::message_expiry_interval && o.expiry_interval) {
          each.number = *o.expiry_interval;
        }
      }
      for (const std::uint32_t id : o.copy.identifiers) {
        p.properties.push_back(wire::number_property(property_id::subscription_identifier, id));
      }
    }
  }
  if (!send(c, p) && p.type == packet_type::publish) {
    const model::packet_size_facts f{scratch.size(), c.packet_limit, c.former_packet_limit, p.type};
    c.who->out.oversized(o.packet_id, rules->oversized_counts_as_delivered(f));
  }
}

bool broker::state::send(connection& c, const wire::packet& p) {
  scratch.clear();
  if (options.answers == answer_form::plain || !encode_at_length(c, p)) {
    scratch.clear();
    if (!wire::encode_to(p, scratch)) return false;
  }
  if (rules->outbound_too_large({scratch.size(), c.packet_limit, c.former_packet_limit, p.type})) {
    return false;
  }
  if (auto other = rules->sent_instead({p.type, c.version, scratch})) scratch = std::move(*other);
  send_octets* last = outputs.empty() ? nullptr : std::get_if<send_octets>(&outputs.back());
  if (last != nullptr && last->to == c.id) {
    last->octets.insert(last->octets.end(), scratch.begin(), scratch.end());
  } else {
    outputs.emplace_back(send_octets{c.id, scratch});
  }
  return true;
}

void broker::state::send_or_close(connection& c, const wire::packet& p, instant now) {
  if (send(c, p)) return;
  outputs.emplace_back(close_connection{c.id});
  finish(c, {close_cause::server_limit, 0, {}}, now);
}

}  // namespace mqttspec::broker
