// What stands, how it is waited for, and that nothing is left of it.

#include "target/standing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "target/child_process.h"

namespace mqttspec::target {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A broker in Python that does |with_each| to the connections c that it gets, and writes a word
// into |file| when it is asked to end.
std::string python_broker(std::uint16_t port, const std::string& with_each,
                          const std::string& file = "/dev/null", double sleeps = 0) {
  return fmt::format(R"(exec python3 -c '
import os, signal, socket, time
def end(*_):
  open("{}", "w").write("asked")
  os._exit(0)
signal.signal(signal.SIGTERM, end)
time.sleep({})
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", {}))
s.listen()
n = 0
kept = []
while True:
  c = s.accept()[0]
  kept.append(c)
  n += 1
  {}
')",
                     file, sleeps, port, with_each);
}

class standing_test : public testing::Test {
 protected:
  standing_test() : port_(*net::find_free_port("127.0.0.1")) {
    file_ = testing::TempDir() + fmt::format("standing-{}-{}", ::getpid(), port_);
    what_.own.at = {"127.0.0.1", port_};
    what_.timeout = 500ms;
    what_.versions = {wire::protocol_version::v5};
  }
  ~standing_test() override { std::filesystem::remove(file_); }

  std::string last_word() const {
    std::ifstream in(file_);
    std::string word;
    in >> word;
    return word;
  }

  std::uint16_t port_;
  std::string file_;
  description what_;
};

TEST_F(standing_test, an_embedded_broker_is_reached_by_every_route) {
  what_.own = {};
  standing_target target(what_);
  ASSERT_EQ(target.stand(), "");
  const capability_values can = target.declared();
  for (const char* name : {"tls", "ws", "wss", "two_nodes", "restart", "stop", "kill"}) {
    EXPECT_EQ(can.at(name), 1) << name;
  }
  EXPECT_EQ(can.at("queue_limit"), 1000);
  EXPECT_NE(target.reach().find({"ws", ""}), nullptr);
  EXPECT_EQ(perform(target.loop(), *target.control(), script::broker_action::restart), "");
  EXPECT_EQ(target.address(), "embedded");
}

TEST_F(standing_test, in_virtual_time_everything_can_be_reached_and_nothing_stands) {
  what_.where = place::simulated;
  standing_target target(what_);
  EXPECT_EQ(target.stand(), "");
  EXPECT_TRUE(target.keys().contains({"wss", "two"}));
  EXPECT_EQ(target.declared().at("kill"), 1);
  EXPECT_EQ(target.control(), nullptr);
}

TEST_F(standing_test, a_launched_broker_is_asked_to_end_by_whoever_forgets_it) {
  what_.where = place::launched;
  what_.start = python_broker(port_, "", file_);
  {
    standing_target target(what_);
    ASSERT_EQ(target.stand(), "");
    EXPECT_EQ(target.declared().at("kill"), 1);
  }
  EXPECT_EQ(last_word(), "asked");
}

TEST_F(standing_test, a_launched_broker_is_ended_once) {
  what_.where = place::launched;
  what_.start = python_broker(port_, "", file_);
  standing_target target(what_);
  ASSERT_EQ(target.stand(), "");
  target.end();
  EXPECT_EQ(last_word(), "asked");
  EXPECT_EQ(target.ended(), "");
  EXPECT_EQ(target.crash(), "");
  ASSERT_TRUE(target.process());
  EXPECT_EQ(target.process()->status, 0u);
  target.end();
}

TEST_F(standing_test, one_that_does_not_start_in_time_is_asked_to_end_too) {
  what_.where = place::launched;
  what_.start_timeout = 1s;
  what_.start = python_broker(port_, "", file_, 60);
  standing_target target(what_);
  EXPECT_THAT(target.stand(), HasSubstr("did not start: the broker took no connection within 1s"));
  target.end();
  EXPECT_EQ(last_word(), "asked");
}

TEST_F(standing_test, nothing_is_launched_where_somebody_listens) {
  child_process other;
  other.start(python_broker(port_, "c.send(b\" \")"));
  what_.where = place::elsewhere;
  what_.wait = 10s;
  ASSERT_EQ(standing_target(what_).stand(), "");
  what_.where = place::launched;
  what_.start = "exit 1";
  EXPECT_THAT(standing_target(what_).stand(), HasSubstr("something else listens on 127.0.0.1"));
}

TEST_F(standing_test, a_broker_that_is_starting_is_waited_for) {
  child_process late;
  // Late, and then behind a proxy that has nobody to pass the first connections on to.
  late.start(python_broker(port_, "c.close() if n < 5 else c.send(b\" \")", "/dev/null", 0.5));
  what_.where = place::elsewhere;
  EXPECT_THAT(standing_target(what_).stand(), HasSubstr("connection refused"));
  what_.wait = 10s;
  EXPECT_EQ(standing_target(what_).stand(), "");
}

TEST_F(standing_test, waiting_ends) {
  what_.where = place::elsewhere;
  what_.wait = 300ms;
  what_.sources["address"] = "target.toml:2";
  standing_target refused(what_);
  EXPECT_EQ(refused.stand(), fmt::format("cannot connect to 127.0.0.1:{} (target.toml:2): "
                                         "connection refused (after 300ms)",
                                         port_));
  child_process mute;
  mute.start(python_broker(port_, ""));
  what_.wait = 3s;
  EXPECT_THAT(standing_target(what_).stand(), HasSubstr("does not answer CONNECT (after 3s)"));
}

TEST_F(standing_test, what_it_tells_hides_no_listener_and_no_neglect) {
  what_.where = place::elsewhere;
  what_.facts_as_written = {{"queue_limit", "7"}};
  what_.transports["tls"] = {transport::tls, {"127.0.0.1", 8883}, ""};
  what_.tls.insecure = true;
  const auto told = standing_target(what_).told();
  EXPECT_EQ(told.at("queue_limit"), "7");
  EXPECT_EQ(told.at("transport tls"), "tls://127.0.0.1:8883");
  EXPECT_EQ(told.at("certificates"), "NOT checked (--insecure)");
}

}  // namespace
}  // namespace mqttspec::target
