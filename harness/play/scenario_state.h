#pragma once
// The inside of scenario_player: what its parts (lines, verdict, driver input) share.

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "oracle/client_watch.h"
#include "oracle/watch.h"
#include "play/connection.h"
#include "play/expectation.h"
#include "play/ledger.h"
#include "play/recorder.h"
#include "play/scenario_player.h"
#include "play/telling.h"
#include "play/trial.h"

namespace mqttspec::play {

struct timed_write {
  instant at{};
  byte_buffer octets;
};

inline constexpr std::size_t longest_trace = 2000;  // lines kept of a case
inline constexpr std::size_t longest_measured_trace = 100'000;
inline constexpr duration longest_answers = std::chrono::minutes(20);  // of a case, in all

struct scenario_player::state {
  state(const script::scenario& s, run_options o)
      : scenario(s),
        options(std::move(o)),
        known(s.constants),
        record(measures() ? longest_measured_trace : longest_trace, for_rules(), serves()) {}

  // Cases that measure send thousands of packets and claim nothing.
  std::unique_ptr<oracle::watcher> for_rules() const {
    if (!options.trace_rules || measures()) return nullptr;
    const oracle::watch_options how{.own = ns(),
                                    .v311_session_expiry = options.v311_session_expiry};
    if (serves()) return std::make_unique<oracle::client_watch>(how);
    return std::make_unique<oracle::watch>(how);
  }

  // Its trace is read for what the broker does (harness/profile), however it ends.
  bool measures() const {
    return std::find(scenario.tags.begin(), scenario.tags.end(), "measures") != scenario.tags.end();
  }

  bool serves() const { return scenario.plays == script::side::server; }

  // What the lines work on.
  const script::scenario& scenario;
  run_options options;
  script::bindings known;
  std::map<connection_id, connection> connections;
  std::deque<inbound> no_queue;                  // of a client that never connected: always empty
  std::map<std::string, connection_id> current;  // a client's newest connection
  std::map<std::string, byte_buffer> held_back;  // `join`: waits for the next send
  std::map<std::string, instant> marks;
  std::map<std::string, instant> previous_line;  // when a client's last line finished
  connection_id next_connection = 1;
  ledger left;
  recorder record;

  // Where the server is played: the client libraries.
  struct library {
    bool ready = false;
    std::uint64_t asked = 0;  // commands; the number of the last one
    std::deque<told_event> told;
    std::deque<connection_id> waiting;  // that no line has taken
  };
  std::map<std::string, library> libraries;

  // Where the case stands.
  std::size_t line = 0;
  bool line_begun = false;
  struct kept_loop {
    std::size_t begin = 0;  // index of the loop_begin
    std::uint64_t round = 0;
  };
  std::vector<kept_loop> loops;  // that the line stands in, the innermost last
  instant started{};
  instant reached{};                     // the line before this one finished
  duration answers_took{};               // all that was awaited, in all
  std::optional<expectation> awaiting;   // of an expect line
  std::optional<telling> awaiting_word;  // of a tell line
  instant waiting_until = never;         // of a wait line
  // How the octets of send lines were made, by their place among those that are written together.
  std::map<std::size_t, std::shared_ptr<const trace::making>> makings;
  std::size_t line_octets_recorded = 0;
  std::deque<timed_write> to_write;  // of a split send
  byte_buffer pieces;                // that went out, of a packet that has not ended
  connection_id pieces_to = 0;
  std::string why_not;  // what octets_of cannot make
  bool hook_pending = false;

  // What came of it.
  bool judged = false;
  instant judged_at{};
  trial evidence;
  std::set<script::statement_reference> checked;  // by lines that held
  struct standstill {
    instant until{};
    duration length{};
  };
  std::vector<standstill> standstills;  // of the harness, as told by the driver or seen here
  bool left_broker = false;

  std::deque<action> actions;

  // lines.cc: executes lines until one has to wait.
  void run_lines(instant now);
  bool begin_line(instant now);     // true: the line is finished already
  bool continue_line(instant now);  // true: the line is finished
  void finish_line(instant now);
  bool begin_send(const script::send_line& l, instant now);
  // |how|: gets the packet and its edits.
  std::optional<byte_buffer> octets_of(const script::send_line& l, connection& on,
                                       trace::making& how);
  void begin_expect(const script::expect_line& l, instant now);
  bool continue_expect(const script::expect_line& l, instant now);
  wire::protocol_version version_of(const std::string& client) const;
  connection* find_current(const std::string& client);
  // nullptr: there is none, or nothing that happens on it counts any more.
  connection* find_live(connection_id id);
  connection& open(const std::string& client, instant now);
  // What the harness adds of its own: PINGREQ.
  void write(connection& to, byte_buffer octets, instant now);
  void write_piece(connection& to, byte_buffer octets, instant now);
  void end_pieces(instant now);
  // |of_line|: octets of a send line; else of the harness itself.
  void record_sent(connection& to, byte_view octets, instant now, bool of_line);
  void do_or_defer(connection& on, action a);

  // server_side.cc: client libraries.
  void start_libraries();
  bool all_ready() const;
  bool begin_ask(const script::ask_line& l, instant now);
  void begin_client_line(const script::client_line& l, instant now);
  window window_at(const script::timing& t, const std::string& client, instant now) const;
  bool continue_tell(const script::tell_line& l, instant now);
  bool take(judgement j, const std::string& client, instant now);
  static bool awaits_connect(const script::expect_line& l);
  // The newest connection that no line has taken becomes the client's.
  void take_connection(const std::string& client);
  // A library does not do what the lines wait for.
  void give_up_on_refusal(const std::string& client, instant now);
  bool answers_ping(connection& on, const inbound& item, instant now);

  // keep_alive.cc: PINGREQ in time.
  bool looks_after_keep_alive() const;
  void begin_keep_alive(connection& on, const wire::packet& connack);
  instant next_ping() const;
  void send_pings(instant now);
  static bool is_for_the_harness(connection& on, const inbound& item);

  // evidence.cc: what is known when it ends.
  const script::instruction& current_line() const { return scenario.lines[line]; }
  void hold(instant now);
  void differ(const std::string& client, judgement j, instant now);
  void stand_where_it_stands(const std::string& why);
  void unplayable(const std::string& client, std::string why, instant now);
  void conclude(ending how, std::string why, instant now);
  results::failure failure_at(const std::string& client, std::string message) const;
  std::vector<results::statement_check> describe_checks(
      const std::vector<script::statement_reference>& statements,
      results::check_outcome outcome) const;
  // A broker that is far away or late is waited for line by line, and its lines are bounded.
  instant ends_at_the_latest() const {
    return saturating_add(started, scenario.shortest + options.case_deadline + answers_took +
                                       (awaiting ? patience() : duration::zero()));
  }
  // What measures is answered by what comes in its windows.
  duration patience() const { return measures() ? duration::zero() : options.patience; }
  // How long the harness stood still since |from|.
  duration lateness_since(instant from) const;
  void take_findings(instant now);

  // What begins its client ids and topics.
  std::string ns() const {
    const auto found = known.find("ns");
    const auto* own = found == known.end() ? nullptr : std::get_if<std::string>(&found->second);
    return own == nullptr ? "" : *own;
  }

  // scenario_player.cc: what becomes of the connections then.
  void leave(instant now);
  bool removes_traces() const { return options.clean_up && !serves(); }
};

}  // namespace mqttspec::play
