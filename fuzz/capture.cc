// A file that may be a capture: read, put together, and looked at by the rules. Holds true: each
// direction of a stream ends once at most and brings nothing behind its end, a stream is opened
// before it brings anything, times do not go back, and no more octets come than the file has.

#include "observe/capture.h"

#include <map>

#include "fuzz/target.h"
#include "observe/flows.h"
#include "observe/onlooker.h"

namespace mqttspec::fuzz {

namespace {

class checked_streams {
 public:
  explicit checked_streams(std::size_t octets) : octets_(octets) {}

  observe::flow_events events() {
    observe::flow_events out;
    out.opened = [this](std::uint32_t id, const observe::endpoint&, const observe::endpoint& client,
                        bool whole, instant now) {
      require(over_.emplace(id, std::map<wire::sender, bool>{}).second, "an id is used twice");
      at(now);
      eyes_.opened(id, print(client), whole, now);
    };
    out.passed = [this](std::uint32_t id, wire::sender from, byte_view octets, instant now) {
      stands(id, from, now);
      require(octets.size() <= octets_, "more octets come than the file has");
      octets_ -= octets.size();
      eyes_.passed(id, from, octets, now);
    };
    out.missed = [this](std::uint32_t id, wire::sender from, std::size_t length, instant now) {
      stands(id, from, now);
      require(length != 0, "nothing is missing");
      eyes_.missed(id, from, length, now);
    };
    out.ended = [this](std::uint32_t id, wire::sender by, bool reset, instant now) {
      if (!reset) stands(id, by, now);
      over_.at(id)[by] = true;
      if (reset)
        over_.at(id)[by == wire::sender::client ? wire::sender::server : wire::sender::client] =
            true;
      eyes_.ended(id, by, reset, now);
    };
    out.refused = [this](const observe::endpoint&, instant now) {
      at(now);
      eyes_.refused(now);
    };
    return out;
  }
  void finish() { eyes_.finish(now_); }

 private:
  void at(instant now) {
    require(now >= now_, "time goes back");
    now_ = now;
  }
  void stands(std::uint32_t id, wire::sender from, instant now) {
    at(now);
    require(over_.contains(id), "a stream that was not opened");
    require(!over_.at(id)[from], "something comes behind the end");
  }

  std::size_t octets_;
  std::map<std::uint32_t, std::map<wire::sender, bool>> over_;
  observe::onlooker eyes_{{}, [](const observe::sighting&) {}};
  instant now_{};
};

}  // namespace

int fuzz_capture(byte_view input) {
  checked_streams all(input.size());
  observe::flows streams({}, all.events());
  const auto read =
      observe::read_capture(input, [&](const observe::segment& s) { streams.take(s); });
  if (!read) return 0;
  streams.finish();
  all.finish();
  return 0;
}

std::size_t mutate_capture(const mutation& m) {
  return m.plain(m.data, m.size, m.most);
}

}  // namespace mqttspec::fuzz

MQTTSPEC_FUZZ_TARGET(capture);
