#pragma once
// One `<` line while it waits: judges what arrived, and when, against what the line allows.
//
//   expectation e(line, window_of(line, ...), known);
//   judgement j = e.judge(connection.queue, now, gone);
//   j.state == judgement::pending  ->  call again when something comes, or at e.deadline()

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "play/blame.h"
#include "play/connection.h"
#include "play/matcher.h"
#include "play/trial.h"
#include "script/scenario.h"

namespace mqttspec::play {

// When the awaited may come. |earliest| and |latest| include the run's slack; `nothing for` has
// none. |text| names the window in messages: "within 2s", "within the time-out of 5s".
struct window {
  instant counts_from{};  // where its bounds are counted from, the earlier of the two
  instant earliest = instant::min();
  instant latest = never;
  instant in_time = never;      // `or until`: what comes later, up to |latest|, gets a note
  instant due{};                // from when on it is late, for the note
  duration extended{};          // of |latest|, for standstills of the harness
  instant quiet_until = never;  // `nothing`: the end without slack
  std::string text;
};

// |reached|: the line before it in the file has finished. |previous|: this client's line before
// it has. |mark|: the instant of `since MARK`. A lower bound counts from the mark or from
// |previous|, an upper one from the mark or from |reached|.
//
// `between A and B` is a time of the standard. An upper bound alone is not: what comes later, up to
// |patience|, is late and not lost.
struct window_terms {
  duration timeout{};
  duration slack{};
  duration patience{};
};
window window_of(const script::timing& t, instant reached, instant previous,
                 std::optional<instant> mark, const window_terms& terms);

struct judgement {
  enum class state : std::uint8_t { pending, met, failed };
  state is = state::pending;

  // met
  std::vector<std::string> notes;
  script::bindings captures;
  bool ends = false;  // nothing below is played

  // failed
  std::string message;
  std::vector<match_fault> faults;
  results::deviation differs;  // where there are no |faults|
  std::string actual;
  duration extended{};  // silence: the standstills that the window was lengthened by
  difference how = difference::content;
  duration missed_by{};                        // misplaced: how far outside of the window
  instant counts_from{};                       // where the window that was missed begins
  std::optional<wire::wire_fault> wire_fault;  // the packet itself is malformed
  // Not empty: the server refuses or ends the connection for a reason of its own, which says
  // nothing about the line. "server_busy (0x89)"
  std::string own_reason{};
  std::uint64_t trace_number = 0;

  // The statements that were met or violated: those of the line and of the alternatives.
  std::vector<script::statement_reference> statements;
};

// What can still come on the connection once its queue is empty.
enum class link_end : std::uint8_t {
  open,
  closed_by_us,      // or never opened: nothing
  closed_by_broker,  // nothing; the close itself was read by a line before
};

// The note on what came behind its time.
std::string lateness(std::string_view what, instant at, const window& w);

class expectation {
 public:
  // |peer|: who sends what is awaited.
  expectation(const script::expect_line& line, window when, const script::bindings& known,
              wire::sender peer = wire::sender::server);

  instant deadline() const;
  // The harness stood still: waits longer for what has to come (`nothing` is not longer).
  void extend(duration length);
  // Takes from |queue| what the line reads.
  judgement judge(std::deque<inbound>& queue, link_end end, instant now);
  bool accepts_nothing() const;

 private:
  judgement on_item(const inbound& item);
  judgement on_silence(link_end end, instant now);
  judgement met(const script::alternative& a, script::bindings captures);
  // |blamed|: the statements that this breaks.
  judgement failed(std::string message, results::deviation differs, std::string actual,
                   statements blamed);
  statements cited_by_open() const;
  // |came|: what is there instead; nullopt: nothing.
  statements blame_absence(const std::optional<arrival>& came) const;
  static bool is_about_order(const judgement& j);
  bool is_awaited(const inbound& item) const;
  judgement settle_order(bool it_came);
  std::string expected_text() const;
  judgement mismatch(const inbound& item);

  const script::expect_line& line_;
  window window_;
  script::bindings known_;
  wire::sender peer_;
  std::vector<const script::alternative*> open_;  // all of: not yet seen
  judgement met_so_far_;
  // Another message came first: blamed as soon as it is known whether the awaited one comes at all.
  std::optional<judgement> overtaken_;
  std::size_t came_behind_ = 0;  // messages since then
};

}  // namespace mqttspec::play
