#include "play/clean_up.h"

#include <fmt/format.h>

#include <utility>

#include "base/utf8.h"
#include "wire/encode.h"

namespace mqttspec::play {

using wire::packet_type;

namespace {

constexpr duration patience = std::chrono::seconds(2);

void append_encoded(const wire::packet& p, byte_buffer& out) {
  // Ids and topics come from packets that were encoded before, so this cannot fail.
  (void)wire::encode_to(p, out);
}

}  // namespace

clean_up::clean_up(const leftovers& what)
    : user_name_(what.user_name), password_(what.password), keep_alive_(what.keep_alive) {
  for (const auto& [client_id, version] : what.sessions) {
    visits_.push_back({client_id, version, {}});
  }
  // Retained messages last: ending a session may publish a retained will.
  if (!what.retained_topics.empty()) {
    visits_.push_back(
        {what.client_id, what.version, {what.retained_topics.begin(), what.retained_topics.end()}});
  }
}

void clean_up::advance(instant now) {
  if (link_) read();
  if (link_ && (!gone_.empty() || now >= deadline_)) {
    actions_.push_back(close_connection{link_->id(), false});
    give_up(!gone_.empty() ? gone_ : "no answer within 2s");
  }
  if (!link_ && !visits_.empty()) open_next(now);
  if (!link_) deadline_ = never;
}

void clean_up::read() {
  const packet_type last =
      visits_.front().topics.empty() ? packet_type::connack : packet_type::pingresp;
  while (link_ && !link_->queue.empty()) {
    const inbound item = std::move(link_->queue.front());
    link_->queue.pop_front();
    if (item.kind != inbound_kind::packet) {
      gone_ = "the broker closed the connection";
      return;
    }
    if (item.packet.type == last) leave();
  }
}

void clean_up::open_next(instant now) {
  link_.emplace(next_id_++, "clean-up", visits_.front().version);
  gone_.clear();
  deadline_ = now + patience;
  actions_.push_back(open_connection{link_->id(), "clean-up", "", ""});
}

void clean_up::connected(connection_id id, instant now) {
  if (!is_ours(id)) return;
  link_->state = link_state::open;
  deadline_ = now + patience;
  const visit& v = visits_.front();
  wire::packet connect = wire::make(packet_type::connect, v.version);
  connect.client_id = v.client_id;
  connect.clean_start = true;
  connect.keep_alive = keep_alive_;
  if (!user_name_.empty()) connect.user_name = user_name_;
  if (!password_.empty()) connect.password = password_;
  byte_buffer out;
  append_encoded(connect, out);
  for (const std::string& topic : v.topics) {
    wire::packet clear = wire::make(packet_type::publish, v.version);
    clear.topic = topic;
    clear.retain = true;
    append_encoded(clear, out);
  }
  if (!v.topics.empty()) append_encoded(wire::make(packet_type::pingreq, v.version), out);
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

void clean_up::give_up(const std::string& why) {
  const visit& v = visits_.front();
  warnings_.push_back(v.topics.empty()
                          ? fmt::format("the session of \"{}\" may be left on the broker: {}",
                                        escape_text(v.client_id), why)
                          : fmt::format("{} retained message(s) may be left on the broker: {}",
                                        v.topics.size(), why));
  link_.reset();
  // A broker that does not answer once is not asked again for this case.
  visits_.clear();
}

}  // namespace mqttspec::play
