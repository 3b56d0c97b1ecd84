#include "client/client.h"

#include <algorithm>
#include <utility>

#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::client {

using namespace std::chrono_literals;
using wire::packet;
using wire::packet_type;
using wire::property_id;

namespace {

constexpr duration before_reopening = 50ms;
constexpr std::uint64_t usual_keep_alive = 60;
constexpr std::size_t own_window = 20;  // of some defects
constexpr std::uint64_t malformed = 0x81;
constexpr std::uint8_t shutting_down = 0x8B;

}  // namespace

wire::text_pairs client::facts() {
  return {{"store", "1"}};
}

void client::begin() {
  tell_of("ready", {{"adapter", adapter::protocol_version},
                    {"name", std::string("embedded client")},
                    {"version", std::string("1")}});
}

void client::tell_of(std::string name, std::map<std::string, wire::value> fields) {
  out_.emplace_back(tell{{std::move(name), std::move(fields)}});
}

void client::refuse(std::uint64_t n, const char* why) {
  tell_of("refused", {{"n", n}, {"why", std::string(why)}});
}

void client::ask(const adapter::message& command, instant now) {
  const std::uint64_t n = command.number("n");
  if (command.name == "connect") {
    asked_ = command;
    version_ = command.text("version") == "3.1.1" ? wire::protocol_version::v311
                                                  : wire::protocol_version::v5;
    wants_connection_ = true;
    if (!open_) open();
  } else if (command.name == "reconnect") {
    wants_connection_ = true;
    if (!open_ && open_at_ == never) open();
  } else if (command.name == "publish") {
    publish(command, now);
  } else if (command.name == "subscribe" || command.name == "unsubscribe") {
    subscribe(command, now);
  } else if (command.name == "disconnect") {
    wants_connection_ = false;
    if (!open_) return;
    packet p = wire::make(packet_type::disconnect, version_);
    if (const auto* interval = command.find<std::uint64_t>("session_expiry_interval")) {
      p.properties.push_back(wire::number_property(property_id::session_expiry_interval,
                                                   static_cast<std::uint32_t>(*interval)));
      asked_.fields["session_expiry_interval"] = *interval;
    }
    send(p, now);
    left_ = true;
    if (!rules_.silent_behind_disconnect) {
      packet behind = wire::make(packet_type::publish, version_);
      behind.topic = behind.payload = "behind";
      send(behind, now);
    }
    if (rules_.closes_behind_disconnect) close(0, now);
  } else {
    refuse(n, "unknown");
  }
}

void client::open() {
  open_at_ = never;
  open_ = true;
  live_ = left_ = false;
  in_.clear();
  out_.emplace_back(open_connection{});
}

std::uint64_t client::interval() const {
  if (version_ == wire::protocol_version::v311) {
    return asked_.number("clean_start") != 0 ? 0 : wire::never_expires;
  }
  return asked_.number("session_expiry_interval");
}

// The connection is no more, by whomever.
void client::lose_link(instant now) {
  open_ = live_ = false;
  repeat_at_ = never;
  for (flight& f : flights_) f.here = false;
  for (const auto& [id, n] : requests_) refuse(n, "the connection was lost");
  requests_.clear();
  held_.reset();
  if (rules_.forgets_incoming_aliases) aliases_in_.clear();
  if (rules_.forgets_outgoing_aliases) aliases_out_.clear();
  if (interval() == 0) {
    session_ = false;
    if (rules_.drops_at_clean_start) drop_session();
  }
  if (!rules_.keeps_outgoing) flights_.clear();
  if (!rules_.keeps_incoming) recorded_.clear();
  if (wants_connection_) open_at_ = now + before_reopening;
}

void client::close(std::uint64_t reason, instant now) {
  out_.emplace_back(close_connection{});
  tell_of("closed", {{"reason", reason}});
  lose_link(now);
}

void client::ended(instant now) {
  if (!open_) return;
  tell_of("closed", {});
  lose_link(now);
}

