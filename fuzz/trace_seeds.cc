#include "fuzz/trace_seeds.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "fuzz/history.h"
#include "wire/decode.h"

namespace mqttspec::fuzz {

namespace {

using namespace wire;
using results::trace_direction;
using results::trace_line;

constexpr std::size_t longest_stream = 500;
constexpr unsigned from_server_bit = 2;

std::string name_of(const results::case_result& c) {
  std::string name = c.id;
  for (char& each : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '-';
    if (!plain) each = each == '/' ? '.' : '_';
  }
  return name;
}

// The whole packet of |line|; nothing when it was too long for the trace, or an event.
std::optional<byte_buffer> octets_of(const trace_line& line) {
  auto octets = from_hex(line.hex);
  if (!octets || octets->empty() || octets->size() != line.size) return std::nullopt;
  return octets;
}

// The choice whose number is nearest above |wanted|.
template <class Number, class Choices>
unsigned choice_near(Number wanted, const Choices& choices) {
  const auto at = std::find_if(choices.begin(), choices.end(),
                               [&](const auto& each) { return wanted <= each.first; });
  return at == choices.end() ? choices.back().second : at->second;
}

// The numbers are those of history.cc, smallest first.
unsigned expiry_choice(std::optional<std::uint32_t> seconds) {
  static constexpr std::array<std::pair<std::uint32_t, unsigned>, 7> choices{
      {{0, 1}, {1, 2}, {2, 7}, {5, 3}, {60, 4}, {never_expires - 1, 5}, {never_expires, 6}}};
  return seconds ? choice_near(*seconds, choices) : 0;
}
unsigned receive_maximum_choice(std::optional<std::uint32_t> most) {
  if (!most || *most > 100) return 0;
  return *most <= 2 ? *most : 3;
}
unsigned will_delay_choice(std::optional<std::uint32_t> seconds) {
  static constexpr std::array<std::pair<std::uint32_t, unsigned>, 4> choices{
      {{0, 0}, {1, 1}, {5, 2}, {never_expires, 3}}};
  return choice_near(seconds.value_or(0), choices);
}
unsigned wait_choice(duration d) {
  using namespace std::chrono_literals;
  static constexpr std::array<std::pair<duration, unsigned>, 8> choices{
      {{500ms, 2}, {1s, 4}, {2s, 5}, {5s, 6}, {10s, 7}, {59s, 8}, {61s, 9}, {1h, 10}}};
  return choice_near(d, choices);
}

// A history that does what a trace shows.
class imitation {
 public:
  explicit imitation(bool v311) : limits_(v311 ? 0x0F : 0) {}

  void sent(const std::string& connection, const packet& p, duration at) {
    if (p.type == packet_type::connect) return connect(connection, p, at);
    const auto who = clients_.find(connection);
    if (who == clients_.end()) return;
    pass_time(at);
    speak(connection, who->second, p);
  }

  void ended(const std::string& connection, duration at) {
    const auto who = clients_.find(connection);
    if (who == clients_.end()) return;
    pass_time(at);
    add(action_kind::cut, who->second);
    clients_.erase(who);
  }

  // Nothing when there is hardly anything in it.
  std::optional<byte_buffer> input() const {
    if (actions_.size() < 3) return std::nullopt;
    const std::size_t clients = std::clamp<std::size_t>(ids_.size(), 1, most_clients);
    history_builder h(static_cast<unsigned>(clients), 0, limits_);
    for (const action& each : actions_) h.add(each.kind, each.client, each.a, each.b);
    return h.input();
  }

 private:
  void add(action_kind kind, unsigned client, unsigned a = 0, unsigned b = 0) {
    if (actions_.size() == most_actions) return;
    actions_.push_back({kind, static_cast<std::uint8_t>(client), static_cast<std::uint8_t>(a),
                        static_cast<std::uint8_t>(b)});
  }

  void pass_time(duration at) {
    const duration passed = at - last_at_;
    if (passed > std::chrono::milliseconds(100)) add(action_kind::wait, 0, wait_choice(passed));
    last_at_ = at;
  }

  void connect(const std::string& connection, const packet& p, duration at) {
    const auto id = std::find(ids_.begin(), ids_.end(), p.client_id);
    const auto client = static_cast<unsigned>(id - ids_.begin());
    if (id == ids_.end()) {
      if (ids_.size() == most_clients) return;
      ids_.push_back(p.client_id);
    }
    pass_time(at);
    clients_[connection] = client;
    const auto number = [&](property_id property) { return find_number(p.properties, property); };
    const auto largest = number(property_id::maximum_packet_size);
    unsigned a = unsigned{p.clean_start} |
                 expiry_choice(number(property_id::session_expiry_interval)) << 1 |
                 receive_maximum_choice(number(property_id::receive_maximum)) << 4 |
                 unsigned{p.keep_alive != 0 && p.keep_alive <= 20} << 7;
    unsigned b = unsigned{largest && *largest < 64} << 6;
    if (p.will) {
      a |= 0x40;
      b |= p.will->qos | unsigned{p.will->retain} << 2 |
           will_delay_choice(find_number(p.will->properties, property_id::will_delay_interval))
               << 3 |
           0x20;
    }
    add(action_kind::connect, client, a, b);
  }

