#pragma once
// The client libraries of one machine that plays the server: for each a listener of its own, a
// process that drives the library, and a directory for its store. So connections are known by their
// client, and no late reconnect disturbs another machine.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/tcp.h"
#include "play/machine.h"
#include "target/adapter_process.h"

namespace mqttspec::drive {

class served_clients {
 public:
  struct events {
    std::function<void(const std::string& client, std::unique_ptr<net::stream>, instant)> accepted;
    std::function<void(const std::string& client, const adapter::message&, instant)> told;
    std::function<void(const std::string& client, const std::string& how, instant)> ended;
  };

  // |command| is the adapter.
  served_clients(net::event_loop& loop, std::string command, events told);
  ~served_clients();  // kills the processes, removes the directories

  // "": its process was started; else why not. Once more after a kill.
  std::string start(const std::string& client);
  void ask(const std::string& client, adapter::message command);
  void kill(const std::string& client);
  void end();  // of all

 private:
  struct served {
    std::unique_ptr<net::listener> listener;
    std::unique_ptr<target::adapter_process> process;
    std::string directory;
  };

  net::event_loop& loop_;
  std::string command_;
  events events_;
  std::map<std::string, served> clients_;
  // Killed and replaced: one of their callbacks may be running.
  std::vector<std::unique_ptr<target::adapter_process>> retired_;
};

}  // namespace mqttspec::drive
