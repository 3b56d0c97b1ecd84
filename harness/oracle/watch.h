#pragma once
// Trace rules: what no server may do, whatever a case claims. They look at all packets of all
// clients of one case and know nothing of the model that broker and fuzzers share; a fault in it
// cannot hide itself from them. Fed packet by packet, with the instant of each:
//
//   watch w({.own = "t48c7"});                       // client ids and topics that begin so are
//   ours w.opened(1, "sub", protocol_version::v5, now); w.sent(1, octets_of_connect, now); // one
//   packet, or octets that are none w.received(1, connack, size, now); w.finish(now); for (const
//   finding& f : w.findings()) ...
//
// A rule speaks only when the trace leaves no doubt. What others did before or beside the trace,
// what was sent malformed, a restart, a harness that stood still: all of these make rules silent.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "wire/error.h"
#include "wire/packet.h"
#include "wire/types.h"

namespace mqttspec::oracle {

using connection_id = std::uint32_t;

struct statement {
  wire::protocol_version version{};
  std::string_view id;  // "MQTT-3.2.2-3"; "format": 3.1.1 lays it down without a statement

  friend bool operator==(const statement&, const statement&) = default;
};
std::string print(const statement& s);  // "v5:MQTT-3.2.2-3"

struct finding {
  std::string_view rule;  // "connack-comes-first"
  std::vector<statement> statements;
  std::string message;  // what happened, in one sentence
  std::string client;   // whose connection; the name that opened() gave
  connection_id connection = 0;
  instant at{};
  bool by_time = false;  // silence or a clock tells it
  // It is sure only if the trace has every message that there is (watch_options::whole).
  bool needs_all_messages = false;
};

struct watch_options {
  // What the trace's own client ids and topics begin with; empty: everything is its own. Of others
  // somebody else may know more.
  std::string own;
  // A server that owes something and has not sent it for so long has forgotten it. As long as the
  // usual window of a case and its slack.
  duration patience = std::chrono::seconds(3);
  duration slack = std::chrono::seconds(1);  // clocks tick in whole seconds
  // A session may lose what it holds beyond so many messages.
  std::size_t queue_limit = 65535;
  // Seconds. Sessions of 3.1.1 have no interval; a server may have one for them.
  std::uint32_t v311_session_expiry = wire::never_expires;
  // A session may be found so long behind its end: servers sweep now and then.
  duration sweep = std::chrono::seconds(15);
  // The trace has all that ever reached the server. If not, sessions and retained messages may be
  // older, and a message that nobody sent here shows that there are other ways: from then on
  // nothing is said about where messages come from.
  bool whole = true;
  std::size_t most_findings = 50;  // of one trace; more says nothing more
  // What is over is forgotten when there is more of it: connections, sessions, messages, requests.
  std::size_t many = ~std::size_t{0};
};

enum class end_of_link : std::uint8_t {
  shut_by_client,    // FIN; the server may still send
  closed_by_client,  // nothing is heard any more
  closed_by_server,
  reset_by_server,
};

class history;
class rule;

// Who looks at a trace: rules for servers, or rules for clients (oracle/client_watch.h). Sent is
// what the suite sends, received what the side sends that is watched.
class watcher {
 public:
  virtual ~watcher() = default;
  // A connection; ids are never used again.
  virtual void opened(connection_id id, const std::string& client, wire::protocol_version version,
                      instant now) = 0;
  virtual void sent(connection_id id, byte_view octets, instant now) = 0;
  // |p|: what they decode to; nullptr: nothing.
  virtual void sent(connection_id id, byte_view octets, const wire::packet* p, instant now) = 0;
  virtual void received(connection_id id, const wire::packet& p, std::size_t size, instant now) = 0;
  virtual void received_malformed(connection_id id, const wire::wire_fault& fault,
                                  std::string_view text, instant now) = 0;
  virtual void ended(connection_id id, end_of_link how, instant now) = 0;
  // What is watched was stopped, killed or started: from here on nothing that it has forgotten
  // counts.
  virtual void restarted(instant now) = 0;
  // The harness did not look for a while: times and silence prove nothing any more.
  virtual void stood_still() = 0;
  // What passed on |id| is not known any more, be it octets that were not caught; 0: on a
  // connection that is not followed.
  virtual void lost_sight(connection_id id, instant now) = 0;
  // Amid a long trace: what is owed for too long is told now, once a rule and connection.
  virtual void look(instant now) = 0;
  // The trace is over.
  virtual void finish(instant now) = 0;

  virtual const std::vector<finding>& findings() const = 0;
  // What was found since the last call, handed over: findings() is empty then.
  virtual std::vector<finding> take_findings() = 0;
  // Whether messages came that nobody sent in this trace, which does not have all of them.
  virtual bool others_publish() const { return false; }
  bool found(std::string_view rule) const;
  // Whether a rule kept silent only because the harness stood still.
  virtual bool in_doubt() const = 0;
};

class watch : public watcher {
 public:
  explicit watch(watch_options options);
  ~watch() override;
  watch(watch&&) noexcept;

  void opened(connection_id id, const std::string& client, wire::protocol_version version,
              instant now) override;
  void sent(connection_id id, byte_view octets, instant now) override;
  void sent(connection_id id, byte_view octets, const wire::packet* p, instant now) override;
  void received(connection_id id, const wire::packet& p, std::size_t size, instant now) override;
  void received_malformed(connection_id id, const wire::wire_fault& fault, std::string_view text,
                          instant now) override;
  void ended(connection_id id, end_of_link how, instant now) override;
  void restarted(instant now) override;
  void stood_still() override;
  void lost_sight(connection_id id, instant now) override;
  void look(instant now) override;
  void finish(instant now) override;

  const std::vector<finding>& findings() const override;
  std::vector<finding> take_findings() override;
  bool others_publish() const override;
  bool in_doubt() const override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// All rules with a sentence each, for `--list-rules` and docs.
struct rule_description {
  std::string_view name;
  std::string_view sentence;
  std::vector<statement> statements;  // that it may cite
};
std::vector<rule_description> all_rules();

}  // namespace mqttspec::oracle
