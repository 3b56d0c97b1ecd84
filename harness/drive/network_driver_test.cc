#include "drive/network_driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "model/rules.h"
#include "net/tcp.h"
#include "target/broker_server.h"
#include "wire/encode.h"

namespace mqttspec::drive {
namespace {

using namespace std::chrono_literals;
using play::abandonment;

byte_buffer octets_of(const wire::packet& p) {
  return wire::encode(p)->bytes;
}

// Connects and, when |leaves| is not empty, leaves that session; ends after so long, or never.
class visitor : public play::machine {
 public:
  explicit visitor(duration stays, std::string leaves = "") : stays_(stays) {
    if (!leaves.empty()) left_.what.sessions[std::move(leaves)] = wire::protocol_version::v5;
  }
  bool stops = false;
  std::optional<abandonment> abandoned;
  std::size_t got = 0;
  std::string failed;

  void start(instant now) override {
    ends_ = saturating_add(now, stays_);
    actions_.emplace_back(play::open_connection{1, "c", "", ""});
  }
  void connected(play::connection_id, instant) override {
    wire::packet p = wire::make(wire::packet_type::connect, wire::protocol_version::v5);
    p.client_id = left_.what.sessions.empty() ? "v" : left_.what.sessions.begin()->first;
    p.clean_start = true;
    if (!left_.what.sessions.empty()) {
      p.properties.push_back(
          wire::number_property(wire::property_id::session_expiry_interval, 300));
    }
    actions_.emplace_back(play::write_octets{1, octets_of(p)});
  }
  void connect_failed(play::connection_id, const std::string& why, instant) override {
    failed = why;
    over_ = true;
  }
  void received(play::connection_id, byte_view octets, instant) override { got += octets.size(); }
  void closed(play::connection_id, play::close_kind, instant) override { over_ = true; }
  void broke_below(play::connection_id, const std::string&, std::string_view, instant) override {}
  void hook_done(bool, const std::string&, instant) override {}
  void time_passed(instant now) override { over_ = over_ || now >= ends_; }
  void stalled(duration, instant) override {}
  void abandon(abandonment why, const std::string&, instant) override {
    abandoned = why;
    over_ = true;
  }
  std::optional<play::action> next_action() override {
    if (actions_.empty()) return std::nullopt;
    play::action a = std::move(actions_.front());
    actions_.pop_front();
    return a;
  }
  instant next_deadline() const override { return over_ ? never : ends_; }
  bool finished() const override { return over_; }
  bool stops_broker() const override { return stops; }
  play::left_things take_made() override { return left_.what; }
  play::leftovers left_behind() const override { return left_; }

 private:
  duration stays_;
  instant ends_ = never;
  bool over_ = false;
  std::deque<play::action> actions_;
  play::leftovers left_;
};

class network_driver_test : public testing::Test {
 protected:
  // Says what |how| says to each that connects; counts the connections.
  void listen(std::function<void(net::stream&, byte_view)> how) {
    auto made = net::listen_tcp(
        loop_, {"127.0.0.1", 0}, {}, [this, how](std::unique_ptr<net::stream> s, instant) {
          net::stream* peer = s.get();
          s->start({{},
                    [this, how, peer](byte_view octets, instant) {
                      heard_.insert(heard_.end(), octets.begin(), octets.end());
                      how(*peer, octets);
                    },
                    [](net::stream_end, instant) {}});
          peers_.push_back(std::move(s));
        });
    ASSERT_TRUE(made) << made.error();
    listener_ = std::move(*made);
    connector_ = net::make_tcp_connector(loop_, {"127.0.0.1", listener_->port()}, {});
  }
  void answer_connect() {
    listen([](net::stream& s, byte_view octets) {
      if (octets[0] >> 4 == 1) s.write(*from_hex("20 03 00 00 00"));
    });
  }
  std::unique_ptr<play::driver> make(network_options options = {}) {
    return make_network_driver(loop_, *connector_, std::move(options));
  }
  static play::driver::source list(std::vector<std::unique_ptr<play::machine>>& all) {
    return [&all, next = std::size_t{0}]() mutable {
      return next == all.size() ? nullptr : std::move(all[next++]);
    };
  }

