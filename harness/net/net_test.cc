#include <gtest/gtest.h>
#include <sys/resource.h>

#include <optional>

#include "net/tcp.h"

namespace mqttspec::net {
namespace {

using namespace std::chrono_literals;

constexpr duration patience = 5s;

// One end of a connection that remembers what happened to it.
struct peer {
  std::unique_ptr<stream> end;
  std::optional<std::string> connected;
  std::string received;
  std::size_t octets = 0;
  std::optional<stream_end> closed;

  void start() {
    end->start({[this](const std::string& error, instant) { connected = error; },
                [this](byte_view bytes, instant) {
                  octets += bytes.size();
                  if (received.size() < 100) received += as_text(bytes);
                },
                [this](stream_end how, instant) { closed = how; }});
  }
};

class tcp_test : public testing::Test {
 protected:
  void SetUp() override { listen({}); }

  void listen(stream_limits limits) {
    listener_.reset();
    auto made =
        listen_tcp(loop_, {"127.0.0.1", 0}, limits, [this](std::unique_ptr<stream> s, instant) {
          servers_.push_back(std::make_unique<peer>());
          servers_.back()->end = std::move(s);
          servers_.back()->start();
        });
    ASSERT_TRUE(made) << made.error();
    listener_ = std::move(*made);
    target_ = {"127.0.0.1", listener_->port()};
  }

  bool run(const std::function<bool()>& done) {
    const instant end = loop_.now() + patience;
    loop_.run_until([&] { return done() || loop_.now() > end; });
    return done();
  }

  void connect(const tcp_connector_options& options = {}) {
    connector_ = make_tcp_connector(loop_, target_, options);
    client_.end = connector_->make();
    client_.start();
    ASSERT_TRUE(run([&] { return client_.connected && !servers_.empty(); }));
    ASSERT_EQ(*client_.connected, "");
  }

  peer& server() { return *servers_.front(); }

  event_loop loop_;
  std::unique_ptr<listener> listener_;
  host_port target_;
  std::unique_ptr<connector> connector_;
  peer client_;
  std::vector<std::unique_ptr<peer>> servers_;
};

TEST_F(tcp_test, octets_arrive_both_ways_and_an_orderly_end_is_told) {
  connect();
  client_.end->write(as_bytes("ping"));
  ASSERT_TRUE(run([&] { return server().received == "ping"; }));
  server().end->write(as_bytes("pong"));
  server().end->close();
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(client_.received, "pong");
  EXPECT_EQ(*client_.closed, stream_end::orderly);
}

TEST_F(tcp_test, tells_when_this_process_has_no_descriptors_left) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  connector_ = make_tcp_connector(loop_, target_, {});
  const auto stream = connector_->make();
  std::optional<std::string> error;
  stream->start({[&](const std::string& e, instant) { error = e; }, {}, {}});
  EXPECT_TRUE(run([&] { return error.has_value(); }));
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_NE(error->find("ulimit -n"), std::string::npos) << *error;
}

TEST(event_loop, takes_as_many_descriptors_as_it_may_have) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit few = limit;
  few.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  event_loop loop;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_EQ(few.rlim_cur, few.rlim_max);
}

TEST_F(tcp_test, abort_is_seen_as_reset) {
  connect();
  server().end->abort();
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(*client_.closed, stream_end::reset);
}

TEST_F(tcp_test, shutdown_ends_one_direction_only) {
  connect();
  client_.end->write(as_bytes("last"));
  client_.end->shutdown();
  ASSERT_TRUE(run([&] { return server().closed.has_value(); }));
  EXPECT_EQ(server().received, "last");
  server().end->write(as_bytes("answer"));
  EXPECT_TRUE(run([&] { return client_.received == "answer"; }));
}

TEST_F(tcp_test, finish_delivers_what_was_written_although_octets_lie_unread) {
  connect();
  server().end->pause(true);
  client_.end->write(as_bytes("unread"));
  server().end->write(as_bytes("goodbye"));
  server().end->finish();
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(client_.received, "goodbye");
  EXPECT_EQ(*client_.closed, stream_end::orderly);
}

TEST_F(tcp_test, a_write_into_a_broken_connection_does_no_harm) {
  connect();
  server().end->abort();
  for (int i = 0; i < 10; ++i) client_.end->write(as_bytes("into the void"));
  EXPECT_TRUE(run([&] { return client_.closed.has_value(); }));
  client_.end->write(as_bytes("and again"));
  client_.end->shutdown();
  client_.end->close();
}

TEST_F(tcp_test, a_refused_connection_says_why) {
  listener_.reset();
  connector_ = make_tcp_connector(loop_, target_, {});
  client_.end = connector_->make();
  client_.start();
  ASSERT_TRUE(run([&] { return client_.connected.has_value(); }));
  EXPECT_EQ(*client_.connected, "connection refused");
  EXPECT_FALSE(client_.closed);
}

TEST_F(tcp_test, a_flood_ends_at_the_limit) {
  tcp_connector_options options;
  options.limits.received = 1 << 20;
  connect(options);
  server().end->write(byte_buffer(8 << 20, 0x30));
  ASSERT_TRUE(run([&] { return client_.closed.has_value(); }));
  EXPECT_EQ(*client_.closed, stream_end::over_limit);
  EXPECT_LE(client_.octets, std::size_t{1} << 20);
}

