#pragma once
// Draws histories: the same seed gives the same ones. Each history has a manner of its own (how
// many clients, what they like to do), and of a few candidates for the next step the one is taken
// that was tried least in the state that the model is in, so that new states and new steps in old
// states come first.
//
//   generator g({.seed = 1});
//   g.begin();
//   while (auto a = g.next(judge)) ...        // play it, on a sound broker, to know the next state

#include <array>
#include <optional>

#include "base/random.h"
#include "explore/judge.h"
#include "explore/tally.h"

namespace mqttspec::explore {

struct generator_options {
  std::uint64_t seed = 0;
  std::vector<wire::protocol_version> versions = {wire::protocol_version::v5,
                                                  wire::protocol_version::v311};
  std::uint16_t most_actions = 24;
  // Of a thousand histories so many have waits of seconds; of these some wait out a whole session.
  std::uint16_t waiting = 100;
  // Words of steps that are not drawn ("dup", "share", "probe"): what is known to break a broker.
  std::vector<std::string> without;
};

class generator {
 public:
  explicit generator(generator_options options)
      : options_(std::move(options)), random_(options_.seed) {}

  void begin();
  // The next action; nullopt: the history is complete.
  std::optional<action> next(const judge& j);

  std::size_t states() const { return states_.size(); }  // abstract states that were seen
  std::size_t pairs() const { return pairs_.size(); }    // ... and steps that were taken in one

 private:
  bool chance(unsigned of_hundred) { return random_.below(100) < of_hundred; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[random_.below(values.size())];
  }
  action draw(const judge& j);
  action draw_any(const judge& j);
  bool is_wanted(const action& a) const;
  action draw_connect(std::uint8_t client);
  std::optional<action> draw_wait(std::initializer_list<unsigned> milliseconds);
  action draw_probe(std::uint8_t client);
  action draw_cut(const judge& j, std::uint8_t client);
  action draw_subscribe(std::uint8_t client, bool un);
  action draw_publish(const judge& j, std::uint8_t client);
  std::uint8_t draw_qos();

  struct manner {
    std::uint8_t clients = 2;
    std::uint16_t actions = 12;
    std::array<wire::protocol_version, most_clients> version{};
    std::array<unsigned, 16> weight{};  // by action_kind
    unsigned persistent = 70;           // percent of CONNECTs
    unsigned clean = 25;
    unsigned will = 0;
    unsigned delay = 0;
    unsigned retain = 0;
    unsigned options = 0;
    unsigned share = 0;
    unsigned quota = 0;
    unsigned qos2 = 40;
    unsigned qos0 = 10;
    unsigned short_interval = 0;
    unsigned keep_alive = 0;
    unsigned lifetime = 0;
    unsigned aliases = 0;
    unsigned properties = 0;
    unsigned big = 0;
    bool waits = false;
    bool one_topic = false;
  };

  generator_options options_;
  random_source random_;
  manner manner_;
  std::uint16_t drawn_ = 0;
  std::uint8_t settled_ = 0;
  std::uint32_t waited_ = 0;  // milliseconds
  tally states_;
  tally pairs_;
};

}  // namespace mqttspec::explore
