#include "reports/pcapng.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "reports/digest.h"
#include "reports/escape.h"

namespace mqttspec::reports {

namespace {

using results::case_result;
using results::trace_direction;
using results::trace_line;

constexpr std::uint16_t server_port = 1883;
constexpr std::uint16_t first_client_port = 49'152;
constexpr std::size_t largest_segment = 60'000;
constexpr std::uint64_t largest_packet = 268'435'460;  // of MQTT: 5 octets and 256 MiB less one

void put_big16(std::string& out, std::uint16_t n) {
  out += static_cast<char>(n >> 8);
  out += static_cast<char>(n & 0xFF);
}

void put_big32(std::string& out, std::uint32_t n) {
  put_big16(out, static_cast<std::uint16_t>(n >> 16));
  put_big16(out, static_cast<std::uint16_t>(n & 0xFFFF));
}

// Numbers of the file itself are little-endian.
void put16(std::string& out, std::uint16_t n) {
  out += static_cast<char>(n & 0xFF);
  out += static_cast<char>(n >> 8);
}

void put32(std::string& out, std::uint32_t n) {
  put16(out, static_cast<std::uint16_t>(n & 0xFFFF));
  put16(out, static_cast<std::uint16_t>(n >> 16));
}

void pad(std::string& out) {
  while (out.size() % 4 != 0) out += '\0';
}

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  value = value.substr(0, 0xFFFF);
  put16(out, code);
  put16(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out);
}

void put_block(std::string& out, std::uint32_t type, const std::string& body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  put32(out, type);
  put32(out, length);
  out += body;
  put32(out, length);
}

// A comment of at most a few lines; readers want UTF-8.
std::string comment(std::string_view text) {
  constexpr std::size_t longest = 2'000;
  return visible(text.substr(0, longest));
}

std::uint16_t internet_checksum(const std::string& octets, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    const auto high = static_cast<unsigned char>(octets[i]);
    const auto low = i + 1 < octets.size() ? static_cast<unsigned char>(octets[i + 1]) : 0u;
    sum += static_cast<std::uint32_t>(high) << 8 | low;
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum & 0xFFFF);
}

// "10 ** 0c" -> octets, 'x' for masked ones. What is neither ends the text.
std::string octets_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 3) {
    const std::string_view two = hex.substr(i, 2);
    if (two == "**") {
      out += 'x';
      continue;
    }
    const auto one = from_hex(two);
    if (!one || one->size() != 1) break;
    out += static_cast<char>(one->front());
  }
  return out;
}