TEST_F(tcp_test, a_paused_reader_makes_the_writer_wait) {
  connect();
  client_.end->pause(true);
  server().end->write(byte_buffer(32 << 20, 0x30));
  EXPECT_GT(server().end->unsent(), 0u);
  client_.end->pause(false);
  ASSERT_TRUE(run([&] { return client_.octets == std::size_t{32} << 20; }));
  EXPECT_EQ(server().end->unsent(), 0u);
}

TEST_F(tcp_test, nothing_is_called_after_the_handle_is_dropped) {
  connect();
  client_.end->write(as_bytes("bye"));
  client_.end.reset();
  server().end->write(as_bytes("late"));
  ASSERT_TRUE(run([&] { return server().closed.has_value(); }));
  EXPECT_EQ(server().received, "bye");
  EXPECT_EQ(client_.received, "");
  EXPECT_FALSE(client_.closed);
}

TEST_F(tcp_test, the_gate_lets_all_connects_through_in_the_end) {
  tcp_connector_options options;
  options.connects_at_once = 3;
  options.rotate_after = 10;  // most of them come from 127.0.0.x
  connector_ = make_tcp_connector(loop_, target_, options);
  std::vector<std::unique_ptr<peer>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<peer>());
    clients.back()->end = connector_->make();
    clients.back()->start();
  }
  clients[50]->end.reset();  // dropped while it waits
  ASSERT_TRUE(run([&] {
    std::size_t up = 0;
    for (const auto& c : clients) up += c->connected == std::optional<std::string>("");
    return up == 99;
  }));
}

TEST_F(tcp_test, an_address_in_use_is_a_sentence) {
  const auto second = listen_tcp(loop_, target_, {}, [](std::unique_ptr<stream>, instant) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), "cannot listen on " + print(target_) + ": address already in use");
}

// Someone who burns the processor in a callback makes everybody else late.
struct stalled_client : timed {
  instant due{};
  duration stall{};
  int fired = 0;
  instant next_deadline() const override { return fired > 0 ? never : due; }
  void time_passed(instant) override { ++fired; }
  void stalled(duration length, instant) override { stall += length; }
};

TEST(event_loop, tells_when_it_stood_still) {
  event_loop loop;
  stalled_client client;
  client.due = loop.now() + 5ms;
  loop.add(client);
  loop.post([&] {
    const instant end = loop.now() + 80ms;
    while (loop.now() < end) {
    }
  });
  loop.run_until([&] { return client.fired > 0; });
  EXPECT_GE(client.stall, 50ms);
  loop.remove(client);
}

TEST(event_loop, a_deadline_is_met_and_the_time_between_runs_is_no_stall) {
  event_loop loop;
  stalled_client client;
  client.due = loop.now() + 30ms;
  loop.add(client);
  loop.run_until([&] { return client.fired > 0; });
  EXPECT_GE(loop.now(), client.due);
  const instant end = loop.now() + 60ms;
  while (loop.now() < end) {
  }
  client.stall = {};
  client.fired = 0;
  client.due = loop.now() + 1ms;
  loop.run_until([&] { return client.fired > 0; });
  EXPECT_LT(client.stall, 50ms);
  loop.remove(client);
}

struct address_row {
  const char* text;
  const char* host;  // nullptr: refused
  int port;
};

TEST(endpoint, reads_host_and_port) {
  for (const address_row& row : {address_row{"localhost", "localhost", 1883},
                                 {"localhost:1", "localhost", 1},
                                 {"127.0.0.1:65535", "127.0.0.1", 65535},
                                 {"[::1]:1884", "::1", 1884},
                                 {"::1", "::1", 1883},
                                 {"[::1]", "::1", 1883},
                                 {"", nullptr, 0},
                                 {":1", nullptr, 0},
                                 {"a:", nullptr, 0},
                                 {"a:65536", nullptr, 0},
                                 {"a:-1", nullptr, 0},
                                 {"a:1x", nullptr, 0},
                                 {"[::1", nullptr, 0},
                                 {"[::1]x", nullptr, 0},
                                 {"[::1]:", nullptr, 0}}) {
    const auto got = parse_host_port(row.text, 1883);
    if (row.host == nullptr) {
      EXPECT_FALSE(got) << row.text;
    } else {
      ASSERT_TRUE(got) << row.text << ": " << got.error();
      EXPECT_EQ(*got, (host_port{row.host, static_cast<std::uint16_t>(row.port)})) << row.text;
    }
  }
}

TEST(endpoint, resolves_numbers_and_refuses_nonsense) {
  EXPECT_EQ(resolve({"127.0.0.1", 7})->front(), (host_port{"127.0.0.1", 7}));
  const auto none = resolve({"no-such-host.invalid", 1883});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().find("cannot resolve 'no-such-host.invalid': "), 0u);
  EXPECT_TRUE(is_ipv4_loopback({"127.9.9.9", 1}));
  EXPECT_FALSE(is_ipv4_loopback({"10.0.0.1", 1}));
  EXPECT_FALSE(is_ipv4_loopback({"::1", 1}));
}

}  // namespace
}  // namespace mqttspec::net
