#include "cli/broker_flags.h"

#include <fmt/format.h>

#include <limits>

#include "base/spelling.h"

namespace mqttspec::cli {

namespace {

template <class T>
bool read_number(const parsed_options& options, const char* name, T smallest, T& into,
                 console& on) {
  if (!options.has(name)) return true;
  const auto value = options.get<std::int64_t>(name);
  constexpr auto largest = static_cast<std::int64_t>(std::numeric_limits<T>::max());
  if (value < static_cast<std::int64_t>(smallest) || value > largest) {
    on.error(fmt::format("--{} must be between {} and {}", name, smallest, largest));
    return false;
  }
  into = static_cast<T>(value);
  return true;
}

}  // namespace

void add_broker_flags(po::options_description& to) {
  const auto number = [] { return po::value<std::int64_t>()->value_name("N"); };
  po::options_description flags("the embedded broker");
  flags.add_options()("queue-limit", number(),
                      "keep at most N messages for an absent client (1000)")(
      "queue-overflow", po::value<std::string>()->value_name("drop-newest|drop-oldest|disconnect"),
      "what to do when a queue is full (drop-newest)")(
      "qos0-queued", po::bool_switch(), "keep QoS 0 messages for absent clients too")(
      "session-expiry-max", number(), "the longest Session Expiry Interval to grant, in seconds")(
      "v311-session-expiry", number(), "how long to keep sessions of 3.1.1, in seconds")(
      "receive-maximum", number(), "the Receive Maximum that the broker announces (100)")(
      "inflight-window", number(), "have at most N messages in flight to a client")(
      "maximum-packet-size", number(), "accept packets of at most N octets")(
      "topic-alias-maximum", number(), "the highest Topic Alias to accept (16)")(
      "maximum-qos", number(), "the highest QoS to accept (2)")("no-retain", po::bool_switch(),
                                                                "refuse retained messages")(
      "server-keep-alive", number(), "impose this Keep Alive on clients, in seconds")(
      "qos2-at-pubrel", po::bool_switch(), "pass QoS 2 messages on at PUBREL, not at PUBLISH")(
      "refuse-empty-client-id", po::bool_switch(), "refuse clients without a Client Identifier")(
      "test-authentication", po::bool_switch(),
      "support the Authentication Method of docs/authentication.md")(
      "denied-topics", po::bool_switch(), "deny everybody the topics that end in /denied")(
      "forget-on-restart", po::bool_switch(), "forget all sessions at a restart");
  to.add(flags);
}

std::optional<broker::broker_options> broker_options_from(const parsed_options& options,
                                                          console& on) {
  broker::broker_options b;
  const bool good =
      read_number(options, "queue-limit", std::uint32_t{0}, b.queue_limit, on) &&
      read_number(options, "session-expiry-max", std::uint32_t{0}, b.session_expiry_max, on) &&
      read_number(options, "v311-session-expiry", std::uint32_t{0}, b.v311_session_expiry, on) &&
      read_number(options, "receive-maximum", std::uint16_t{1}, b.receive_maximum, on) &&
      read_number(options, "inflight-window", std::uint16_t{1}, b.inflight_window, on) &&
      read_number(options, "maximum-packet-size", std::uint32_t{16}, b.maximum_packet_size, on) &&
      read_number(options, "topic-alias-maximum", std::uint16_t{0}, b.topic_alias_maximum, on) &&
      read_number(options, "maximum-qos", std::uint8_t{0}, b.maximum_qos, on) &&
      read_number(options, "server-keep-alive", std::uint16_t{0}, b.server_keep_alive, on);
  if (!good) return std::nullopt;
  if (b.maximum_qos > 2) {
    on.error("--maximum-qos must be 0, 1 or 2");
    return std::nullopt;
  }
  if (options.has("queue-overflow")) {
    const auto& policy = options.get<std::string>("queue-overflow");
    if (policy == "drop-newest") {
      b.overflow = broker::overflow_policy::drop_newest;
    } else if (policy == "drop-oldest") {
      b.overflow = broker::overflow_policy::drop_oldest;
    } else if (policy == "disconnect") {
      b.overflow = broker::overflow_policy::disconnect;
    } else {
      on.error(fmt::format("--queue-overflow cannot be '{}'", policy),
               "valid here: drop-newest, drop-oldest, disconnect");
      return std::nullopt;
    }
  }
  b.qos0_queued = options.get<bool>("qos0-queued");
  b.retain_available = !options.get<bool>("no-retain");
  b.qos2_forwarded_at_pubrel = options.get<bool>("qos2-at-pubrel");
  b.empty_client_id_refused = options.get<bool>("refuse-empty-client-id");
  b.test_method_known = options.get<bool>("test-authentication");
  b.denied_topics = options.get<bool>("denied-topics");
  b.sessions_survive_restart = !options.get<bool>("forget-on-restart");
  return b;
}

void add_odd_flags(po::options_description& to) {
  to.add_options()("odd", po::value<arguments>()->composing()->value_name("NAME[,NAME]"),
                   "behave oddly but still conform to the standard; may be repeated")(
      "list-oddities", po::bool_switch(), "list the names that --odd takes");
}

std::string list_of_oddities() {
  std::string out;
  for (const broker::oddity& o : broker::all_oddities()) {
    out += fmt::format("{}\n    {}\n    allowed: {}\n", o.name, o.sentence, o.allowed);
  }
  return out;
}

bool read_oddities(const parsed_options& options, std::vector<const broker::oddity*>& into,
                   console& on) {
  if (!options.has("odd")) return true;
  for (const std::string& name : list_of(options, "odd")) {
    into.push_back(broker::find_oddity(name));
    if (into.back() != nullptr) continue;
    std::vector<std::string_view> known;
    for (const broker::oddity& each : broker::all_oddities()) known.push_back(each.name);
    on.error(fmt::format("there is no oddity '{}'", name), suggest(name, known));
    return false;
  }
  return true;
}

void add_defect_flags(po::options_description& to) {
  to.add_options()("defect", po::value<arguments>()->composing()->value_name("NAME[,NAME]"),
                   "plant a defect in the embedded broker; may be repeated")(
      "list-defects", po::bool_switch(), "list the names that --defect takes");
}

std::string list_of_defects() {
  std::string out;
  for (const broker::defect* d : broker::all_defects()) {
    out += fmt::format("{}\n    {}\n    breaks {}\n", d->name, d->sentence, d->breaks);
    if (!d->seen_in.empty()) out += fmt::format("    seen in {}\n", d->seen_in);
  }
  return out;
}

bool read_defects(const parsed_options& options, std::vector<const broker::defect*>& into,
                  console& on) {
  for (const std::string& name : list_of(options, "defect")) {
    into.push_back(broker::find_defect(name));
    if (into.back() != nullptr) continue;
    std::vector<std::string_view> known;
    for (const broker::defect* each : broker::all_defects()) known.push_back(each->name);
    on.error(fmt::format("there is no defect '{}'", name), suggest(name, known));
    return false;
  }
  return true;
}

}  // namespace mqttspec::cli