  net::event_loop loop_;
  byte_buffer heard_;
  std::vector<std::unique_ptr<net::stream>> peers_;
  std::unique_ptr<net::listener> listener_;
  std::unique_ptr<net::connector> connector_;
};

TEST_F(network_driver_test, what_is_left_behind_is_removed) {
  answer_connect();
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(50ms, "stays"));
  target::residue book;
  make({.left = &book})->play(list(all), [&](play::played) { return true; }, 10);
  EXPECT_TRUE(book.all().empty());
  EXPECT_EQ(peers_.size(), 2u);
  const std::string_view id = "stays";
  const auto first = std::search(heard_.begin(), heard_.end(), id.begin(), id.end());
  ASSERT_NE(first, heard_.end());
  EXPECT_NE(std::search(first + 1, heard_.end(), id.begin(), id.end()), heard_.end());
}

TEST_F(network_driver_test, what_will_be_left_is_in_the_book_before_it_is_made) {
  target::residue book;
  std::size_t known = 0;
  listen([&](net::stream& s, byte_view) {
    known = std::max(known, book.all().size());
    s.write(*from_hex("20 03 00 00 00"));
  });
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(50ms, "stays"));
  make({.left = &book})->play(list(all), [&](play::played) { return true; }, 10);
  EXPECT_EQ(known, 1u);
}

TEST_F(network_driver_test, what_a_crowd_did_not_let_be_removed_is_removed_at_the_end) {
  target::residue book;
  listen([&](net::stream& s, byte_view) {
    if (peers_.size() == 2) return s.close();  // the first time
    s.write(*from_hex("20 03 00 00 00"));
  });
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(50ms, "stays"));
  make({.left = &book})->play(list(all), [&](play::played) { return true; }, 10);
  EXPECT_TRUE(book.all().empty());
}

TEST_F(network_driver_test, ends_what_is_under_way_when_the_time_is_over) {
  listen([](net::stream&, byte_view) {});  // lets nobody clean up
  std::vector<std::unique_ptr<play::machine>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(std::make_unique<visitor>(1h, "v" + std::to_string(i)));
  target::residue book;
  const auto on = make({.left = &book});
  const instant began = on->now();
  std::size_t cut = 0;
  on->play(
      list(all),
      [&](play::played p) {
        cut += static_cast<visitor&>(*p.what).abandoned == abandonment::out_of_time ? 1 : 0;
        return true;
      },
      10, [&] { return on->now() - began > 200ms; });
  EXPECT_EQ(cut, 10u);
  EXPECT_EQ(book.all().size(), 10u) << "somebody else has to remove them";
  EXPECT_LT(on->now() - began, 7s);
}

TEST_F(network_driver_test, an_interrupt_removes_what_was_made) {
  answer_connect();
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(1h, "stays"));
  target::residue book;
  const auto on = make({.left = &book});
  const instant began = on->now();
  bool raised = false;
  on->play(
      list(all), [&](play::played) { return true; }, 10,
      [&] {
        if (!raised && on->now() - began > 100ms) raised = std::raise(SIGINT) == 0;
        return false;
      });
  EXPECT_TRUE(on->interrupted());
  EXPECT_TRUE(book.all().empty());
  EXPECT_EQ(peers_.size(), 2u);  // the second one removes
  EXPECT_LT(on->now() - began, 2s);
}

// Does something once, when it may.
class once_it_may : public net::timed {
 public:
  once_it_may(std::function<bool()> may, std::function<void()> what)
      : may_(std::move(may)), what_(std::move(what)) {}
  instant next_deadline() const override { return due_; }
  void time_passed(instant now) override {
    due_ = may_() ? never : now + 10ms;
    if (due_ == never) what_();
  }

 private:
  std::function<bool()> may_;
  std::function<void()> what_;
  instant due_{};
};

