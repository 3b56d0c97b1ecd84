// A broker whose every text is an attack, over a socket and through the whole program: neither the
// terminal nor any report may carry markup or control characters of it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "cli/command.h"
#include "wire/decode.h"
#include "wire/encode.h"

namespace mqttspec::cli {
namespace {

namespace fs = std::filesystem;
using wire::packet;
using wire::packet_type;
using wire::property_id;
constexpr auto v5 = wire::protocol_version::v5;

// Clears a terminal, ends attributes, elements, CDATA, comments and code fences, turns the reading
// order; and is well-formed UTF-8 that MQTT may carry.
const std::string attack =
    "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script><img src=x onerror=alert(1)>\"'>]]>-->\n```\n"
    "::error::owned\n| a | b |\n\xE2\x80\xAE\xC2\x9B"
    "31m";

// Answers what the sanity check and the cases ask for, with |attack| wherever a text can stand.
class hostile_broker {
 public:
  explicit hostile_broker(bool only_closes = false)
      : listener_(::socket(AF_INET, SOCK_STREAM, 0)), only_closes_(only_closes) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(listener_, 64);
    socklen_t length = sizeof at;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &length);
    address_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~hostile_broker() {
    ends_ = true;
    thread_.join();
    for (const client& c : clients_) ::close(c.socket);
    ::close(listener_);
  }
  const std::string& address() const { return address_; }

 private:
  struct client {
    int socket;
    byte_buffer unread;
  };

  void serve() {
    while (!ends_) {
      std::vector<pollfd> all{{listener_, POLLIN, 0}};
      for (const client& c : clients_) all.push_back({c.socket, POLLIN, 0});
      ::poll(all.data(), all.size(), 20);
      for (std::size_t i = all.size(); i-- > 1;) {
        if (all[i].revents != 0 && !read(clients_[i - 1])) {
          ::close(clients_[i - 1].socket);
          clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(i - 1));
        }
      }
      if (all[0].revents != 0) clients_.push_back({::accept(listener_, nullptr, nullptr), {}});
    }
  }

  // false: the connection is over.
  bool read(client& c) const {
    std::uint8_t octets[4096];
    const auto n = ::recv(c.socket, octets, sizeof octets, 0);
    if (n <= 0 || only_closes_) return false;
    c.unread.insert(c.unread.end(), octets, octets + n);
    while (true) {
      const auto frame = wire::split(c.unread, v5);
      if (!frame || !*frame) return static_cast<bool>(frame);
      const byte_buffer whole((*frame)->bytes.begin(), (*frame)->bytes.end());
      c.unread.erase(c.unread.begin(),
                     c.unread.begin() + static_cast<std::ptrdiff_t>(whole.size()));
      const auto p = wire::decode(whole, {v5, wire::sender::client});
      if (!p || !answer(c, *p)) return false;
    }
  }

  static bool answer(const client& c, const packet& asked) {
    packet reply = wire::make(packet_type::pingresp, v5);
    switch (asked.type) {
      case packet_type::connect:
        reply = wire::make(packet_type::connack, v5);
        break;
      case packet_type::subscribe:
        reply = wire::make(packet_type::suback, v5);
        reply.packet_id = asked.packet_id;
        reply.reasons = {1};
        break;
      case packet_type::publish:
        if (asked.qos == 1) {
          packet ack = wire::make(packet_type::puback, v5);
          ack.packet_id = asked.packet_id;
          send(c, std::move(ack));
        }
        reply = wire::make(packet_type::publish, v5);
        reply.topic = asked.topic;
        reply.payload = asked.payload;
        reply.qos = asked.qos;
        reply.packet_id = asked.qos == 0 ? 0 : 1;
        break;
      case packet_type::pingreq:
        break;
      case packet_type::disconnect:
        return false;
      default:
        return true;
    }
    send(c, std::move(reply));
    return true;
  }

  static void send(const client& c, packet p) {
    if (p.type != packet_type::pingresp) {
      p.properties.push_back(wire::user_property(attack, attack));
      if (p.type != packet_type::publish) {
        p.properties.push_back(wire::text_property(property_id::reason_string, attack));
      }
    }
    const auto e = wire::encode(p);
    ASSERT_TRUE(e);
    ::send(c.socket, e->bytes.data(), e->bytes.size(), MSG_NOSIGNAL);
  }

