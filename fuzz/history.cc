#include "fuzz/history.h"

#include <fmt/format.h>

#include <array>

#include "base/random.h"

namespace mqttspec::fuzz {

using namespace std::chrono_literals;

std::optional<std::uint32_t> expiry_of(unsigned choice) {
  static constexpr std::array<std::uint32_t, 8> seconds = {
      0, 0, 1, 5, 60, 3600, wire::never_expires, 2};
  if (choice % 8 == 0) return std::nullopt;
  return seconds[choice % 8];
}

std::optional<std::uint32_t> receive_maximum_of(unsigned choice) {
  static constexpr std::array<std::uint32_t, 4> most = {0, 1, 2, 10};
  if (choice % 4 == 0) return std::nullopt;
  return most[choice % 4];
}

std::optional<std::uint32_t> will_delay_of(unsigned choice) {
  static constexpr std::array<std::uint32_t, 4> seconds = {0, 1, 5, 3600};
  if (choice % 4 == 0) return std::nullopt;
  return seconds[choice % 4];
}

duration wait_of(unsigned choice) {
  static constexpr std::array<duration, 12> waits = {0s, 1ns, 500ms, 999ms, 1s, 2s,
                                                     5s, 10s, 59s,   61s,   1h, 24h * 365};
  return waits[choice % waits.size()];
}

std::string_view topic_of(unsigned choice) {
  static constexpr std::array<std::string_view, 8> topics = {"a", "a/b",  "b",  "a/b/c",
                                                             "w", "$x/a", "a/", "/"};
  return topics[choice % topics.size()];
}

std::string_view filter_of(unsigned choice) {
  static constexpr std::array<std::string_view, filter_count> filters = {
      "a",   "#",   "a/b",  "a/#", "+/b",          "b",          "w",          "+",
      "a/+", "+/#", "$x/#", "/",   "$share/g/a/b", "$share/g/#", "$share/h/a", "$share/g/a"};
  return filters[choice % filters.size()];
}

history read_history(byte_view octets) {
  input_reader input(octets);
  history h;
  history_settings& s = h.settings;
  const unsigned broker = input.octet();
  const unsigned limits = input.octet();
  const unsigned more = input.octet();
  input.octet();
  const auto bit = [](unsigned bits, unsigned n) { return (bits >> n & 1) != 0; };
  s.clients = static_cast<std::uint8_t>(1 + (broker & 3));
  s.qos0_queued = bit(broker, 2);
  s.overflow = static_cast<std::uint8_t>((broker >> 3 & 3) % 3);
  s.small_queue = bit(broker, 5);
  s.forwarded_at_release = bit(broker, 6);
  s.small_window = bit(broker, 7);
  for (unsigned i = 0; i < most_clients; ++i) {
    s.versions[i] = bit(limits, i) ? wire::protocol_version::v311 : wire::protocol_version::v5;
  }
  s.small_receive_maximum = bit(limits, 4);
  s.short_expiry = bit(limits, 5);
  s.maximum_qos_1 = bit(limits, 6);
  s.retain_missing = bit(limits, 7);
  s.short_v311_expiry = bit(more, 0);
  s.server_keep_alive = bit(more, 1);
  s.forgets_at_restart = bit(more, 2);
  s.no_aliases = bit(more, 3);
  s.small_packets = bit(more, 4);
  while (!input.empty() && h.actions.size() < most_actions) {
    action a;
    a.kind = static_cast<action_kind>(input.below(action_kinds));
    a.client = static_cast<std::uint8_t>(input.below(s.clients));
    a.a = input.octet();
    a.b = input.octet();
    h.actions.push_back(a);
  }
  return h;
}

namespace {

std::string explain(const action& x, wire::protocol_version version) {
  const char who = static_cast<char>('a' + x.client);
  const auto seconds = [](std::optional<std::uint32_t> n) {
    return n ? std::to_string(*n) : std::string("absent");
  };
  switch (x.kind) {
    case action_kind::connect: {
      std::string text =
          fmt::format("{} connects by {} clean={} expiry={} receive_maximum={}", who,
                      wire::version_name(version), x.a & 1, seconds(expiry_of(x.a >> 1 & 7)),
                      seconds(receive_maximum_of(x.a >> 4 & 3)));
      if ((x.a & 0x40) != 0) {
        text += fmt::format(" will(qos={} retain={} delay={})", (x.b & 3) % 3, x.b >> 2 & 1,
                            seconds(will_delay_of(x.b >> 3 & 3)));
      }
      if ((x.a & 0x80) != 0) text += " keep_alive=10";
      if ((x.b & 0x40) != 0) text += " maximum_packet_size=16";
      return text;
    }
    case action_kind::disconnect:
      return fmt::format("{} disconnects with reason {:#04x}, new expiry {}", who, (x.a & 1) * 4,
                         seconds(expiry_of(x.a >> 1 & 7)));
    case action_kind::cut:
      return fmt::format("{} is cut off", who);
    case action_kind::subscribe:
      return fmt::format("{} subscribes to {} qos={} no_local={} as_published={} handling={}{}",
                         who, filter_of(x.a), (x.b & 3) % 3, x.b >> 2 & 1, x.b >> 3 & 1,
                         (x.b >> 4 & 3) % 3, (x.b & 0x40) != 0 ? " with an identifier" : "");
    case action_kind::unsubscribe:
      return fmt::format("{} unsubscribes from {}", who, filter_of(x.a));
    case action_kind::publish:
      return fmt::format("{} publishes {} times to {} qos={} retain={}{}{} alias={}", who,
                         1 + (x.b >> 2 & 7), topic_of(x.a & 7), (x.a >> 3 & 3) % 3, x.a >> 5 & 1,
                         (x.a & 0x40) != 0 ? " empty" : "", (x.a & 0x80) != 0 ? " expiry=2" : "",
                         x.b & 3);
    case action_kind::answer_one:
      return fmt::format("{} answers no. {} of what it owes{}", who, x.a,
                         (x.b & 1) != 0 ? ", with an error" : "");
    case action_kind::answer_all:
      return fmt::format("{} answers all that it owes", who);
    case action_kind::stray:
      return fmt::format("{} sends acknowledgement no. {} for id {}", who, x.a % 4, x.b);
    case action_kind::publish_again:
      return fmt::format("{} sends its unfinished publication no. {} again", who, x.a);
    case action_kind::release:
      return fmt::format("{} releases its unfinished publication no. {}", who, x.a);
    case action_kind::wait:
      return fmt::format("{} pass", print_duration(wait_of(x.a)));
    case action_kind::wait_deadline:
      return "time passes until the next deadline";
    case action_kind::octets:
      return fmt::format("{} sends {:02x} {:02x}", who, x.a, x.b);
    case action_kind::restart:
      return fmt::format("the broker {} and is down for {}", (x.a & 1) != 0 ? "stops" : "is killed",
                         print_duration(wait_of(x.b)));
    case action_kind::pieces:
      return fmt::format("{} writes {} octets at a time from now on", who,
                         x.a > 63 ? "all" : std::to_string(x.a + 1));
  }
  return {};
}

}  // namespace

std::string explain_history(byte_view input) {
  const history h = read_history(input);
  const history_settings& s = h.settings;
  std::string text = fmt::format("  {} clients; broker:", s.clients);
  static constexpr std::array<std::string_view, 3> policies = {"drop_newest", "drop_oldest",
                                                               "disconnect"};
  text += fmt::format(" overflow={}", policies[s.overflow]);
  const auto option = [&](bool set, std::string_view name) {
    if (set) text += fmt::format(" {}", name);
  };
  option(s.qos0_queued, "qos0_queued");
  option(s.small_queue, "queue_limit=3");
  option(s.forwarded_at_release, "qos2_forwarded_at_pubrel");
  option(s.small_window, "inflight_window=2");
  option(s.small_receive_maximum, "receive_maximum=2");
  option(s.short_expiry, "session_expiry_max=60");
  option(s.maximum_qos_1, "maximum_qos=1");
  option(s.retain_missing, "retain_available=0");
  option(s.short_v311_expiry, "v311_session_expiry=60");
  option(s.server_keep_alive, "server_keep_alive=10");
  option(s.forgets_at_restart, "sessions_survive_restart=0");
  option(s.no_aliases, "topic_alias_maximum=0");
  option(s.small_packets, "maximum_packet_size=64");
  text += "\n";
  for (const action& each : h.actions) {
    text += fmt::format("  {}\n", explain(each, s.versions[each.client]));
  }
  return text;
}

std::size_t mutate_history(const mutation& m) {
  random_source random(m.seed);
  if (m.size < history_header || random.below(4) == 0) return m.plain(m.data, m.size, m.most);
  byte_buffer out(m.input().begin(), m.input().end());
  const std::size_t count = (out.size() - history_header) / octets_an_action;
  out.resize(history_header + count * octets_an_action);
  const auto at = [&](std::size_t index) {
    return out.begin() + static_cast<std::ptrdiff_t>(history_header + index * octets_an_action);
  };
  const auto fresh = [&] {
    byte_buffer octets(octets_an_action);
    for (std::uint8_t& each : octets) each = static_cast<std::uint8_t>(random.next());
    octets[0] %= action_kinds;
    return octets;
  };
  const std::size_t which = count == 0 ? 0 : random.below(count);
  switch (count == 0 ? 0 : random.below(8)) {
    case 0:
    case 1: {  // one more, of any kind
      const byte_buffer one = fresh();
      out.insert(at(random.below(count + 1)), one.begin(), one.end());
      break;
    }
    case 2:  // one less
      out.erase(at(which), at(which + 1));
      break;
    case 3: {  // one twice
      const byte_buffer one(at(which), at(which + 1));
      out.insert(at(random.below(count + 1)), one.begin(), one.end());
      break;
    }
    case 4: {  // two in the other order
      const std::size_t other = random.below(count);
      if (other != which) std::swap_ranges(at(which), at(which + 1), at(other));
      break;
    }
    case 5: {  // a stretch of them twice: histories that repeat
      const std::size_t last = which + 1 + random.below(count - which);
      const byte_buffer some(at(which), at(last));
      out.insert(at(last), some.begin(), some.end());
      break;
    }
    case 6:  // by another client, or with another operand
      at(which)[1 + static_cast<std::ptrdiff_t>(random.below(3))] =
          static_cast<std::uint8_t>(random.next());
      break;
    default:  // other settings
      out[random.below(history_header)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      break;
  }
  return m.replace(out);
}

history_builder::history_builder(unsigned clients, std::uint8_t broker_bits,
                                 std::uint8_t limit_bits, std::uint8_t more_bits)
    : octets_{static_cast<std::uint8_t>((broker_bits & 0xFC) | (clients - 1)), limit_bits,
              more_bits, 0} {}

history_builder& history_builder::connect(unsigned client, const connect_choice& c) {
  const unsigned a = unsigned{c.clean} | c.expiry << 1 | c.receive_maximum << 4 |
                     unsigned{c.will} << 6 | unsigned{c.keep_alive} << 7;
  const unsigned b = c.will_qos | unsigned{c.will_retain} << 2 | c.will_delay << 3 |
                     unsigned{c.small_packets} << 6;
  return add(action_kind::connect, client, a, b);
}

history_builder& history_builder::add(action_kind kind, unsigned client, unsigned a, unsigned b) {
  for (const unsigned each : {static_cast<unsigned>(kind), client, a, b}) {
    octets_.push_back(static_cast<std::uint8_t>(each));
  }
  return *this;
}

history_builder& history_builder::publish(unsigned client, unsigned topic, unsigned qos,
                                          bool retain, unsigned times) {
  return add(action_kind::publish, client, topic | qos << 3 | unsigned{retain} << 5,
             (times - 1) << 2);
}

}  // namespace mqttspec::fuzz