void client::killed() {
  const bool store = asked_.number("store") != 0 && rules_.keeps_store;
  client next(rules_);
  if (store) {
    next.flights_ = std::move(flights_);
    for (flight& f : next.flights_) f.here = false;
    next.recorded_ = std::move(recorded_);
    next.session_ = session_;
    next.last_id_ = last_id_;
    next.second_ = second_;
  }
  *this = std::move(next);
}

// What is left of it goes as new messages.
void client::drop_session() {
  if (rules_.drops_incoming_when_lost) recorded_.clear();
  if (!rules_.drops_outgoing_when_lost) return;
  for (auto f = flights_.rbegin(); f != flights_.rend(); ++f) {
    if (f->released) continue;
    f->publish.dup = false;
    queue_.push_front(std::move(*f));
  }
  flights_.clear();
}

void client::connected(instant now) {
  send_connect(now);
}

void client::send_connect(instant now) {
  packet p = wire::make(packet_type::connect, version_);
  p.client_id = asked_.text("client_id") + (second_ && !rules_.keeps_client_id ? "x" : "");
  p.clean_start = asked_.number("clean_start") != 0;
  keep_alive_ = asked_.number("keep_alive", usual_keep_alive);
  p.keep_alive = static_cast<std::uint16_t>(keep_alive_);
  if (p.clean_start && rules_.drops_at_clean_start) {
    session_ = false;
    drop_session();
  }
  const auto copy = [&](const char* name) {
    const auto found = asked_.fields.find(name);
    if (found != asked_.fields.end()) (void)wire::set_field(p, name, found->second);
  };
  for (const char* name :
       {"user_name", "password", "will_topic", "will_payload", "will_qos", "will_retain"}) {
    copy(name);
  }
  if (version_ == wire::protocol_version::v5) {
    if (rules_.keeps_interval || !second_) copy("session_expiry_interval");
    for (const char* name :
         {"receive_maximum", "maximum_packet_size", "topic_alias_maximum", "will_delay_interval"}) {
      copy(name);
    }
  }
  second_time_ = second_;
  second_ = true;
  send(p, now);
}

void client::send(const packet& p, instant now) {
  auto encoded = wire::encode(p);
  if (!encoded) return;
  last_sent_ = now;
  out_.emplace_back(send_octets{std::move(encoded->bytes)});
}

