#pragma once
// Looks on as clients and one server talk, and judges both by the trace rules. Says what it sees as
// soon as it sees it. No I/O: a proxy or the reader of a capture tells what passes.
//
//   onlooker eyes({}, [&](sighting s) { ... });
//   eyes.opened(1, "127.0.0.1:43512", true, now);
//   eyes.passed(1, wire::sender::client, octets, now);
//   eyes.passed(1, wire::sender::server, octets, now);
//   eyes.ended(1, wire::sender::client, false, now);
//   eyes.finish(now);
//
// What was before, and what it cannot see, accuses nobody: a connection whose beginning is missing,
// a session that is older, octets that were not caught, protocols other than MQTT 5.0 and 3.1.1, a
// server that may have been started anew.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "observe/inflow.h"
#include "oracle/client_watch.h"
#include "oracle/watch.h"
#include "trace/trace.h"

namespace mqttspec::observe {

enum class party : std::uint8_t { broker, client };

// A statement that does not hold.
struct sighting {
  party by{};
  std::string client;    // whose connection
  oracle::finding what;  // its time counts from the beginning
  // The connection's packets before it, and those of others with the same topic. Of the first of
  // its kind only.
  std::vector<trace::entry> trace;
};

struct onlooker_options {
  // All that ever reached the server passes here.
  bool whole = false;
  // What is owed counts as missing after so long.
  duration patience = std::chrono::seconds(10);
  // What is over is forgotten when there is more of it.
  std::size_t many = 5'000;
  instant began = never;  // what times count from; never: from the first event
};

struct passed_counts {
  std::size_t connections = 0;
  std::size_t packets = 0;
  std::size_t of_unknown_past = 0;  // connections whose beginning was not seen
  std::size_t not_mqtt = 0;         // and those that speak something else
  std::size_t lost_sight = 0;       // of which something was not caught
  std::size_t restarts = 0;         // times that the server may have been started anew
  std::set<std::string> clients;    // by Client Identifier, at most 10,000
};

class onlooker {
 public:
  using id = oracle::connection_id;
  using teller = std::function<void(sighting)>;

  onlooker(const onlooker_options& options, teller tell);
  ~onlooker();

  // |name|: of the connection, for who has no Client Identifier. |from_beginning|: nothing has
  // passed before. Ids are never used again, and 0 is none.
  void opened(id on, std::string name, bool from_beginning, instant now);
  void passed(id on, wire::sender from, byte_view octets, instant now);
  // |length| octets were not caught.
  void missed(id on, wire::sender from, std::size_t length, instant now);
  // |by| ends its direction, or with |reset| the whole connection.
  void ended(id on, wire::sender by, bool reset, instant now);
  // Nobody listens at the server.
  void refused(instant now);
  // Nobody looked for |length| before |now|.
  void stood_still(duration length, instant now);
  // Time passes.
  void look(instant now);
  void finish(instant now);

  const passed_counts& counts() const { return counts_; }
  // Messages came that no client sent here: what needs all of them is not sure.
  bool others_publish() const { return others_publish_; }
  // Passwords that passed, to be hidden.
  const std::set<std::string>& passwords() const { return passwords_; }
  const std::set<std::string>& user_names() const { return user_names_; }

 private:
  struct connection;

  std::unique_ptr<oracle::watch> new_watch() const;
  oracle::watch_options how() const;
  bool greets(connection& c);
  void is_not_followed(connection& c);
  void lose_sight(connection& c, wire::sender of, instant now);
  void take_packets(connection& c, wire::sender from, instant now);
  void packet(connection& c, wire::sender from, const passed_packet& p, instant now);
  void from_client(connection& c, const passed_packet& p, instant now);
  void from_server(connection& c, const passed_packet& p, instant now);
  void keep(connection& c, wire::sender from, byte_view octets, const wire::packet* p,
            std::string text, instant now);
  void keep_event(connection& c, trace::event_kind what, std::string text, instant now);
  void keep_secrets(const wire::packet& connect);
  bool asked_for(const connection& c, instant now) const;
  void may_be_restarted(instant now);
  void tell_findings(bool by_time);
  void tell(party by, oracle::finding f, bool by_time);
  std::vector<trace::entry> excerpt(const connection& c, bool mark_last) const;

  onlooker_options options_;
  teller tell_;
  std::unique_ptr<oracle::watch> broker_rules_;
  std::unique_ptr<oracle::client_watch> client_rules_;
  std::map<id, std::unique_ptr<connection>> connections_;
  std::map<std::string, std::vector<trace::entry>> last_of_;  // the former connection of a client
  std::deque<trace::entry> messages_;                         // PUBLISH packets of all clients
  std::set<std::string> passwords_;
  std::set<std::string> user_names_;
  passed_counts counts_;
  bool others_publish_ = false;
  bool unasked_end_ = false;  // the server closed, and nobody knows why
  std::uint64_t ends_ = 0;    // connections that were opened before an end have lower numbers
  std::set<std::pair<std::string_view, std::string>> told_;  // rule and client
  instant began_;
  instant next_look_ = never;
  instant doubtful_until_{};  // what silence tells
};

}  // namespace mqttspec::observe
