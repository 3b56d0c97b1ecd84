#pragma once
// An adapter: a program that drives a client library, as adapter/protocol.h has it. It lives as
// long as this does, but for a kill.
//
//   adapter_process adapter(loop, "python3 adapter.py", {told, ended});
//   if (!adapter.start()) ...
//   adapter.ask({"connect", {{"n", 1}, {"host", "127.0.0.1"} ...}});

#include <functional>
#include <memory>
#include <string>

#include "adapter/protocol.h"
#include "net/event_loop.h"
#include "net/stream.h"
#include "target/child_process.h"

namespace mqttspec::target {

struct adapter_events {
  std::function<void(const adapter::message& event, instant now)> told;
  // It ended, or said what is no event; nothing follows. |how| is a sentence without its subject.
  std::function<void(const std::string& how, instant now)> ended;
};

class adapter_process : public net::timed {
 public:
  adapter_process(net::event_loop& loop, std::string command, adapter_events events);
  ~adapter_process() override;  // kills it

  bool start();
  void ask(const adapter::message& command);
  // Without a further word.
  void kill();

  instant next_deadline() const override { return look_at_; }
  void time_passed(instant now) override;

 private:
  void received(byte_view octets, instant now);
  void end_with(const std::string& how, instant now);

  net::event_loop& loop_;
  std::string command_;
  adapter_events events_;
  child_process process_;
  std::unique_ptr<net::stream> pipes_;
  std::string unfinished_;
  bool ended_ = false;
  instant look_at_ = never;  // its output has ended: did it?
  instant ended_at_{};
};

}  // namespace mqttspec::target