  void speak(const std::string& connection, unsigned client, const packet& p) {
    switch (p.type) {
      case packet_type::publish:
        return publish(client, p);
      case packet_type::puback:
      case packet_type::pubrec:
      case packet_type::pubcomp:
        return add(action_kind::answer_one, client, 0, unsigned{p.reason >= 0x80});
      case packet_type::pubrel:
        return add(action_kind::release, client);
      case packet_type::subscribe:
        for (const subscription_request& r : p.subscriptions) subscribe(client, p, r);
        return;
      case packet_type::unsubscribe:
        for (const std::string& f : p.filters) add(action_kind::unsubscribe, client, filter(f));
        return;
      case packet_type::disconnect:
        add(action_kind::disconnect, client,
            unsigned{p.reason == 4} |
                expiry_choice(find_number(p.properties, property_id::session_expiry_interval))
                    << 1);
        clients_.erase(connection);
        return;
      default:
        return;
    }
  }

  void publish(unsigned client, const packet& p) {
    if (p.dup) return add(action_kind::publish_again, client);
    const auto has = [&](property_id id) { return find_property(p.properties, id) != nullptr; };
    const unsigned alias = !has(property_id::topic_alias) ? 0 : p.topic.empty() ? 2 : 1;
    const unsigned a = topic(p.topic) | unsigned{p.qos} << 3 | unsigned{p.retain} << 5 |
                       unsigned{p.payload.empty()} << 6 |
                       unsigned{has(property_id::message_expiry_interval)} << 7;
    action* last = actions_.empty() ? nullptr : &actions_.back();
    const bool same = last != nullptr && last->kind == action_kind::publish &&
                      last->client == client && last->a == a && (last->b & 3) == alias;
    if (same && (last->b >> 2 & 7) < 7) {
      last->b = static_cast<std::uint8_t>(last->b + 4);
    } else {
      add(action_kind::publish, client, a, alias);
    }
  }

  void subscribe(unsigned client, const packet& p, const subscription_request& r) {
    const bool identified =
        find_property(p.properties, property_id::subscription_identifier) != nullptr;
    add(action_kind::subscribe, client, filter(r.filter),
        r.max_qos | unsigned{r.no_local} << 2 | unsigned{r.retain_as_published} << 3 |
            unsigned{r.retain_handling} << 4 | unsigned{identified} << 6);
  }

  // The first topic of a case is "a", and so on.
  unsigned place_of(const std::string& name) {
    const auto at = std::find(topics_.begin(), topics_.end(), name);
    const auto place = static_cast<std::size_t>(at - topics_.begin());
    if (at == topics_.end()) topics_.push_back(name);
    return static_cast<unsigned>(std::min<std::size_t>(place, 3));
  }
  unsigned topic(const std::string& name) {
    static constexpr std::array<unsigned, 4> choices{0, 1, 2, 4};  // a, a/b, b, w
    if (name.starts_with('$')) return 5;
    return choices[place_of(name)];
  }
  unsigned filter(const std::string& f) {
    static constexpr std::array<unsigned, 4> choices{0, 2, 5, 6};  // a, a/b, b, w
    const bool wild = f.find_first_of("+#") != f.npos;
    if (f.starts_with("$share/")) return wild ? 13 : 15;
    if (f.starts_with('$')) return 10;
    if (f.ends_with('#')) return 1;
    if (wild) return 7;
    return choices[place_of(f)];
  }

  std::uint8_t limits_;
  std::vector<std::string> ids_;             // Client Identifiers; the place is the client
  std::map<std::string, unsigned> clients_;  // who a connection of the trace is
  std::vector<std::string> topics_;
  std::vector<action> actions_;
  duration last_at_{};
};

}  // namespace

std::vector<seed> trace_seeds(const results::case_result& c) {
  const bool v311 = c.version == "3.1.1";
  const auto version = v311 ? protocol_version::v311 : protocol_version::v5;
  const std::string name = name_of(c);
  std::vector<seed> out;
  std::map<std::string, byte_buffer> streams;
  imitation history(v311);
  for (const trace_line& line : c.packets) {
    if (line.direction == trace_direction::event) {
      if (line.text == "close" || line.text == "abort" || line.text == "shutdown") {
        history.ended(line.client, line.at);
      }
      continue;
    }
    const auto octets = octets_of(line);
    if (!octets) continue;
    const bool sent = line.direction == trace_direction::sent;
    byte_buffer& stream = streams[line.client + (sent ? "" : ".received")];
    if (stream.empty()) {
      stream.push_back(static_cast<std::uint8_t>(unsigned{v311} | (sent ? 0 : from_server_bit)));
      stream.push_back(0x40);
    }
    if (stream.size() + octets->size() <= longest_stream) {
      stream.insert(stream.end(), octets->begin(), octets->end());
    }
    if (!sent) continue;
    if (const auto p = decode(*octets, {version, sender::client})) {
      history.sent(line.client, *p, line.at);
    }
  }
  for (auto& [part, stream] : streams) out.push_back({"decode", name + "." + part, stream});
  if (const auto input = history.input()) {
    out.push_back({"session", name, *input});
    out.push_back({"model_pair", name, *input});
  }
  return out;
}

}  // namespace mqttspec::fuzz
