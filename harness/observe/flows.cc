#include "observe/flows.h"

#include <algorithm>
#include <optional>

namespace mqttspec::observe {

using wire::sender;

namespace {

constexpr std::uint16_t usual_port = 1883;
constexpr std::size_t most_out_of_order = 8u << 20;  // octets of a direction that wait
constexpr std::size_t longest_hole = 64u << 20;
// What was acknowledged and is not there may yet come: captures swap segments.
constexpr duration patience = std::chrono::milliseconds(500);

bool is_connect(byte_view octets) {
  const std::string_view head = as_text(octets.first(std::min<std::size_t>(octets.size(), 14)));
  return !octets.empty() && octets[0] == 0x10 &&
         (head.find("MQTT") != std::string_view::npos ||
          head.find("MQIsdp") != std::string_view::npos);
}

}  // namespace

struct flows::direction {
  explicit direction(sender side) : from(side) {}

  struct piece {
    byte_buffer octets;      // caught
    std::size_t length = 0;  // on the wire
  };
  sender from;
  bool known = false;                   // |next| is
  std::int64_t next = 0;                // octets since the first
  std::uint32_t next_sequence = 0;      // its sequence number
  std::map<std::int64_t, piece> early;  // what came before its time, by its first octet
  std::size_t early_octets = 0;
  std::optional<std::int64_t> fin_at;
  std::int64_t acknowledged = 0;
  instant waits_since = never;
  bool over = false;

