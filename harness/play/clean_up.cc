#include "play/clean_up.h"

#include <utility>

#include "wire/encode.h"

namespace mqttspec::play {

using wire::packet_type;

namespace {

constexpr duration patience = std::chrono::seconds(2);
constexpr const char* closed_by_broker = "the broker closed the connection";

void append_encoded(const wire::packet& p, byte_buffer& out) {
  // Ids and topics come from packets that were encoded before, so this cannot fail.
  (void)wire::encode_to(p, out);
}

// Of a retained message, also where the rest of its PUBLISH is malformed; "": it is none.
std::string retained_topic(const inbound& item) {
  if (item.kind == inbound_kind::packet) {
    const wire::packet& p = item.packet;
    return p.type == packet_type::publish && p.retain ? p.topic : "";
  }
  const byte_view octets = item.octets;
  if (octets.empty() || (octets[0] & 0xF1) != 0x31) return "";
  std::size_t at = 1;  // behind the Remaining Length
  while (at < octets.size() && (octets[at] & 0x80) != 0) ++at;
  if (octets.size() < at + 3) return "";
  const std::size_t length = octets[at + 1] * std::size_t{256} + octets[at + 2];
  const byte_view rest = octets.subspan(at + 3);
  if (rest.size() < length) return "";
  return {rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace

clean_up::clean_up(const leftovers& what) : what_(what) {
  for (const auto& [client_id, version] : what.what.sessions) {
    visits_.push_back({client_id, version, {}, {}, false});
  }
  // Retained messages last: ending a session may publish a retained will.
  if (!what.what.topics.empty() || !what.what.levels.empty()) {
    visits_.push_back({what.client_id,
                       what.version,
                       {what.what.topics.begin(), what.what.topics.end()},
                       {what.what.levels.begin(), what.what.levels.end()},
                       false});
  }
}

leftovers clean_up::rest() const {
  leftovers out = what_;
  out.what = {};
  for (const std::deque<visit>* some : {&visits_, &refused_}) {
    for (const visit& v : *some) {
      if (!v.of_topics()) out.what.sessions[v.client_id] = v.version;
      out.what.topics.insert(v.topics.begin(), v.topics.end());
      out.what.levels.insert(v.levels.begin(), v.levels.end());
    }
  }
  return out;
}

void clean_up::advance(instant now) {
  if (link_) read();
  if (link_ && (!gone_.empty() || now >= deadline_)) {
    actions_.push_back(close_connection{link_->id(), false});
    if (!go_one_by_one() && !turned_away()) {
      give_up(!gone_.empty() ? gone_ : "no answer within 2s");
    }
  }
  if (!link_ && !finished()) open_next(now);
  if (!link_) deadline_ = never;
}

void clean_up::read() {
  const packet_type last =
      visits_.front().of_topics() ? packet_type::pingresp : packet_type::connack;
  while (link_ && !link_->queue.empty()) {
    const inbound item = std::move(link_->queue.front());
    link_->queue.pop_front();
    if (item.kind == inbound_kind::close) {
      gone_ = closed_by_broker;
      return;
    }
    if (const std::string topic = retained_topic(item); !topic.empty()) {
      byte_buffer out;
      clear(topic, out);
      actions_.push_back(write_octets{link_->id(), std::move(out)});
    }
    if (item.kind != inbound_kind::packet) {
      // Badly, but it has answered.
      if (!item.octets.empty() && item.octets[0] >> 4 == static_cast<int>(last)) leave();
      continue;
    }
    const wire::packet& p = item.packet;
    accepted_ = accepted_ || (p.type == packet_type::connack && p.reason == 0);
    any_accepted_ = any_accepted_ || accepted_;
    if (p.type == packet_type::connack && p.reason != 0) {
      why_rest_ = "the broker refuses CONNECT";
      refused_.push_back(visits_.front());
      return leave();
    }
    if (p.type == last) leave();
  }
}

void clean_up::open_next(instant now) {
  link_.emplace(next_id_++, "clean-up", visits_.front().version);
  accepted_ = false;
  gone_.clear();
  deadline_ = now + patience;
  actions_.push_back(open_connection{link_->id(), "clean-up", "", ""});
}

void clean_up::clear(const std::string& topic, byte_buffer& out) const {
  wire::packet p = wire::make(packet_type::publish, link_->version());
  p.topic = topic;
  p.retain = true;
  append_encoded(p, out);
}

void clean_up::connected(connection_id id, instant now) {
  if (!is_ours(id)) return;
  link_->state = link_state::open;
  deadline_ = now + patience;
  const visit& v = visits_.front();
  wire::packet connect = wire::make(packet_type::connect, v.version);
  connect.client_id = v.client_id;
  connect.clean_start = true;
  connect.keep_alive = what_.keep_alive;
  if (!what_.user_name.empty()) connect.user_name = what_.user_name;
  if (!what_.password.empty()) connect.password = what_.password;
  byte_buffer out;
  append_encoded(connect, out);
  if (v.of_topics()) {
    std::uint16_t packet_id = 0;
    for (const std::string& level : v.levels) {
      wire::packet subscribe = wire::make(packet_type::subscribe, v.version);
      subscribe.packet_id = ++packet_id;
      subscribe.subscriptions.push_back({.filter = level + "/#"});
      append_encoded(subscribe, out);
    }
    for (const std::string& topic : v.topics) clear(topic, out);
    append_encoded(wire::make(packet_type::pingreq, v.version), out);
  }
  actions_.push_back(write_octets{id, std::move(out)});
}

void clean_up::connect_failed(connection_id id, const std::string&, instant now) {
  if (!is_ours(id)) return;
  gone_ = "no connection";
  advance(now);
}

void clean_up::received(connection_id id, byte_view octets, instant now) {
  if (!is_ours(id)) return;
  link_->receive(octets, now);
  advance(now);
}

void clean_up::closed(connection_id id, close_kind how, instant now) {
  if (!is_ours(id)) return;
  link_->close(how, now);
  advance(now);
}

void clean_up::broke_below(connection_id id, const std::string& what, std::string_view,
                           instant now) {
  if (!is_ours(id)) return;
  gone_ = what;
  advance(now);
}

void clean_up::stalled(duration length, instant) {
  deadline_ = saturating_add(deadline_, length);
}

void clean_up::abandon(abandonment, const std::string& reason, instant) {
  if (finished()) return;
  if (link_) actions_.push_back(close_connection{link_->id(), false});
  give_up(reason);
  deadline_ = never;
}

std::optional<action> clean_up::next_action() {
  if (actions_.empty()) return std::nullopt;
  action a = std::move(actions_.front());
  actions_.pop_front();
  return a;
}

void clean_up::leave() {
  byte_buffer out;
  append_encoded(wire::make(packet_type::disconnect, link_->version()), out);
  actions_.push_back(write_octets{link_->id(), std::move(out)});
  actions_.push_back(close_connection{link_->id(), false});
  link_.reset();
  visits_.pop_front();
}

// A broker that lets us in and then ends the connection does not take one of the topics. One that
// it does not take retains nothing.
bool clean_up::go_one_by_one() {
  const visit v = visits_.front();
  if (!accepted_ || gone_.empty() || !v.of_topics()) return false;
  const std::size_t things = v.topics.size() + v.levels.size();
  if (things == 1 && v.topics.empty()) return false;
  link_.reset();
  visits_.pop_front();
  if (things == 1) return true;
  for (const std::string& topic : v.topics)
    visits_.push_back({v.client_id, v.version, {topic}, {}, false});
  for (const std::string& level : v.levels)
    visits_.push_back({v.client_id, v.version, {}, {level}, false});
  return true;
}

// A broker that ends the connection at this name once more, and lets another one in, keeps nothing
// under it.
bool clean_up::turned_away() {
  visit v = visits_.front();
  if (gone_ != closed_by_broker || v.of_topics()) return false;
  link_.reset();
  visits_.pop_front();
  if (!v.again) {
    v.again = true;
    if (visits_.empty() && !any_accepted_) {
      visits_.push_back({what_.client_id, what_.version, {}, {}, true});
    }
    visits_.push_back(std::move(v));
  } else if (!any_accepted_) {
    visits_.push_front(std::move(v));
    return false;
  }
  return true;
}

// A broker that does not answer once is not asked again.
void clean_up::give_up(const std::string& why) {
  why_rest_ = why;
  given_up_ = true;
  link_.reset();
}

}  // namespace mqttspec::play
