#pragma once
// One `tells` line while it waits: what a client library tells its application, and when. Each kind
// of event is a queue of its own, so that no line has to read what it is not about; a line
// that names a command or a topic looks among the events of that one.

#include <deque>

#include "adapter/protocol.h"
#include "play/expectation.h"

namespace mqttspec::play {

struct told_event {
  adapter::message what;
  instant at{};
  std::uint64_t trace_number = 0;
};

class telling {
 public:
  telling(const script::tell_line& line, window when, const script::bindings& known);

  instant deadline() const { return line_.none ? window_.quiet_until : window_.latest; }
  // The harness stood still: waits longer for what has to come.
  void extend(duration length);
  // Takes from |told| what the line reads.
  judgement judge(std::deque<told_event>& told, instant now);

 private:
  bool is_about(const told_event& e) const;
  judgement judge_event(const told_event& e);
  judgement failed(std::string message, std::string actual) const;

  const script::tell_line& line_;
  window window_;
  const script::bindings& known_;
};

}  // namespace mqttspec::play