TEST_F(network_driver_test, an_interrupt_lets_a_clean_up_go_on) {
  net::stream* last = nullptr;
  listen([&](net::stream& s, byte_view) {
    if (peers_.size() == 1) return s.write(*from_hex("20 03 00 00 00"));
    if (last == nullptr) std::raise(SIGINT);
    last = &s;
  });
  target::residue book;
  const auto on = make({.left = &book});
  once_it_may answer([&] { return on->interrupted(); },
                     [&] { last->write(*from_hex("20 03 00 00 00")); });
  loop_.add(answer);
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(50ms, "stays"));
  on->play(list(all), [&](play::played) { return true; }, 10);
  loop_.remove(answer);
  EXPECT_TRUE(on->interrupted());
  EXPECT_TRUE(book.all().empty());
}

TEST_F(network_driver_test, what_stops_the_broker_is_played_alone) {
  answer_connect();
  std::vector<std::unique_ptr<play::machine>> all;
  for (int i = 0; i < 5; ++i) all.push_back(std::make_unique<visitor>(50ms));
  all.push_back(std::make_unique<visitor>(50ms));
  static_cast<visitor&>(*all.back()).stops = true;
  for (int i = 0; i < 5; ++i) all.push_back(std::make_unique<visitor>(50ms));
  std::size_t ended = 0;
  make()->play(
      list(all),
      [&](play::played p) {
        ++ended;
        const bool alone = static_cast<visitor&>(*p.what).stops;
        EXPECT_EQ(p.around.beside, alone ? 1u : 5u);
        return true;
      },
      10);
  EXPECT_EQ(ended, 11u);
}

TEST_F(network_driver_test, a_flood_ends_the_machine_that_takes_too_much) {
  listen([](net::stream& s, byte_view) { s.write(byte_buffer(3u << 20)); });
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(1h));
  std::optional<abandonment> why;
  make({.most_octets_held = 1u << 20})
      ->play(
          list(all),
          [&](play::played p) {
            why = static_cast<visitor&>(*p.what).abandoned;
            return true;
          },
          10);
  EXPECT_EQ(why, abandonment::flooded);
}

TEST_F(network_driver_test, a_broker_that_floods_all_is_given_up_on) {
  listen([](net::stream& s, byte_view) { s.write(byte_buffer(3u << 20)); });
  std::vector<std::unique_ptr<play::machine>> all;
  for (int i = 0; i < 100; ++i) all.push_back(std::make_unique<visitor>(1h));
  const auto on = make({.most_octets_held = 1u << 20});
  std::size_t ended = 0;
  on->play(
      list(all),
      [&](play::played) {
        ++ended;
        return true;
      },
      4);
  EXPECT_EQ(on->lost(), "the broker flooded the harness 8 times");
  EXPECT_LT(ended, 30u);
}

TEST_F(network_driver_test, tells_who_was_refused_and_that_nobody_is_there) {
  answer_connect();
  listener_.reset();
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(1h));
  const auto on = make();
  bool refused = false;
  on->play(
      list(all),
      [&](play::played p) {
        refused = p.around.refused;
        return true;
      },
      10);
  EXPECT_TRUE(refused);
  EXPECT_NE(on->lost().find("no more connections"), std::string::npos) << on->lost();
}

TEST_F(network_driver_test, one_whose_connection_ends_a_moment_before_the_broker_goes_is_told) {
  net::stream* ill = nullptr;  // the visitor's
  std::size_t pings = 0;
  instant goes = never;
  listen([&](net::stream& s, byte_view octets) {
    const auto type = octets[0] >> 4;
    if (type == 1) s.write(*from_hex("20 03 00 00 00"));
    if (type == 1 && octets.back() == 'v') ill = &s;
    if (type != 12) return;
    s.write(*from_hex("d0 00"));
    // Then the first one has been answered, and the witness can tell.
    if (++pings < 3 || ill == nullptr) return;
    std::exchange(ill, nullptr)->shutdown();
    goes = loop_.now() + 50ms;
  });
  std::vector<std::unique_ptr<play::machine>> all;
  all.push_back(std::make_unique<visitor>(1h));
  std::optional<play::outage> away;
  make({.pulse = pulse_as(wire::protocol_version::v5, "", ""), .longest_absence = 5s})
      ->play(
          list(all),
          [&](const play::played& p) {
            away = p.around.away;
            return true;
          },
          10,
          [&] {
            if (loop_.now() >= goes) {
              goes = never;
              peers_.clear();
            }
            return false;
          });
  ASSERT_TRUE(away);
  EXPECT_EQ(away->what, "the broker ended all connections");
}

