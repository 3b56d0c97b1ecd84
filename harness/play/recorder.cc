#include "play/recorder.h"

namespace mqttspec::play {

using trace::event_kind;

recorder::recorder(std::size_t most, std::unique_ptr<oracle::watcher> rules, bool serves)
    : keeps_(most != 0), trace_(most), rules_(std::move(rules)), serves_(serves) {}

void recorder::opened(connection_id id, const std::string& client, wire::protocol_version version,
                      instant now) {
  if (keeps_) parties_[id] = {client, version};
  noted(id, event_kind::opened, "open", now);
  if (rules_) rules_->opened(id, client, version, now);
}

std::uint64_t recorder::add(connection_id id, trace::direction way, byte_view octets,
                            std::uint64_t size, const wire::packet* p, std::string text,
                            instant now, std::shared_ptr<const trace::making> made) {
  if (!keeps_) return 0;
  const party& who = parties_[id];
  if (serves_) {
    way = way == trace::direction::sent ? trace::direction::received : trace::direction::sent;
  }
  trace::entry e = trace::packet_entry(who.client, id, way, who.version, octets, size, p);
  e.text = std::move(text);
  e.made = std::move(made);
  return trace_.add(std::move(e), now);
}

void recorder::sent(connection_id id, byte_view octets, const wire::packet* p, instant now,
                    std::shared_ptr<const trace::making> made) {
  add(id, trace::direction::sent, octets, octets.size(), p, "", now, std::move(made));
  if (rules_) rules_->sent(id, octets, p, now);
}

std::uint64_t recorder::received(connection_id id, byte_view octets, std::uint64_t size,
                                 const wire::packet& p, instant now) {
  if (rules_) rules_->received(id, p, size, now);
  return add(id, trace::direction::received, octets, size, &p, "", now);
}

std::uint64_t recorder::received_malformed(connection_id id, byte_view octets, std::uint64_t size,
                                           const wire::wire_fault& fault, const std::string& text,
                                           bool to_be_judged, instant now) {
  if (rules_ && to_be_judged) rules_->received_malformed(id, fault, text, now);
  return add(id, trace::direction::received, octets, size, nullptr, text, now);
}

std::uint64_t recorder::ended(connection_id id, event_kind how, std::string text, instant now) {
  if (rules_) {
    using oracle::end_of_link;
    rules_->ended(id,
                  how == event_kind::shut    ? end_of_link::shut_by_client
                  : how == event_kind::ended ? end_of_link::closed_by_server
                  : how == event_kind::reset ? end_of_link::reset_by_server
                                             : end_of_link::closed_by_client,
                  now);
  }
  if (!keeps_) return 0;
  trace::entry e = trace::event_entry(parties_[id].client, id, how, std::move(text));
  e.version = parties_[id].version;
  return trace_.add(std::move(e), now);
}

void recorder::noted(connection_id id, event_kind what, std::string text, instant now) {
  if (!keeps_) return;
  trace::entry e = trace::event_entry(parties_[id].client, id, what, std::move(text));
  e.version = parties_[id].version;
  trace_.add(std::move(e), now);
}

std::uint64_t recorder::noted(const std::string& client, std::string text, instant now) {
  if (!keeps_) return 0;
  return trace_.add(trace::event_entry(client, 0, event_kind::noted, std::move(text)), now);
}

void recorder::waited(duration length, instant now) {
  if (!keeps_) return;
  trace::entry e = trace::event_entry("", 0, event_kind::waited, "wait " + print_duration(length));
  e.length = length;
  trace_.add(std::move(e), now);
}

void recorder::restarted(instant now) {
  if (rules_) rules_->restarted(now);
  if (keeps_) trace_.add(trace::event_entry("", 0, event_kind::restarted, "restart"), now);
}

void recorder::forgot(instant now) {
  if (rules_) rules_->restarted(now);
}

void recorder::stood_still() {
  if (rules_) rules_->stood_still();
}

void recorder::finish(instant now) {
  if (rules_) rules_->finish(now);
}

}  // namespace mqttspec::play
