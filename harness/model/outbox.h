#pragma once
// What one session owes its client: queued messages, and those that were sent and are not yet
// acknowledged. Lives as long as the session; connections open and close it.
//
//   outbox out(limits, sound_rules());
//   out.add(delivery, now);                       // queued: the client is away
//   out.open({protocol_version::v5, 10}, true);   // a connection with Receive Maximum 10
//   while (auto o = out.next(now)) send(*o);      // redeliveries, then what is queued
//   out.acknowledge(packet_type::puback, id, 0);

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "model/packet_ids.h"
#include "model/rules.h"

namespace mqttspec::model {

struct outbox_limits {
  std::size_t queue_limit = 1000;
  overflow_action overflow = overflow_action::drop_newest;
  bool qos0_queued = false;
  std::uint32_t window = 65535;  // most in flight, whatever the client's Receive Maximum
  duration resend_delay{};       // on a resume, before what is unacknowledged goes out again
  bool qos0_is_last = false;     // behind all messages of other QoS that wait
};

struct connection_terms {
  protocol_version version = protocol_version::v5;
  std::uint32_t receive_maximum = 65535;
};

enum class outbound_state : std::uint8_t { publish_sent, pubrel_sent };

struct outbound {
  std::uint16_t packet_id = 0;
  delivery copy;
  outbound_state state = outbound_state::publish_sent;
  bool sent_before = false;  // on an earlier connection
  bool awaits_resending = false;
  bool holds_slot = false;  // of this connection's window
};

// The next packet to send.
struct outgoing {
  wire::packet_type type = wire::packet_type::publish;  // or pubrel
  std::uint16_t packet_id = 0;                          // 0: QoS 0
  delivery copy;                                        // publish
  bool dup = false;
  std::optional<std::uint32_t> expiry_interval;  // what is left of it
};

enum class acceptance : std::uint8_t {
  kept,
  not_kept,        // QoS 0 for an absent client
  newest_dropped,  // this one
  oldest_dropped,  // another one; this one is kept
  disconnect,      // dropped, and the connection is to be closed
};

struct acknowledged {
  bool known = false;
  bool completed = false;
  bool release = false;  // PUBREL is due
  std::uint8_t release_reason = 0;
};

class outbox {
 public:
  outbox(const outbox_limits& limits, const rules& r) : limits_(limits), rules_(&r) {}

  void open(const connection_terms& terms, bool resumed, instant now);
  void close();
  bool is_open() const { return open_; }

  acceptance add(delivery copy, instant now);
  std::optional<outgoing> next(instant now);
  acknowledged acknowledge(wire::packet_type type, std::uint16_t id, std::uint8_t reason);
  // The PUBLISH |id| (0: QoS 0) could not be sent: larger than the client accepts.
  void oversized(std::uint16_t id, bool counts_as_delivered);

  void clear_queue();
  void clear_in_flight();
  void drop_waiting(std::string_view filter);  // queued because of that subscription
  void drop_in_flight(std::string_view filter);

  // Copies of messages of shared subscriptions that another member of the share may have now.
  std::vector<delivery> to_pass_on() const;

  // When something goes out that waits for its time: what was left unacknowledged, where the
  // limits delay it; repeats on a live connection, which sound rules do not make.
  instant next_retry() const { return retry_at_; }

  std::size_t queued() const { return queue_.size(); }
  std::size_t in_flight() const { return by_id_.size(); }
  std::uint32_t slots_in_use() const { return slots_; }
  std::uint32_t window() const { return window_; }
  const outbound* find(std::uint16_t id) const;

 private:
  using entries = std::list<outbound>;

  std::optional<outgoing> next_at_once(instant now);
  std::optional<outgoing> next_redelivery(instant now);
  std::optional<outgoing> next_release();
  std::optional<outgoing> next_publish_again(instant now);
  std::optional<outgoing> next_new(instant now);
  outgoing publish(outbound& o, instant now);
  copy_facts facts_of(const delivery& copy, instant now) const;
  copy_facts facts_of(const outbound& o, instant now) const;
  void schedule_redelivery();
  void schedule_retry(const outbound& o, instant now);
  void forget(entries::iterator o);
  void purge_expired(instant now);
  bool holds_qos0() const;
  entries& list_of(const outbound& o) {
    return o.state == outbound_state::publish_sent ? unacknowledged_ : released_;
  }
  std::uint32_t quota() const { return window_ > slots_ ? window_ - slots_ : 0; }
  std::optional<std::uint16_t> new_id();

  outbox_limits limits_;
  const rules* rules_;
  protocol_version version_ = protocol_version::v5;
  bool open_ = false;
  std::uint32_t window_ = 65535;
  std::uint32_t asked_window_ = 65535;  // of the connection before, for rules
  std::uint32_t slots_ = 0;
  std::uint32_t slots_at_close_ = 0;  // likewise
  instant retry_at_ = never;
  bool resend_is_delayed_ = false;  // until retry_at_, and nothing new overtakes it

  // Lists: most sessions never hold anything here, and a deque asks for memory when it is made.
  std::list<delivery> queue_;
  std::list<delivery> at_once_;  // QoS 0 for a connected client
  entries unacknowledged_;       // in the order of sending
  entries released_;             // in the order of PUBREC [v5:MQTT-4.6.0-4]
  std::unordered_map<std::uint16_t, entries::iterator> by_id_;
  std::list<std::uint16_t> resend_publish_;
  std::list<std::uint16_t> resend_release_;
  packet_id_source ids_;
};

}  // namespace mqttspec::model
