// mqttspec watch

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/observation.h"
#include "net/event_loop.h"
#include "net/relay.h"

namespace mqttspec::cli {

namespace {

using net::relay_side;

// Looks now and then, and sees when the time is over.
class lookout : public net::timed {
 public:
  lookout(observe::onlooker& eyes, instant end, instant now) : eyes_(eyes), end_(end), next_(now) {}
  instant next_deadline() const override { return std::min(next_, end_); }
  void time_passed(instant now) override {
    next_ = now + std::chrono::milliseconds(500);
    eyes_.look(now);
    over_ = now >= end_;
  }
  void stalled(duration length, instant now) override {
    // Less than the rules' slack matters to none of them.
    if (length >= std::chrono::milliseconds(500)) eyes_.stood_still(length, now);
  }
  bool over() const { return over_; }

 private:
  observe::onlooker& eyes_;
  instant end_;
  instant next_;
  bool over_ = false;
};

net::relay_events told_to(observe::onlooker& eyes) {
  const auto side = [](relay_side s) {
    return s == relay_side::client ? wire::sender::client : wire::sender::server;
  };
  net::relay_events out;
  out.opened = [&](std::uint32_t id, instant now) {
    eyes.opened(id, fmt::format("connection {}", id), true, now);
  };
  out.passed = [&eyes, side](std::uint32_t id, relay_side from, byte_view octets, instant now) {
    eyes.passed(id, side(from), octets, now);
  };
  out.ended = [&eyes, side](std::uint32_t id, relay_side by, bool reset, instant now) {
    eyes.ended(id, side(by), reset, now);
  };
  return out;
}

std::optional<net::host_port> read_address(const parsed_options& options, const char* name,
                                           std::uint16_t port, console& on) {
  if (!options.has(name)) {
    on.error(fmt::format("--{} is missing", name),
             "write: mqttspec watch --listen 127.0.0.1:1884 --to 127.0.0.1:1883");
    return std::nullopt;
  }
  auto where = net::parse_host_port(options.get<std::string>(name), port);
  if (!where) {
    on.error(where.error());
    return std::nullopt;
  }
  const auto addresses = net::resolve(*where);
  if (!addresses) {
    on.error(addresses.error());
    return std::nullopt;
  }
  return addresses->front();
}

int watch(const net::host_port& listen_at, const net::host_port& to, duration length,
          observation_request& request, console& on) {
  net::event_loop loop;
  observation all(request, print(to), on);
  request.how.began = loop.now();
  observe::onlooker& eyes = all.at(print(to));
  net::relay_events events = told_to(eyes);
  std::string told;
  events.refused = [&](const std::string& why, instant now) {
    eyes.refused(now);
    if (told != why) all.say(fmt::format("the broker cannot be reached: {}\n", why));
    told = why;
  };
  auto between = net::make_relay(loop, listen_at, to, std::move(events));
  if (!between) {
    on.error(between.error());
    return bad_usage;
  }
  bool stopped = false;
  loop.on_interrupt([&stopped] { stopped = true; });
  const instant began = loop.now();
  lookout now_and_then(eyes, length == duration::zero() ? never : began + length, began);
  loop.add(now_and_then);
  all.say(fmt::format("listening on {}, for {}\n",
                      print(net::host_port{listen_at.host, (*between)->port()}), print(to)));
  loop.run_until([&] { return stopped || now_and_then.over(); });
  loop.remove(now_and_then);
  const instant end = loop.now();
  return all.finish(as_expected, end, end - began);
}

}  // namespace

int watch_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec watch --listen ADDRESS --to ADDRESS [OPTIONS]";
  set.explanation =
      "Stands between clients and a broker, changes no octet, and judges both by the trace rules "
      "until\ninterrupted.";
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  po::options_description where("between");
  where.add_options()("listen", text("ADDRESS"), "where clients connect to; port 0: any free one")(
      "to", text("ADDRESS"), "the broker")("for", text("TIME"), "how long (until interrupted)");
  set.described.add(where);
  add_observation_options(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  const auto listen_at = read_address(*options, "listen", 1884, on);
  if (!listen_at) return bad_usage;
  const auto to = read_address(*options, "to", 1883, on);
  if (!to) return bad_usage;
  duration length{};
  if (!read_duration(*options, "for", length, on)) return bad_usage;
  observation_request request;
  request.record.verb = "watch";
  if (!read_observation_options(*options, request, on)) return bad_usage;
  request.record.command = words_again(where, *options);
  return watch(*listen_at, *to, length, request, on);
}

}  // namespace mqttspec::cli
