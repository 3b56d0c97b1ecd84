#pragma once
// The inside of the edge: what it knows of each connection, and where a mutant strikes. Not for
// other folders. edge_in.cc has the way in, edge_out.cc the way out.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/edge.h"
#include "broker/mutate.h"

namespace mqttspec::broker {

using wire::packet;
using wire::packet_type;
using wire::protocol_version;

inline constexpr duration lateness = std::chrono::seconds(20);
inline constexpr duration patience_for_the_next = std::chrono::seconds(1);
inline constexpr std::size_t site_count = static_cast<std::size_t>(mutation_site::decide) + 1;
inline constexpr std::size_t type_count = 16;

inline std::size_t slot_of(mutation_site site, packet_type type) {
  return static_cast<std::size_t>(site) * type_count + static_cast<std::size_t>(type);
}

// What a condition may depend on, of one packet or one end.
struct occasion {
  protocol_version version{};
  packet_type type{};
  unsigned number = 1;
  bool publish = false;
  std::uint8_t qos = 0;
  bool retained = false;
  bool repeated = false;
  bool will = false;
  bool shared = false;
  bool resumed = false;
  bool with_will = false;
  bool taken_over = false;
  wire::wire_error error{};
  std::uint8_t property = 0;
  int reason = -1;
};

// Whether |m| is for this.
bool strikes(const mutant& m, mutation_site site, const occasion& o);

struct link {
  connection_id id = 0;
  bool alive = true;
  protocol_version version = protocol_version::v5;
  std::string client_id;
  bool resumed = false;
  bool with_will = false;
  bool taken_over = false;
  byte_buffer incomplete;
  std::map<packet_type, unsigned> received;
  std::map<packet_type, unsigned> sent;
  std::map<packet_type, packet> previous;
  std::optional<packet_type> unanswered;  // the next packet of this kind is not sent
  std::vector<byte_buffer> held;          // until a packet has gone out
  packet_type last_received = packet_type::connect;
  int told_reason = -1;   // DISCONNECT went out in this turn
  bool went_out = false;  // a packet did, in this turn
};

struct edge::filter {
  filter(broker& b, std::uint32_t largest_packet, const mutant* what, reach* reached)
      : broker_(b), largest_packet_(largest_packet), planted_(what), reached_(reached) {}

  void receive(link& l, byte_view octets);
  void gone(link& l);
  void advance();
  // Takes what the broker has to say, and changes it.
  void drain();

  link& at(connection_id id) {
    link& l = links_[id];
    l.id = id;
    return l;
  }

  instant now{};
  std::vector<output> outputs;
  std::multimap<instant, output> put_off;
  std::multimap<instant, connection_id> put_off_ends;  // the broker hears of them then

 private:
  // The mutant that strikes; a reach notes those that would. |changes|: whether it would differ.
  template <class Changes>
  const mutant* struck(mutation_site site, const occasion& o, const Changes& changes) {
    if (planted_ != nullptr && strikes(*planted_, site, o) && changes(*planted_)) return planted_;
    if (reached_ == nullptr) return nullptr;
    std::erase_if(reached_->at_[slot_of(site, o.type)], [&](std::size_t n) {
      const mutant& m = reached_->all_[n];
      if (!strikes(m, site, o) || !changes(m)) return false;
      reached_->changed_[n] = true;
      return true;
    });
    return nullptr;
  }

  occasion occasion_of(const link& l, const packet& p) const;
  void take(link& l, byte_view whole);
  void take(link& l, packet p, byte_view whole);
  bool take_fault(link& l, const wire::wire_fault& f, byte_view octets);
  void note_request(link& l, const packet& p);
  void pass_on(link& l, const packet& p);
  void depart(link& l, byte_view whole);
  void depart_as(const mutant& m, link& l, const packet& p, byte_view whole);
  void note_answer(link& l, const packet& p);
  void emit(link& l, byte_view octets);
  void release_held(link& l);
  void end(link& l);
  void end_now(link& l);
  link* other_than(const link& l);
  bool goes_to_share(const link& l, std::string_view topic) const;

  broker& broker_;
  std::uint32_t largest_packet_;
  const mutant* planted_;
  reach* reached_;
  std::map<connection_id, link> links_;
  std::map<std::string, unsigned> connects_;             // by client, accepted ones
  std::map<std::string, std::set<std::string>> shares_;  // by client: filters without `$share`
  std::set<std::string> will_topics_;
  std::vector<connection_id> ended_;  // by a mutant: the broker is to be told
};

}  // namespace mqttspec::broker