  int listener_;
  bool only_closes_;
  std::string address_;
  std::vector<client> clients_;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

constexpr const char* case_text = R"(scenario blamed
  title    "a broker is blamed"
  clients  c
  step "connect"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < CONNACK session_present=1   @MQTT-3.2.2-2

scenario recorded
  title    "a broker is recorded"
  level    info
  clients  c
  step "connect"
    c > CONNECT client_id="{ns}-c" clean_start=1
    c < PINGRESP                    @MQTT-3.2.2-2
)";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

void expect_tame(const std::string& name, const std::string& text) {
  EXPECT_FALSE(text.empty()) << name;
  for (const char* evil : {"\x1b", "\x07", "\xC2\x9B", "\xE2\x80\xAE", "\n::error::owned"}) {
    EXPECT_EQ(text.find(evil), std::string::npos) << name << " has " << evil;
  }
}

TEST(hostile_broker_test, gets_nothing_into_the_terminal_or_a_report) {
  const fs::path folder =
      fs::path(testing::TempDir()) / ("mqttspec-hostile-" + std::to_string(::getpid()));
  fs::create_directories(folder / "cases");
  std::ofstream(folder / "cases" / "x.mqs") << case_text;
  hostile_broker broker;
  std::ostringstream out;
  std::ostringstream err;
  console on{out,
             err,
             false,
             false,
             [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
             "auto"};
  const auto file = [&](const char* name) { return (folder / name).string(); };
  arguments words{"run",         "--broker",  broker.address(), "--mqtt",     "5",
                  "--trace=all", "--verbose", "--pcap",         file("pcap"), "--cases",
                  file("cases"), "--timeout", "500ms"};
  for (const char* kind : {"json", "junit", "html", "markdown", "sarif", "badge"}) {
    words.insert(words.end(), {std::string("--report-") + kind, file(kind)});
  }
  EXPECT_EQ(run_program(words, on), 1) << out.str() << err.str();
  EXPECT_NE(out.str().find("FAIL x/blamed"), std::string::npos) << out.str();
  // It was told, spelled out.
  EXPECT_NE(out.str().find("\\x1b[2J"), std::string::npos) << out.str();
  expect_tame("stdout", out.str());
  for (const char* kind : {"json", "junit", "html", "markdown", "sarif", "badge"}) {
    const std::string text = text_of(folder / kind);
    expect_tame(kind, text);
    const std::string_view name = kind;
    if (name != "json" && name != "sarif" && name != "markdown") {
      EXPECT_EQ(text.find("<script>alert"), std::string::npos) << kind;
      EXPECT_EQ(text.find("<img src=x"), std::string::npos) << kind;
    }
  }
  // Later writers read results.json, which any broker may have shaped.
  out.str("");
  EXPECT_EQ(run_program({"report", file("json"), "--matrix", file("matrix.html")}, on), 1);
  expect_tame("matrix", text_of(folder / "matrix.html"));
  EXPECT_EQ(text_of(folder / "matrix.html").find("<img src=x"), std::string::npos);
  expect_tame("report", out.str());
  fs::remove_all(folder);
}

int explore(const std::string& address, std::ostringstream& told) {
  console on{told,
             told,
             false,
             false,
             [](const std::string&) -> std::optional<std::string> { return std::nullopt; },
             "auto"};
  return run_program({"explore", "--broker", address, "--for", "1s", "--jobs", "50"}, on);
}

TEST(hostile_broker_test, explore_finds_nothing_on_a_broker_that_closes_at_once) {
  hostile_broker broker(true);
  std::ostringstream told;
  EXPECT_EQ(explore(broker.address(), told), 3) << told.str();
  EXPECT_NE(told.str().find("closes the connection"), std::string::npos) << told.str();
}

// It answers CONNECT and little else, so all histories wait for something.
TEST(hostile_broker_test, explore_ends_on_time) {
  hostile_broker broker;
  std::ostringstream told;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_LT(explore(broker.address(), told), 2) << told.str();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6)) << told.str();
}

}  // namespace
}  // namespace mqttspec::cli
