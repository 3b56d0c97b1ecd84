#pragma once
// QoS 2 messages received from a client and not yet released by PUBREL: part of its session. How
// many of them belong to the present connection is counted for the server's Receive Maximum, and
// is no session state. [v5:v5-4.1-b] [v5:v5-4.9-a]

#include <cstdint>
#include <unordered_map>

#include "model/message.h"

namespace mqttspec::model {

class inbox {
 public:
  struct entry {
    std::uint64_t connection = 0;  // the number of the connection that last sent PUBLISH
    std::uint32_t times = 0;       // that PUBLISH came
    message_pointer held;          // when it is forwarded only at PUBREL
  };

  void open() {
    ++connection_;
    unacknowledged_ = 0;
  }
  const entry* find(std::uint16_t id) const {
    const auto found = open_.find(id);
    return found == open_.end() ? nullptr : &found->second;
  }
  bool from_earlier_connection(std::uint16_t id) const {
    const entry* e = find(id);
    return e != nullptr && e->connection != connection_;
  }
  // PUBLISH |id| came on this connection.
  void received(std::uint16_t id, message_pointer held) {
    const auto [at, fresh] = open_.try_emplace(id);
    if (fresh || at->second.connection != connection_) ++unacknowledged_;
    at->second.connection = connection_;
    ++at->second.times;
    if (fresh) at->second.held = std::move(held);
  }
  // PUBREL |id| came. Gives what was held for it.
  message_pointer released(std::uint16_t id, bool free_id) {
    const auto found = open_.find(id);
    if (found == open_.end()) return nullptr;
    message_pointer held = std::move(found->second.held);
    found->second.held = nullptr;
    if (found->second.connection == connection_ && unacknowledged_ > 0) --unacknowledged_;
    if (free_id) {
      open_.erase(found);
    } else {
      found->second.connection = 0;
    }
    return held;
  }
  void clear() {
    open_.clear();
    unacknowledged_ = 0;
  }
  std::size_t size() const { return open_.size(); }
  std::uint32_t unacknowledged() const { return unacknowledged_; }
  // Of earlier connections, still open.
  std::uint32_t left_behind() const {
    return static_cast<std::uint32_t>(open_.size()) - unacknowledged_;
  }

 private:
  std::unordered_map<std::uint16_t, entry> open_;
  std::uint64_t connection_ = 1;
  std::uint32_t unacknowledged_ = 0;
};

}  // namespace mqttspec::model