  std::int64_t place_of(std::uint32_t sequence) const {
    return next + static_cast<std::int32_t>(sequence - next_sequence);
  }
  void advance(std::size_t length) {
    next += static_cast<std::int64_t>(length);
    next_sequence += static_cast<std::uint32_t>(length);
  }
};

struct flows::flow {
  endpoint client;
  endpoint server;
  bool sure = false;  // which of them is the server
  bool from_beginning = false;
  bool ignored = false;
  std::uint32_t id = 0;  // 0: not told yet
  direction of_client{sender::client};
  direction of_server{sender::server};
};

flows::flows(const flow_options& options, flow_events events)
    : options_(options), events_(std::move(events)) {}
flows::~flows() = default;

bool flows::is_server(const endpoint& e) const {
  if (options_.port != 0) return e.port == options_.port;
  return e.port == usual_port || servers_.contains(e);
}

flows::flow* flows::flow_of(const segment& s) {
  const key k = s.from < s.to ? key{s.from, s.to} : key{s.to, s.from};
  const auto found = flows_.find(k);
  const bool begins = s.syn && !s.ack;
  if (found != flows_.end()) {
    flow& f = *found->second;
    // The same SYN again, or a new connection of the same ports.
    const bool again = begins && (!f.from_beginning || f.of_client.next != 0 ||
                                  f.of_client.next_sequence != s.sequence + 1);
    if (!again) return &f;
    if (f.id != 0) {
      end(f, sender::client, true, now_);
    }
    flows_.erase(k);
  }
  if (s.rst) return nullptr;
  if (!begins && !s.syn && s.length == 0) return nullptr;  // nothing to tell yet
  auto f = std::make_unique<flow>();
  f->from_beginning = s.syn;
  f->sure = s.syn || is_server(s.from) || is_server(s.to);
  const bool to_server = s.syn ? !s.ack : !is_server(s.from) || is_server(s.to);
  f->client = to_server ? s.from : s.to;
  f->server = to_server ? s.to : s.from;
  return (flows_[k] = std::move(f)).get();
}

bool flows::is_told(flow& f, const segment& s) {
  if (f.id != 0) return true;
  if (f.ignored || s.length == 0) return false;
  const bool greets = s.from == f.client && is_connect(s.payload);
  const bool elsewhere = options_.port != 0 && f.server.port != options_.port;
  if (elsewhere || (!greets && !(f.sure && is_server(f.server)))) {
    f.ignored = true;
    f.of_client.early.clear();
    f.of_server.early.clear();
    return false;
  }
  servers_.insert(f.server);
  f.id = ++last_id_;
  events_.opened(f.id, f.server, f.client, f.from_beginning || greets, s.at);
  return true;
}

void flows::take(const segment& s) {
  now_ = std::max(now_, s.at);
  flow* const found = flow_of(s);
  if (found == nullptr) return;
  flow& f = *found;
  direction& mine = s.from == f.client ? f.of_client : f.of_server;
  direction& theirs = s.from == f.client ? f.of_server : f.of_client;
  if (s.rst) {
    const bool refuses = f.from_beginning && s.from == f.server && !f.of_server.known;
    if (refuses && is_server(f.server)) events_.refused(f.server, now_);
    if (f.id != 0) end(f, mine.from, true, now_);
    flows_.erase(s.from < s.to ? key{s.from, s.to} : key{s.to, s.from});
    return;
  }
  std::uint32_t sequence = s.sequence + (s.syn ? 1 : 0);
  if (!mine.known) {
    mine.known = true;
    mine.next_sequence = sequence;
  }
  if (s.ack && theirs.known) {
    theirs.acknowledged = std::max(theirs.acknowledged, theirs.place_of(s.acknowledged));
  }
  const bool told = is_told(f, s);
  if (told && s.length != 0) {
    std::int64_t at = mine.place_of(sequence);
    byte_view octets = s.payload;
    std::size_t length = s.length;
    if (at < mine.next) {
      const auto old = static_cast<std::size_t>(mine.next - at);
      octets = octets.subspan(std::min(old, octets.size()));
      length -= std::min(old, length);
      at = mine.next;
    }
    auto& kept = mine.early[at];
    if (length > kept.length) {
      mine.early_octets += octets.size() - std::min(octets.size(), kept.octets.size());
      kept = {byte_buffer(octets.begin(), octets.end()), length};
    } else if (kept.length == 0) {
      mine.early.erase(at);
    }
  }
  if (s.fin) mine.fin_at = mine.place_of(sequence) + static_cast<std::int64_t>(s.length);
  if (!told) {
    // Nothing was said before: the connection may yet become one of MQTT.
    if (s.length != 0) mine.known = false;
    return;
  }
  deliver(f, mine, s.at);
  deliver(f, theirs, s.at);
  if (f.of_client.over && f.of_server.over) {
    flows_.erase(s.from < s.to ? key{s.from, s.to} : key{s.to, s.from});
  }
}

void flows::deliver(flow& f, direction& d, instant now) {
  if (d.over) {
    d.early.clear();
    return;
  }
  while (true) {
    while (!d.early.empty() && d.early.begin()->first <= d.next) {
      const auto node = d.early.extract(d.early.begin());
      const direction::piece& p = node.mapped();
      d.early_octets -= std::min(d.early_octets, p.octets.size());
      const auto old = static_cast<std::size_t>(d.next - node.key());
      if (old >= p.length) continue;
      hand_over(f, d, byte_view(p.octets).subspan(std::min(old, p.octets.size())), p.length - old,
                now);
    }
    // The acknowledgement of a FIN counts one more.
    const bool missing = d.acknowledged > d.next + 1 || !d.early.empty();
    if (!missing) {
      d.waits_since = never;
      break;
    }
    if (d.waits_since == never) d.waits_since = now;
    if (now - d.waits_since < patience && d.early_octets < most_out_of_order) break;
    const std::int64_t before = d.next;
    give_up_waiting(f, d, now);
    if (d.next == before) break;
  }
  if (d.fin_at && *d.fin_at <= d.next && !d.over) end(f, d.from, false, now);
}

void flows::hand_over(flow& f, direction& d, byte_view octets, std::size_t length, instant now) {
  d.advance(length);
  if (!octets.empty()) events_.passed(f.id, d.from, octets, now);
  if (octets.size() < length) events_.missed(f.id, d.from, length - octets.size(), now);
}

// What is missing was not caught.
void flows::give_up_waiting(flow& f, direction& d, instant now) {
  std::int64_t until = d.acknowledged;
  if (!d.early.empty()) until = d.early.begin()->first;
  if (d.fin_at) until = std::min(until, *d.fin_at);
  d.waits_since = never;
  if (until <= d.next) return;
  const auto length = static_cast<std::size_t>(until - d.next);
  d.advance(length);
  events_.missed(f.id, d.from, std::min(length, longest_hole), now);
}

void flows::end(flow& f, sender by, bool reset, instant now) {
  direction& d = by == sender::client ? f.of_client : f.of_server;
  if (d.over && !reset) return;
  d.over = true;
  events_.ended(f.id, by, reset, now);
}

void flows::finish() {
  for (auto& [k, f] : flows_) {
    if (f->id == 0) continue;
    for (direction* d : {&f->of_client, &f->of_server}) {
      d->waits_since = now_ - patience;
      deliver(*f, *d, now_);
    }
  }
}

}  // namespace mqttspec::observe
