#pragma once
// What passes between one machine and the broker: kept as a trace, and shown to the trace rules as
// it happens. Machines tell it once.
//
//   recorder seen(2000, std::make_unique<oracle::watch>(oracle::watch_options{.own = "t48c7"}));
//   seen.opened(1, "sub", version, now);
//   seen.sent(1, octets, &connect, now);           // one packet, or octets that are none
//   seen.received(1, octets, octets.size(), connack, now);
//   seen.finish(now);
//   seen.rules()->findings(), seen.trace().entries(began)

#include <map>
#include <memory>
#include <string>

#include "oracle/watch.h"
#include "play/machine.h"
#include "trace/trace.h"

namespace mqttspec::play {

class recorder {
 public:
  // |most|: entries of the trace that are kept; 0: none. |rules|: nullptr: no rule looks. |serves|:
  // we play the server; sent and received are said as of the client all the same.
  recorder(std::size_t most, std::unique_ptr<oracle::watcher> rules, bool serves = false);

  void opened(connection_id id, const std::string& client, wire::protocol_version version,
              instant now);
  // One packet, or octets that are none: then |p| is nullptr. |made|: see trace::entry.
  void sent(connection_id id, byte_view octets, const wire::packet* p, instant now,
            std::shared_ptr<const trace::making> made = nullptr);
  // Each returns the number of the entry. |octets|: as many as the caller has of |size|.
  std::uint64_t received(connection_id id, byte_view octets, std::uint64_t size,
                         const wire::packet& p, instant now);
  // |to_be_judged|: the rules are told.
  std::uint64_t received_malformed(connection_id id, byte_view octets, std::uint64_t size,
                                   const wire::wire_fault& fault, const std::string& text,
                                   bool to_be_judged, instant now);
  // |how|: shut, closed or aborted by us, ended or reset by the broker.
  std::uint64_t ended(connection_id id, trace::event_kind how, std::string text, instant now);
  // No matter for the rules: a wait, a connection that was refused, what a layer below met.
  void noted(connection_id id, trace::event_kind what, std::string text, instant now);
  // What a client library is asked or tells, on no connection. Gives the number of the entry.
  std::uint64_t noted(const std::string& client, std::string text, instant now);
  void waited(duration length, instant now);
  // The broker is stopped, killed or started.
  void restarted(instant now);
  // A client library lost what it had in memory: its process was killed.
  void forgot(instant now);
  void stood_still();
  void finish(instant now);

  // nullptr: none looks.
  const oracle::watcher* rules() const { return rules_.get(); }
  trace::log& trace() { return trace_; }
  const trace::log& trace() const { return trace_; }

 private:
  struct party {
    std::string client;
    wire::protocol_version version{};
  };

  std::uint64_t add(connection_id id, trace::direction way, byte_view octets, std::uint64_t size,
                    const wire::packet* p, std::string text, instant now,
                    std::shared_ptr<const trace::making> made = nullptr);

  bool keeps_;
  trace::log trace_;
  std::unique_ptr<oracle::watcher> rules_;
  bool serves_;
  std::map<connection_id, party> parties_;  // of the trace
};

}  // namespace mqttspec::play
