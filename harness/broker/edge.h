#pragma once
// The embedded broker behind a filter that may hold one mutant (mutants.h): packets are looked at
// on their way in and out, and changed where the mutant strikes. Without a mutant it is the broker.
//
//   edge b({}, 1, model::sound_rules(), find_mutant("v5/send/puback/dropped"));
//
// A reach tells which mutants would have changed something in a run of the sound broker; the others
// need not be tried there.

#include <memory>
#include <vector>

#include "broker/broker.h"
#include "broker/mutants.h"

namespace mqttspec::broker {

class reach {
 public:
  // |all| must outlive it. Those of decisions are not told here: model/rehearsal.h does.
  explicit reach(const std::vector<mutant>& all);

  bool has(std::size_t n) const { return changed_[n]; }

 private:
  friend class edge;
  const std::vector<mutant>& all_;
  std::vector<bool> changed_;
  std::vector<std::vector<std::size_t>>
      at_;  // by site and packet: not yet known to change anything
};

class edge {
 public:
  // |what| and |reached| may be nullptr, and must outlive it.
  edge(broker_options options, std::uint64_t seed, const model::rules& rules, const mutant* what,
       reach* reached = nullptr);
  ~edge();

  // As those of `broker`.
  connection_id accept(instant now);
  void receive(connection_id from, byte_view octets, instant now);
  bool takes_text_frames() const { return broker_.takes_text_frames(); }
  void peer_closed(connection_id from, instant now);
  void advance(instant now);
  instant next_deadline() const;
  void stop(bool clean, instant now);
  void start(instant now);
  std::vector<output> take_outputs();

 private:
  struct filter;
  broker broker_;
  std::unique_ptr<filter> filter_;  // nullptr: neither a mutant nor a reach
};

}  // namespace mqttspec::broker