// On a broker of ours that goes away after 300 ms.
class absence_test : public testing::Test {
 protected:
  void serve(const broker::network_manner& manner) {
    server_.emplace(loop_, broker::broker_options{}, 1, model::sound_rules(), manner);
    const auto port = server_->listen({"127.0.0.1", 0});
    ASSERT_TRUE(port) << port.error();
    connector_ = net::make_tcp_connector(loop_, {"127.0.0.1", *port}, {});
    driver_ = make_network_driver(
        loop_, *connector_,
        {.pulse = pulse_as(wire::protocol_version::v5, "", ""), .longest_absence = 5s});
  }
  // One that would stay for an hour, and then one that stays for a moment.
  std::vector<play::circumstances> play_two() {
    std::vector<play::circumstances> out;
    std::size_t begun = 0;
    driver_->play(
        [&]() -> std::unique_ptr<play::machine> {
          if (begun == 2) return nullptr;
          return std::make_unique<visitor>(begun++ == 0 ? duration(1h) : duration(50ms));
        },
        [&](play::played p) {
          out.push_back(std::move(p.around));
          return true;
        },
        1);
    return out;
  }

  net::event_loop loop_;
  std::optional<target::broker_server> server_;
  std::unique_ptr<net::connector> connector_;
  std::unique_ptr<play::driver> driver_;
};

TEST_F(absence_test, a_broker_that_restarts_is_waited_for_and_those_under_way_are_told) {
  serve({.restarts_after = 300ms, .down_for = 250ms});
  const auto around = play_two();
  ASSERT_EQ(around.size(), 2u);
  ASSERT_TRUE(around[0].away);
  EXPECT_EQ(around[0].away->what, "the broker ended all connections");
  EXPECT_FALSE(around[1].away);
  EXPECT_EQ(driver_->lost(), "");
}

TEST_F(absence_test, so_is_one_that_lets_go_of_all_clients) {
  serve({.restarts_after = 300ms, .only_lets_go = true});
  const auto around = play_two();
  ASSERT_EQ(around.size(), 2u);
  EXPECT_TRUE(around[0].away);
  EXPECT_FALSE(around[1].away);
}

TEST_F(absence_test, one_that_stays_away_is_lost) {
  serve({.restarts_after = 300ms, .down_for = 1h});
  driver_ = make_network_driver(
      loop_, *connector_,
      {.pulse = pulse_as(wire::protocol_version::v5, "", ""), .longest_absence = 500ms});
  const auto around = play_two();
  ASSERT_EQ(around.size(), 1u);
  EXPECT_TRUE(around[0].away);
  EXPECT_NE(driver_->lost().find("is not back after 500ms"), std::string::npos) << driver_->lost();
}

TEST_F(absence_test, a_case_that_is_closed_while_others_are_served_is_on_its_own) {
  serve({});
  std::size_t begun = 0;
  std::optional<play::outage> away;
  driver_->play(
      [&]() -> std::unique_ptr<play::machine> {
        // The second takes the first one's identifier, and so its connection.
        return begun++ < 2 ? std::make_unique<visitor>(500ms, "same") : nullptr;
      },
      [&](const play::played& p) {
        if (p.around.away) away = p.around.away;
        return true;
      },
      2);
  EXPECT_FALSE(away);
}

}  // namespace
}  // namespace mqttspec::drive
