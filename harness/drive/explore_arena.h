#pragma once
// A place where histories are played: an embedded broker in virtual time, or any broker over
// sockets, many histories at once.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "drive/explore_simulated.h"
#include "explore/player.h"
#include "net/event_loop.h"
#include "net/stream.h"

namespace mqttspec::drive {

// What is common to all players of a run.
struct arena_options {
  explore::player_options player;  // |ns| is made for each play, |record| asked for by each
  std::string tag = "xplore";      // begins every |ns|
  std::size_t at_once = 2000;      // on the network
};

class arena {
 public:
  using history_source = std::function<std::optional<explore::history>()>;
  using play_sink = std::function<void(const explore::player&)>;

  virtual ~arena() = default;
  // Plays what |next| gives until it gives nothing, each on ids and topics of its own, and tells
  // the end of each. With |record| the packets are kept.
  virtual void play(const history_source& next, const play_sink& done, bool record) = 0;
  // Of the real clock, or of all virtual ones together.
  virtual instant now() const = 0;
  // Not empty: the broker is gone or does not take connections.
  virtual const std::string& lost() const = 0;
  virtual bool interrupted() const = 0;
  // Histories may have restarts of the broker.
  virtual bool restarts() const { return false; }
};

std::unique_ptr<arena> make_simulated_arena(arena_options options, simulated_play how);

// |loop| and |by| must outlive it. SIGINT ends a play. Sessions and retained messages of a history
// are removed when it has ended.
std::unique_ptr<arena> make_network_arena(net::event_loop& loop, net::connector& by,
                                          arena_options options);

}  // namespace mqttspec::drive