void client::received(byte_view octets, instant now) {
  if (!open_) return;
  if (!rules_.counts_own_packets_only) last_sent_ = now;
  in_.insert(in_.end(), octets.begin(), octets.end());
  while (open_ && !in_.empty()) {
    const auto frame = wire::split(in_, version_);
    if (frame && !*frame) return;
    const auto p = frame ? wire::decode((*frame)->bytes, {version_, wire::sender::server})
                         : wire::wire_result<packet>(tl::unexpected(frame.error()));
    if (!p || (!rules_.takes_short_acks && (*frame)->bytes.size() == 4 &&
               p->type == packet_type::puback && version_ == wire::protocol_version::v5)) {
      const byte_view faulty = frame ? (*frame)->bytes : byte_view(in_);
      if (p || !overlooks(p.error(), faulty)) return close(malformed, now);
      in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(faulty.size()));
      continue;
    }
    const std::size_t size = (*frame)->bytes.size();
    take(*p, now);
    if (size > in_.size()) return;  // closed meanwhile
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

void client::take(const packet& p, instant now) {
  if ((p.type == packet_type::connack) == live_) {
    if (live_ && !rules_.closes_on_second_connack) return;
    return close(malformed, now);
  }
  switch (p.type) {
    case packet_type::connack:
      return connack(p, now);
    case packet_type::publish:
      return message_came(p, now);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubcomp:
      return acknowledged(p, now);
    case packet_type::pubrel:
      return released(p, now);
    case packet_type::suback:
    case packet_type::unsuback:
      if (const auto found = requests_.find(p.packet_id); found != requests_.end()) {
        const std::uint64_t reason = p.reasons.empty() ? 0 : p.reasons.front();
        tell_of("done", {{"n", found->second}, {"reason", reason}});
        requests_.erase(found);
      }
      return;
    case packet_type::disconnect:
      if (p.reason == shutting_down && !rules_.closes_on_reason_alone) return;
      if (rules_.closes_on_disconnect) close(p.reason, now);
      return;
    default:
      return;
  }
}

void client::connack(const packet& p, instant now) {
  const auto told = [&](property_id id, std::uint64_t absent) -> std::uint64_t {
    const auto number = wire::find_number(p.properties, id);
    return number ? *number : absent;
  };
  if (p.reason != 0) {
    wants_connection_ = false;
    return close(p.reason, now);
  }
  const bool v5 = version_ == wire::protocol_version::v5;
  if (v5 && p.session_present && !session_ && rules_.closes_on_unknown_session) {
    wants_connection_ = false;
    return close(malformed, now);
  }
  live_ = true;
  const bool was_lost = !p.session_present && second_time_;
  const bool cleans = asked_.number("clean_start") != 0;
  if (!p.session_present && (!cleans || rules_.drops_at_clean_start)) drop_session();
  if (was_lost && !rules_.keeps_never_sent_when_lost) queue_.clear();
  session_ = true;
  if (rules_.takes_new_receive_maximum || !had_receive_maximum_) {
    receive_maximum_ = told(property_id::receive_maximum, 65535);
  }
  had_receive_maximum_ = true;
  if (!was_lost || rules_.takes_quota_anew_when_lost) quota_ = receive_maximum_;
  maximum_qos_ = told(property_id::maximum_qos, 2);
  retain_available_ = told(property_id::retain_available, 1) != 0;
  packet_size_ = told(property_id::maximum_packet_size, 268435460);
  const std::uint64_t older = rules_.forgets_alias_maximum ? 0 : alias_maximum_;
  alias_maximum_ =
      told(property_id::topic_alias_maximum, rules_.takes_no_alias_as_0 ? older : 65535);
  if (!rules_.keeps_own_limits && asked_.fields.contains("topic_alias_maximum")) {
    asked_.fields["topic_alias_maximum"] = alias_maximum_;
  }
  if (rules_.takes_server_keep_alive) {
    keep_alive_ = told(property_id::server_keep_alive, keep_alive_);
  }
  tell_of("connected",
          {{"session_present", std::uint64_t{p.session_present}}, {"reason", std::uint64_t{0}}});
  if (!rules_.repeats_in_order) std::reverse(flights_.begin(), flights_.end());
  if (!rules_.sorts_by_number) {
    std::sort(flights_.begin(), flights_.end(), [](const flight& a, const flight& b) {
      return std::to_string(a.publish.packet_id) < std::to_string(b.publish.packet_id);
    });
  }
  if (!rules_.repeats_full_window && flights_.size() >= own_window) {
    for (flight& f : flights_) f.here = true;
  }
  if (!rules_.repeats_old_only && p.session_present) repeat_at_ = now + before_reopening;
  if (!rules_.repeats_on_resume_only) repeat_at_ = now + 2s;
  if (!rules_.repeats_open_only) {
    for (flight& f : std::exchange(finished_, {})) flights_.push_back(std::move(f));
  }
  pump(now);
}

instant client::next_deadline() const {
  instant due = open_at_;
  if (live_ && !left_ && keep_alive_ != 0 && rules_.pings) {
    due = std::min(due, last_sent_ + std::chrono::seconds(keep_alive_) * 3 / 4);
  }
  return std::min(due, repeat_at_);
}

void client::advance(instant now) {
  if (open_at_ <= now) open();
  if (repeat_at_ <= now) {
    repeat_at_ = rules_.repeats_old_only ? now + 2s : never;
    for (flight& f : flights_) repeat(f, now);
  }
  if (live_ && !left_ && keep_alive_ != 0 && rules_.pings &&
      last_sent_ + std::chrono::seconds(keep_alive_) * 3 / 4 <= now) {
    send(wire::make(packet_type::pingreq, version_), now);
  }
}

}  // namespace mqttspec::client
