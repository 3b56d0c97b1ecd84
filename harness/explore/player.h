#pragma once
// Plays one history: turns actions into packets, waits until the broker has paid its debts, then
// goes on.
//
//   auto p = std::make_unique<player>(options);
//   p->add(actions);
//   ... a driver plays it (play/driver.h) ...
//   p->judgement().found(), p->rules_say(), p->gave_up()
//
// A debt that is not paid within |patience| is followed by a PINGREQ on its connection; when that
// is answered and nothing comes for |grace|, it is a violation.

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "explore/judge.h"
#include "play/ledger.h"
#include "play/machine.h"
#include "play/recorder.h"

namespace mqttspec::explore {

struct player_options {
  std::string ns;  // begins every client id and topic
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  std::uint16_t keep_alive = 0;  // of CONNECTs that choose none
  bool record = false;           // keep the trace
  bool trace_rules = true;       // look at it
  bool fence_at_end = true;      // what should not come has come before the history is over
  duration patience = std::chrono::seconds(3);
  duration grace = std::chrono::seconds(1);
  duration slack = std::chrono::seconds(1);
  duration lateness = std::chrono::seconds(12);
  std::uint16_t window = 10;
  // Limits that a broker cannot tell in 3.1.1, or not at all.
  std::uint8_t maximum_qos = 2;
  std::size_t queue_limit = 65535;  // messages that it keeps for a session
  bool restarts = false;            // the driver can restart the broker
  bool clean_up = false;            // remove sessions and retained messages at the end
};

// One octet of a packet that is made wrong.
struct octet_edit {
  std::size_t at = 0;
  std::uint8_t value = 0;
};

class player : public play::machine {
 public:
  explicit player(player_options options);

  void add(const action& a) { history_.push_back(a); }
  void add(const history& h) { history_.insert(history_.end(), h.begin(), h.end()); }
  // Asked for one action after the other when those that were added are done.
  void draw_from(std::function<std::optional<action>()> more) { more_ = std::move(more); }

  void start(instant now) override;
  void connected(connection_id c, instant now) override;
  void connect_failed(connection_id c, const std::string& why, instant now) override;
  void received(connection_id c, byte_view octets, instant now) override;
  void closed(connection_id c, play::close_kind how, instant now) override;
  void broke_below(connection_id c, const std::string& what, std::string_view statement,
                   instant now) override;
  void hook_done(bool ok, const std::string& why, instant now) override;
  void time_passed(instant now) override;
  void stalled(duration length, instant now) override;
  void abandon(play::abandonment why, const std::string& reason, instant now) override;

  std::optional<play::action> next_action() override;
  instant next_deadline() const override;
  bool finished() const override { return finished_; }
  bool stops_broker() const override;
  play::left_things take_made() override { return left_.take_news(); }
  play::leftovers left_behind() const override;

  // What trace rules say, each rule and statement once. When it has finished.
  const std::vector<violation>& rules_say() const { return rules_say_; }

  // A violation was found, or it cannot be judged.
  bool over() const { return judge_.found().has_value() || !gave_up().empty(); }
  static constexpr std::string_view not_connected = "a connection is not made";
  const std::string& gave_up() const { return broken_.empty() ? judge_.gave_up() : broken_; }
  // It was ended before it had ended: nothing was found, and nothing is said about the broker.
  bool cut_short() const { return cut_short_; }

  const judge& judgement() const { return judge_; }
  const history& played() const { return history_; }
  // For each action: it was possible.
  const std::vector<bool>& possible() const { return possible_; }
  // As it was when something was first amiss; without |record| empty.
  std::vector<trace::entry> trace() const;
  wire::protocol_version version_of(connection_id c) const { return lines_[c].how.version; }
  const std::string& name_of(connection_id c) const { return lines_[c].name; }
  const std::string& ns() const { return options_.ns; }

 private:
  enum class progress : std::uint8_t { done, more, impossible };

  struct line {  // a connection
    std::uint8_t client = 0;
    action how;
    std::string name;   // in the trace
    bool open = false;  // at TCP
    bool shut = false;  // by us
    bool deaf = false;  // nothing that comes counts any more
    std::optional<probe_kind> probe;
    std::array<std::optional<std::uint8_t>, 256> aliases{};  // topics
    byte_buffer octets;
  };

  void after_input(instant now);
  // Does what can be done now. Whether something is under way then that has to end first.
  bool go_on(instant now);
  void hear_malformed(connection_id c, byte_view octets, const wire::wire_fault& fault,
                      instant now);
  void end(connection_id c, trace::event_kind how, instant now);
  void press(instant now);
  bool idle(bool waiting) const;
  void leave();
  // |will|: the message that its payload names.
  wire::packet connect_packet(std::uint8_t client, const action& a, message_id will) const;

  progress perform(const action& a, instant now);
  progress connect(const action& a, instant now);
  progress subscribe(const action& a, instant now);
  progress publish(const action& a, instant now);
  progress repeat(const action& a, instant now);
  progress acknowledge(const action& a, instant now);
  progress again(const action& a, instant now);
  progress cut(const action& a, instant now);
  bool exceed_receive_maximum(connection_id c, instant now);
  progress settle(const action& a, instant now);
  progress probe(const action& a, instant now);
  progress restart(instant now);
  void send_probe(connection_id c, instant now);
  void end_probe(connection_id c, instant now);
  wire::packet error_packet(connection_id c, cut_kind how, message_id m) const;

  connection_id up(std::uint8_t client) const;
  bool fence_first(connection_id c, instant now);
  void ping(connection_id c, instant now);
  instant keep_alive_due(connection_id c) const;
  instant own_deadline() const;
  void send_acknowledgement(connection_id c, std::size_t index, wire::packet_type type,
                            std::uint8_t reason, instant now);
  wire::packet publish_packet(const link& l, message_id m, std::uint16_t id, bool dup) const;
  void send(connection_id c, const wire::packet& p, instant now,
            std::optional<octet_edit> edit = {});
  void write(connection_id c, byte_buffer octets);
  void open(std::uint8_t client, const action& how, std::optional<probe_kind> probe);
  void shut(connection_id c, instant now);
  void join_last_writes();
  void take_name(line& l);
  void finish(instant now);
  bool waits() const;
  void step(instant now);

  player_options options_;
  judge judge_;
  history history_;
  std::vector<bool> possible_;
  std::size_t next_ = 0;
  bool busy_ = false;     // the action |next_| - 1 has more to do
  bool opening_ = false;  // a TCP connection is being made
  bool restarting_ = false;
  bool settled_ping_ = false;
  bool fenced_at_end_ = false;
  std::uint16_t rounds_ = 0;
  instant resume_at_{};
  instant debt_since_ = never;
  instant debt_began_ = never;  // however much came since
  std::optional<std::vector<trace::entry>> until_suspected_;
  bool fenced_ = false;  // the debt was asked for by PINGREQ
  std::array<std::optional<action>, most_clients> last_connect_;
  std::array<std::optional<wire::packet>, most_clients> last_acknowledgement_;
  std::deque<line> lines_;
  std::deque<play::action> actions_;
  play::recorder record_;
  instant began_{};
  std::vector<std::string> names_;  // of connections that may still say something
  std::vector<violation> rules_say_;
  std::string broken_;
  std::function<std::optional<action>()> more_;
  bool finished_ = false;
  bool cut_short_ = false;
  play::ledger left_;
};

}  // namespace mqttspec::explore