// "2026-01-02T03:04:05Z" since 1970; 0 for anything else.
duration epoch_of(const std::string& text) {
  const auto part = [&](std::size_t at, std::size_t length) {
    int n = -1;
    if (text.size() >= at + length) std::from_chars(&text[at], &text[at] + length, n);
    return n;
  };
  const int hour = part(11, 2);
  const int minute = part(14, 2);
  const int second = part(17, 2);
  const std::chrono::year_month_day day{std::chrono::year(part(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (!day.ok() || day < std::chrono::year_month_day{std::chrono::year(1970), std::chrono::January,
                                                     std::chrono::day(1)}) {
    return {};
  }
  if (int{day.year()} > 2200 || hour < 0 || minute < 0 || second < 0) return {};
  return std::chrono::sys_days(day).time_since_epoch() + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

enum tcp_flags : std::uint8_t { fin = 1, syn = 2, rst = 4, psh = 8, ack = 16 };

struct stream {
  std::uint16_t port = 0;
  std::uint32_t client_next = 1'000;  // sequence numbers
  std::uint32_t server_next = 5'000;
  bool open = false;
};

class capture {
 public:
  capture(const results::run_results& run, const case_result& c)
      : epoch_(epoch_of(run.started_at)) {
    std::string head;
    put32(head, 0x1A2B3C4D);
    put16(head, 1);
    put16(head, 0);
    head.append(8, '\xFF');  // length of the section: unknown
    put_option(head, 1,
               comment(fmt::format("{} on {} ({}): {}", c.id, target_name(run), run.target.address,
                                   verdict_name(c.outcome))));
    put_option(head, 4, comment("mqttspec " + run.tool_version));
    put_option(head, 0, "");
    put_block(out_, 0x0A0D0D0A, head);
    std::string interface;
    put16(interface, 228);  // raw IPv4
    put16(interface, 0);
    put32(interface, 0);
    put_option(interface, 2, "mqttspec");
    put_option(interface, 9, std::string(1, '\x09'));  // times are in nanoseconds
    put_option(interface, 0, "");
    put_block(out_, 1, interface);
  }

  void add(const trace_line& t, duration started, const std::string& note) {
    // Never back: readers take the order of the file for that of time.
    at_ = std::max(at_, epoch_ + started + std::max(duration::zero(), t.at));
    if (t.direction == trace_direction::event) {
      on_event(t, note);
      return;
    }
    stream& s = stream_of(t.client);
    if (!s.open) open(s, t.client);
    const std::string octets = octets_of(t.hex);
    const std::uint64_t size =
        std::max<std::uint64_t>(octets.size(), std::min(t.size, largest_packet));
    for (std::uint64_t done = 0; done < size; done += largest_segment) {
      const auto whole =
          static_cast<std::size_t>(std::min<std::uint64_t>(size - done, largest_segment));
      const std::string part =
          done < octets.size() ? octets.substr(static_cast<std::size_t>(done), whole) : "";
      segment(s, t.direction == trace_direction::sent, psh | ack, part, whole,
              done == 0 ? note : std::string());
    }
  }

  std::string take() { return std::move(out_); }

 private:
  stream& stream_of(const std::string& client) { return streams_[client]; }

  void open(stream& s, const std::string& client) {
    s = {};
    s.port = next_port_;
    next_port_ =
        next_port_ == 65'535 ? first_client_port : static_cast<std::uint16_t>(next_port_ + 1);
    s.open = true;
    segment(s, true, syn, "", 0, comment("client " + client));
    segment(s, false, syn | ack, "", 0, "");
    segment(s, true, ack, "", 0, "");
  }

  void on_event(const trace_line& t, const std::string& note) {
    stream& s = stream_of(t.client);
    if (t.text == "open") {
      if (!s.open) open(s, t.client);
      return;
    }
    if (!s.open) return;
    const bool by_broker = t.text.starts_with("closed by the broker");
    const bool reset = t.text.find("(reset)") != std::string::npos || t.text == "abort";
    const bool ends = by_broker || t.text.starts_with("close") || t.text == "abort";
    if (!ends && t.text != "shutdown") return;
    const std::uint8_t flags = static_cast<std::uint8_t>(reset ? rst | ack : fin | ack);
    segment(s, !by_broker, flags, "", 0, note);
    s.open = !ends;
  }

  void segment(stream& s, bool from_client, int flags, const std::string& payload,
               std::size_t whole, const std::string& note) {
    constexpr std::uint32_t loopback = 0x7F000001;
    std::uint32_t& mine = from_client ? s.client_next : s.server_next;
    const std::uint32_t theirs = from_client ? s.server_next : s.client_next;
    std::string tcp;
    put_big16(tcp, from_client ? s.port : server_port);
    put_big16(tcp, from_client ? server_port : s.port);
    put_big32(tcp, mine);
    put_big32(tcp, (flags & ack) != 0 ? theirs : 0);
    put_big16(tcp, static_cast<std::uint16_t>(0x5000 | flags));
    put_big16(tcp, 65'535);
    put_big32(tcp, 0);  // checksum, urgent pointer
    const auto total = static_cast<std::uint16_t>(40 + whole);
    std::string ip;
    put_big16(ip, 0x4500);
    put_big16(ip, total);
    put_big16(ip, ++identification_);
    put_big16(ip, 0x4000);  // don't fragment
    put_big16(ip, 0x4006);  // 64 hops, TCP
    put_big16(ip, 0);
    put_big32(ip, loopback);
    put_big32(ip, loopback);
    const std::uint16_t ip_sum = internet_checksum(ip);
    ip[10] = static_cast<char>(ip_sum >> 8);
    ip[11] = static_cast<char>(ip_sum & 0xFF);
    if (payload.size() == whole) {
      std::string pseudo;
      put_big32(pseudo, loopback);
      put_big32(pseudo, loopback);
      put_big16(pseudo, 6);
      put_big16(pseudo, static_cast<std::uint16_t>(tcp.size() + whole));
      const std::uint16_t sum = internet_checksum(pseudo + tcp + payload);
      tcp[16] = static_cast<char>(sum >> 8);
      tcp[17] = static_cast<char>(sum & 0xFF);
    }
    frame(ip + tcp + payload, static_cast<std::uint32_t>(40 + whole), note);
    mine += static_cast<std::uint32_t>(whole) + ((flags & (syn | fin)) != 0 ? 1 : 0);
  }

  void frame(const std::string& octets, std::uint32_t whole, const std::string& note) {
    const auto at = static_cast<std::uint64_t>(at_.count());
    at_ += duration(1'000);  // made-up segments of one moment keep their order
    std::string body;
    put32(body, 0);
    put32(body, static_cast<std::uint32_t>(at >> 32));
    put32(body, static_cast<std::uint32_t>(at & 0xFFFFFFFF));
    put32(body, static_cast<std::uint32_t>(octets.size()));
    put32(body, whole);
    body += octets;
    pad(body);
    if (!note.empty()) {
      put_option(body, 1, note);
      put_option(body, 0, "");
    }
    put_block(out_, 6, body);
  }

  duration epoch_;
  duration at_{};
  std::map<std::string, stream> streams_;
  std::uint16_t next_port_ = first_client_port;
  std::uint16_t identification_ = 0;
  std::string out_;
};

}  // namespace

std::string to_pcapng(const results::run_results& run, const case_result& c) {
  capture out(run, c);
  // What did not come is told with the last packet.
  const bool marked =
      std::any_of(c.packets.begin(), c.packets.end(), [](const trace_line& t) { return t.marked; });
  for (const trace_line& t : c.packets) {
    std::string note;
    if (t.marked) note = comment("the failure is about this: " + fault_line(c));
    if (!marked && c.fault && &t == &c.packets.back()) {
      note = comment("after this the case failed: " + fault_line(c));
    }
    out.add(t, c.started, note);
  }
  return out.take();
}

std::string capture_name(const case_result& c) {
  constexpr std::size_t longest = 200;
  std::string out;
  for (const char ch : c.id) {
    const bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                       (ch >= '0' && ch <= '9') || ch == '-' || ch == '=' ||
                       (ch == '.' && !out.empty());
    out += plain ? ch : '_';
    if (out.size() == longest) break;
  }
  if (c.repetition != 0) out += fmt::format(".{}", c.repetition + 1);
  return out + ".pcapng";
}

}  // namespace mqttspec::reports
