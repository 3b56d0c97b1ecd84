#include "target/adapter_process.h"

#include <gtest/gtest.h>

#include <vector>

#include "net/tcp.h"

namespace mqttspec::target {
namespace {

struct heard {
  std::vector<std::string> told;
  std::string how;

  adapter_events events() {
    return {[this](const adapter::message& m, instant) { told.push_back(m.text("text")); },
            [this](const std::string& why, instant) { how = why; }};
  }
};

TEST(adapter_process, reads_commands_tells_events_and_its_end) {
  net::event_loop loop;
  heard h;
  adapter_process a(loop,
                    "echo welcome; echo '{\"ev\":\"log\",\"text\":\"one\"}'; read line; "
                    "echo '{\"ev\":\"log\",\"text\":\"two\"}'; echo oh >&2; exit 3",
                    h.events());
  ASSERT_TRUE(a.start());
  a.ask({"reconnect", {{"n", std::uint64_t{1}}}});
  loop.run_until([&] { return !h.how.empty(); });
  EXPECT_EQ(h.told, (std::vector<std::string>{"one", "two"}));
  EXPECT_NE(h.how.find("status 3"), std::string::npos) << h.how;
  EXPECT_NE(h.how.find("oh"), std::string::npos) << h.how;
}

TEST(adapter_process, that_says_what_is_no_event_is_ended) {
  net::event_loop loop;
  heard h;
  adapter_process a(loop, "echo '{\"ev\":\"gossip\"}'; cat", h.events());
  ASSERT_TRUE(a.start());
  loop.run_until([&] { return !h.how.empty(); });
  EXPECT_EQ(h.how, "there is no event 'gossip'");
}

// One that runs beside a connection would keep it open when we close it.
TEST(adapter_process, inherits_no_connection) {
  net::event_loop loop;
  std::unique_ptr<net::stream> ours;
  const auto listener =
      net::listen_tcp(loop, {"127.0.0.1", 0}, {},
                      [&](std::unique_ptr<net::stream> s, instant) { ours = std::move(s); });
  ASSERT_TRUE(listener) << listener.error();
  const auto to = net::make_tcp_connector(loop, {"127.0.0.1", (*listener)->port()});
  const auto theirs = to->make();
  bool ended = false;
  theirs->start({{}, {}, [&](net::stream_end, instant) { ended = true; }});
  loop.run_until([&] { return ours != nullptr; });
  ours->start({});
  heard h;
  adapter_process beside(loop, "sleep 1000", h.events());
  ASSERT_TRUE(beside.start());
  ours->close();
  loop.run_until([&] { return ended; });
}

}  // namespace
}  // namespace mqttspec::target
