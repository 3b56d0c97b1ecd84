#include "net/relay.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/tcp.h"

namespace mqttspec::net {
namespace {

using namespace std::chrono_literals;

struct end_point {
  std::unique_ptr<stream> end;
  std::string received;
  std::optional<stream_end> closed;

  void start() {
    end->start({[](const std::string&, instant) {},
                [this](byte_view octets, instant) { received += as_text(octets); },
                [this](stream_end how, instant) { closed = how; }});
  }
};

// A client, a relay and a server on one loop.
class relay_test : public testing::Test {
 protected:
  void SetUp() override {
    auto made = listen_tcp(loop_, {"127.0.0.1", 0}, {}, [this](std::unique_ptr<stream> s, instant) {
      server_.end = std::move(s);
      server_.start();
    });
    ASSERT_TRUE(made) << made.error();
    listener_ = std::move(*made);
    stand_between({"127.0.0.1", listener_->port()});
  }

  void stand_between(const host_port& server) {
    relay_events events;
    events.opened = [this](std::uint32_t id, instant) { told_ += fmt::format("{} open\n", id); };
    events.passed = [this](std::uint32_t id, relay_side from, byte_view octets, instant) {
      if (octets.size() > 100) return;
      told_ +=
          fmt::format("{} {} {}\n", id, from == relay_side::client ? ">" : "<", as_text(octets));
    };
    events.ended = [this](std::uint32_t id, relay_side by, bool reset, instant) {
      told_ += fmt::format("{} {} {}\n", id, by == relay_side::client ? ">" : "<",
                           reset ? "reset" : "end");
    };
    events.refused = [this](const std::string&, instant) { told_ += "refused\n"; };
    auto made = make_relay(loop_, {"127.0.0.1", 0}, server, std::move(events));
    ASSERT_TRUE(made) << made.error();
    relay_ = std::move(*made);
    connector_ = make_tcp_connector(loop_, {"127.0.0.1", relay_->port()});
    client_.end = connector_->make();
    client_.start();
  }

  bool run(const std::function<bool()>& done) {
    const instant end = loop_.now() + 10s;
    loop_.run_until([&] { return done() || loop_.now() > end; });
    return done();
  }

  event_loop loop_;
  std::unique_ptr<listener> listener_;
  end_point server_;
  std::unique_ptr<relay> relay_;
  std::unique_ptr<connector> connector_;
  end_point client_;
  std::string told_;
};

TEST_F(relay_test, octets_and_both_ends_are_handed_on) {
  client_.end->write(as_bytes("ping"));
  ASSERT_TRUE(run([&] { return server_.received == "ping"; }));
  client_.end->shutdown();
  ASSERT_TRUE(run([&] { return server_.closed.has_value(); }));
  EXPECT_EQ(*server_.closed, stream_end::orderly);
  // The other direction still stands.
  server_.end->write(as_bytes("pong"));
  ASSERT_TRUE(run([&] { return client_.received == "pong"; }));
  server_.end->shutdown();
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(*client_.closed, stream_end::orderly);
  EXPECT_EQ(told_, "1 open\n1 > ping\n1 > end\n1 < pong\n1 < end\n");
}

TEST_F(relay_test, a_reset_is_handed_on) {
  client_.end->write(as_bytes("ping"));
  ASSERT_TRUE(run([&] { return server_.received == "ping"; }));
  server_.end->abort();
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(*client_.closed, stream_end::reset);
  EXPECT_EQ(told_, "1 open\n1 > ping\n1 < reset\n");
}

TEST_F(relay_test, a_server_that_is_not_there) {
  ASSERT_TRUE(run([&] { return told_ == "1 open\n"; }));
  told_.clear();
  const std::uint16_t port = listener_->port();
  listener_.reset();
  stand_between({"127.0.0.1", port});
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(told_, "refused\n");
}

TEST_F(relay_test, what_one_side_does_not_take_is_not_read_from_the_other) {
  ASSERT_TRUE(run([&] { return server_.end != nullptr; }));
  server_.end->pause(true);
  constexpr std::size_t much = 64u << 20;
  client_.end->write(byte_buffer(much, 'x'));
  // As much goes through as the system's buffers hold; then nothing moves.
  std::size_t unsent = 0;
  instant since = loop_.now();
  ASSERT_TRUE(run([&] {
    if (unsent != client_.end->unsent()) since = loop_.now();
    unsent = client_.end->unsent();
    return loop_.now() - since > 300ms;
  }));
  EXPECT_GT(unsent, much / 4);
  server_.end->pause(false);
  ASSERT_TRUE(run([&] { return server_.received.size() == much; }));
}

}  // namespace
}  // namespace mqttspec::net
