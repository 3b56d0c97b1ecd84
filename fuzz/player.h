#pragma once
// Plays a history against the embedded broker, in memory and in virtual time: clients that build
// packets and keep what a client keeps. What is held true of it is a matter of derived classes,
// told of every packet in both directions and of every connection's end, each at its own instant.

#include <string>
#include <vector>

#include "broker/broker.h"
#include "fuzz/history.h"
#include "model/rules.h"
#include "wire/packet.h"

namespace mqttspec::fuzz {

// A network connection, open or not.
struct link {
  broker::connection_id id = 0;
  std::size_t client = 0;
  bool open = true;
  bool connected = false;  // CONNACK with success came
  bool answered = false;   // CONNACK came
  bool told_off = false;   // DISCONNECT came: only a close may follow
  bool garbled = false;    // octets were sent that are no packet of the player's
  wire::packet connect;
  byte_buffer unread;
};

struct owed_answer {
  wire::packet_type type{};
  std::uint16_t id = 0;
};

// A QoS 2 publication that is not complete, as its client keeps it.
struct unfinished {
  wire::packet publish;
  bool released = false;
};

struct peer {
  std::string id;
  wire::protocol_version version = wire::protocol_version::v5;
  std::size_t link = none;  // of the live session; none: not connected
  std::uint16_t last_id = 0;
  std::vector<owed_answer> owed;
  std::vector<unfinished> publications;
  std::size_t piece = 0;  // octets a write; 0: all

  static constexpr std::size_t none = ~std::size_t{0};
};

class player {
 public:
  player(const history& h, const model::rules& rules);
  virtual ~player() = default;
  void play();

 protected:
  virtual std::string_view subscribed(unsigned choice) const { return filter_of(choice); }
  virtual broker::broker_options options() const;
  // May change the action; false: it is left out.
  virtual bool admit(action&) const { return true; }

  // |p| is about to be sent.
  virtual void sending(link&, const wire::packet&) {}
  virtual void received(link&, const wire::packet&, std::size_t size) { (void)size; }
  virtual void closed(link&, bool by_client) { (void)by_client; }
  virtual void stopping(bool clean) { (void)clean; }
  virtual void started() {}
  virtual void time_is(instant) {}
  virtual void step_done() {}

  const history& plan() const { return history_; }
  instant now() const { return now_; }
  std::uint32_t last_serial() const { return serial_; }
  peer& peer_of(const link& l) { return peers_[l.client]; }
  const std::vector<peer>& peers() const { return peers_; }
  link* live_link(std::size_t client);

 private:
  void perform(const action& x);
  void connect(const action& x);
  void disconnect(link& l, const action& x);
  void subscribe(link& l, const action& x);
  void publish(link& l, const action& x);
  void publish_one(link& l, const action& x);
  void publish_again(link& l, const action& x, bool release);
  void answer(link& l, const owed_answer& what, std::uint8_t reason);
  void answer_all(std::size_t client);
  void stray(link& l, const action& x);
  void wait_until(instant target);
  void restart(const action& x);

  // The link may be closed when these return.
  void send(link& l, const wire::packet& p);
  void write(link& l, byte_view octets);
  void drain();
  void take(link& l, const wire::packet& p, std::size_t size);
  void end(link& l, bool by_client);
  std::uint16_t new_id(peer& who);

  const history& history_;
  const model::rules& rules_;
  std::vector<peer> peers_;
  std::vector<std::unique_ptr<link>> links_;  // index: connection_id - 1
  std::unique_ptr<broker::broker> broker_;
  instant now_{};
  std::uint32_t serial_ = 0;
};

// The serial number in the payload of a message or will; 0 when it has none.
struct message_mark {
  bool will = false;
  std::uint32_t serial = 0;
  std::uint8_t qos = 0;
  std::size_t client = 0;
};
std::string payload_for(const message_mark& mark);
std::optional<message_mark> mark_of(std::string_view payload);

}  // namespace mqttspec::fuzz
