#include "play/clean_up.h"

#include <fmt/format.h>

#include "base/utf8.h"
#include "wire/encode.h"

namespace mqttspec::play {

using wire::packet_type;

namespace {

constexpr duration patience = std::chrono::seconds(2);

void append_encoded(const wire::packet& p, byte_buffer& out) {
  // Ids and topics come from packets that were encoded before, so this cannot fail.
  if (const auto e = wire::encode(p)) out.insert(out.end(), e->bytes.begin(), e->bytes.end());
}

}  // namespace

clean_up::clean_up(const ledger& left, wire::protocol_version version, std::string tidy_client_id,
                   const run_options& options, connection_id first_id)
    : next_id_(first_id),
      user_name_(options.user_name),
      password_(options.password),
      keep_alive_(options.keep_alive) {
  for (const ledger::stored_session& s : left.sessions()) {
    visits_.push_back({s.client_id, s.version, {}});
  }
  // Retained messages last: ending a session may publish a retained will.
  if (auto topics = left.retained_topics(); !topics.empty()) {
    visits_.push_back({std::move(tidy_client_id), version, std::move(topics)});
  }
}

bool clean_up::advance(std::vector<action>& actions, instant now) {
  if (link_) {
    while (!link_->queue.empty()) {
      const inbound item = std::move(link_->queue.front());
      link_->queue.pop_front();
      const bool packet = item.kind == inbound_kind::packet;
      const bool last_answer =
          packet && item.packet.type == (visits_.front().topics.empty() ? packet_type::connack
                                                                        : packet_type::pingresp);
      if (last_answer) {
        leave(actions);
        break;
      }
      if (!packet) {
        give_up("the broker closed the connection");
        break;
      }
    }
    if (link_ && (gone_ || now >= deadline_)) {
      actions.push_back(close_connection{link_->id(), false});
      give_up(gone_ ? "no connection" : "no answer within 2s");
    }
  }
  if (!link_ && !visits_.empty()) open_next(actions, now);
  if (!link_) deadline_ = never;
  return !link_ && visits_.empty();
}

void clean_up::open_next(std::vector<action>& actions, instant now) {
  link_.emplace(next_id_++, "clean-up", visits_.front().version);
  gone_ = false;
  deadline_ = now + patience;
  actions.push_back(open_connection{link_->id(), "clean-up", "", ""});
}

void clean_up::connected(std::vector<action>& actions, instant) {
  link_->state = link_state::open;
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
  actions.push_back(write_octets{link_->id(), std::move(out)});
}

void clean_up::received(byte_view octets, instant now) {
  link_->receive(octets, now);
}

void clean_up::closed(close_kind how, instant now) {
  link_->close(how, now);
  gone_ = true;
}

void clean_up::leave(std::vector<action>& actions) {
  byte_buffer out;
  append_encoded(wire::make(packet_type::disconnect, link_->version()), out);
  actions.push_back(write_octets{link_->id(), std::move(out)});
  actions.push_back(close_connection{link_->id(), false});
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
