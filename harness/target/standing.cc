#include "target/standing.h"

#include <fmt/format.h>

#include "adapter/facts.h"
#include "client/client.h"
#include "net/tcp.h"
#include "target/adapter_process.h"
#include "wire/encode.h"

namespace mqttspec::target {

namespace {

using namespace std::chrono_literals;
using script::broker_action;

constexpr duration between_attempts = 200ms;

// An alarm clock.
class pause_of : public net::timed {
 public:
  explicit pause_of(instant end) : end_(end) {}
  instant next_deadline() const override { return over_ ? never : end_; }
  void time_passed(instant now) override { over_ = now >= end_; }
  bool over() const { return over_; }

 private:
  instant end_;
  bool over_ = false;
};

byte_buffer greeting(const description& what) {
  const bool v311 = what.versions.size() == 1 && what.versions[0] == wire::protocol_version::v311;
  wire::packet p = wire::make(wire::packet_type::connect,
                              v311 ? wire::protocol_version::v311 : wire::protocol_version::v5);
  p.client_id = "mqttspec-wait";
  p.clean_start = true;
  if (!what.user.empty()) p.user_name = what.user;
  if (!what.password.empty()) p.password = what.password;
  const auto encoded = wire::encode(p);
  return encoded ? encoded->bytes : byte_buffer{};
}

}  // namespace

std::string perform(net::event_loop& loop, broker_control& control, broker_action action,
                    const std::function<bool()>& given_up) {
  // Shared: an action that was given up may end later.
  const auto outcome = std::make_shared<std::optional<std::string>>();
  control.perform(action, [outcome](bool ok, const std::string& why) {
    *outcome = ok ? "" : why.empty() ? "it failed" : why;
  });
  loop.run_until([&] { return outcome->has_value() || (given_up && given_up()); });
  return outcome->value_or("given up");
}

standing_target::standing_target(description what, std::uint64_t seed)
    : what_(std::move(what)), ours_(what_.our_broker()), seed_(seed) {}

standing_target::~standing_target() {
  end();
}

std::string standing_target::stand() {
  if (in_virtual_time()) {
    if (what_.is_client()) library_facts_ = adapter::facts_of(client::client::facts()).value();
    return "";
  }
  loop_.on_interrupt([this] { interrupted_ = true; });
  if (what_.is_client()) return greet();
  std::string why;
  if (what_.where == place::embedded) why = serve();
  if (what_.where == place::launched) why = launch();
  if (why.empty()) why = await_listeners();
  if (interrupted_) return "interrupted";
  const bool has_hooks = what_.hooks != hook_commands{};
  if (why.empty() && what_.where == place::elsewhere && has_hooks) {
    hooks_ = make_command_control(loop_, ways_->table().own(), what_.hooks);
  }
  if (why.empty() && what_.where == place::elsewhere && !what_.state_folder.empty()) {
    unkept_ = left_.keep_in(what_.state_folder, address());
  }
  return why;
}

// Its adapter says what it drives, and what that can do.
std::string standing_target::greet() {
  std::optional<std::string> outcome;
  adapter_process adapter(
      loop_, what_.client,
      {[&](const adapter::message& event, instant) {
         if (event.name != "ready") return;
         const auto* told = event.find<wire::text_pairs>("facts");
         const auto facts = adapter::facts_of(told == nullptr ? wire::text_pairs{} : *told);
         if (event.number("adapter") != adapter::protocol_version) {
           outcome = fmt::format("the adapter speaks version {} of the protocol, and we speak {}",
                                 event.number("adapter"), adapter::protocol_version);
         } else if (!facts) {
           outcome = "the adapter: " + facts.error();
         } else {
           library_ = event.text("name") + " " + event.text("version");
           library_facts_ = *facts;
           outcome = "";
         }
       },
       [&](const std::string& how, instant) { outcome = "the adapter " + how; }});
  if (!adapter.start()) return fmt::format("cannot run '{}'", what_.client);
  pause_of patience(loop_.now() + what_.start_timeout);
  loop_.add(patience);
  loop_.run_until([&] { return outcome || patience.over() || interrupted_; });
  loop_.remove(patience);
  return outcome.value_or("the adapter does not say that it is ready");
}

// It listens over every transport, and where a second node would.
std::string standing_target::serve() {
  server_ =
      std::make_unique<broker_server>(loop_, ours_.options, seed_, ours_.rules, ours_.network);
  std::string why;
  const auto listen = [&](transport over) {
    const auto port = server_->listen({"127.0.0.1", 0}, over);
    if (!port) why = "the embedded broker cannot start: " + port.error();
    return listener_address{
        over, {"127.0.0.1", port.value_or(0)}, over_websocket(over) ? "/mqtt" : ""};
  };
  for (const std::string_view name : transport_names) {
    what_.transports[std::string(name)] = listen(*transport_named(name));
  }
  what_.nodes = {{"one", what_.transports.at("tcp")}, {"two", listen(transport::tcp)}};
  what_.own = what_.transports.at(std::string(transport_name(what_.own.over)));
  what_.tls.authority = server_->authority();
  return why;
}

std::string standing_target::launch() {
  const auto addresses = net::resolve(what_.own.at);
  if (!addresses) return addresses.error();
  plain_ = net::make_tcp_connector(loop_, addresses->front(), {});
  // Else the cases would run against whatever is there already.
  if (connect_error(loop_, *plain_).empty()) {
    return fmt::format("something else listens on {} already, where --start should",
                       print(what_.own));
  }
  launched_ = make_launch_control(loop_, *plain_,
                                  {.command = what_.start, .longest_start = what_.start_timeout});
  const std::string why =
      perform(loop_, *launched_, broker_action::start, [this] { return interrupted_; });
  return why.empty() ? "" : "the broker of --start did not start: " + why;
}

std::string standing_target::await_listeners() {
  trust certificates;
  if (what_.over_tls()) {
    auto made = make_trust(what_.tls);
    if (!made) return made.error();
    certificates = std::move(*made);
  }
  const instant until = loop_.now() + what_.wait;
  while (true) {
    ways_.emplace(loop_, certificates, what_.timeout);
    std::string why = open_listeners();
    if (why.empty() && what_.wait > duration::zero()) why = unanswered();
    if (why.empty() || interrupted_) return why;
    if (loop_.now() >= until) {
      return what_.wait == duration::zero()
                 ? why
                 : fmt::format("{} (after {})", why, print_duration(what_.wait));
    }
    sleep(between_attempts);
  }
}

std::string standing_target::open_listeners() {
  if (const auto why = ways_->open_own(what_.own); !why.empty()) {
    const auto from = what_.sources.find("address");
    return fmt::format("cannot connect to {}{}: {}", print(what_.own),
                       from == what_.sources.end() ? "" : " (" + from->second + ")", why);
  }
  for (const auto& [name, at] : what_.transports) {
    if (at == what_.own) continue;
    if (const auto why = ways_->open_transport(at); !why.empty()) {
      return fmt::format("cannot connect to the target's transport {}: {}", print(at), why);
    }
  }
  for (const auto& [name, at] : what_.nodes) {
    if (const auto why = ways_->open_node(name, at); !why.empty()) {
      return fmt::format("cannot connect to the target's node '{}' at {}: {}", name, print(at),
                         why);
    }
  }
  return "";
}

// A port may take connections before anybody answers them: that of a proxy or of a container. Any
// octet is an answer; what it should be is the cases' question.
std::string standing_target::unanswered() {
  std::optional<std::string> outcome;
  const byte_buffer hello = greeting(what_);
  pause_of patience(loop_.now() + what_.timeout);
  loop_.add(patience);
  const auto attempt = ways_->table().own().make();
  attempt->start({[&](const std::string& error, instant) {
                    if (!error.empty())
                      outcome = fmt::format("cannot connect to {}: {}", address(), error);
                    if (error.empty()) attempt->write(hello);
                  },
                  [&](byte_view, instant) { outcome = ""; },
                  [&](net::stream_end, instant) {
                    if (!outcome)
                      outcome = fmt::format("{} closes without an answer to CONNECT", address());
                  }});
  loop_.run_until([&] { return outcome || patience.over() || interrupted_; });
  loop_.remove(patience);
  attempt->close();
  return outcome.value_or(fmt::format("{} does not answer CONNECT", address()));
}

void standing_target::sleep(duration length) {
  pause_of pause(loop_.now() + length);
  loop_.add(pause);
  loop_.run_until([&] { return pause.over() || interrupted_; });
  loop_.remove(pause);
}

void standing_target::end() {
  if (!launched_) return;
  launched_->look();
  if (launched_->state() == broker_state::down) return;
  // Whoever waited for a signal before is gone. One that comes now cuts the grace short.
  hurry_ = false;
  loop_.on_interrupt([this] { hurry_ = true; });
  perform(loop_, *launched_, broker_action::stop, [this] { return hurry_; });
  if (hurry_) perform(loop_, *launched_, broker_action::kill);
}

broker_control* standing_target::control() const {
  if (server_) return server_.get();
  return launched_ ? launched_.get() : hooks_.get();
}

std::string standing_target::left_note() const {
  if (what_.where != place::elsewhere && what_.where != place::launched) return "";
  const std::string what = left_.describe();
  if (what.empty()) return "";
  std::string out = what + " may be left on the broker";
  if (what_.where == place::launched) return out;
  if (unkept_.empty() && !what_.state_folder.empty()) {
    return out + fmt::format("; `mqttspec clean --broker {}` removes what it can", address());
  }
  return out + (unkept_.empty() ? "" : "; " + unkept_);
}

std::string standing_target::name() const {
  if (what_.is_client()) return library_.empty() ? "embedded client" : library_;
  if (what_.where == place::embedded) return "embedded broker";
  if (what_.where == place::simulated) return "embedded broker, simulated";
  return what_.name.empty() ? address() : what_.name;
}

std::string standing_target::address() const {
  if (what_.where == place::driven) return what_.client;
  if (what_.where == place::embedded) return "embedded";
  if (what_.where == place::simulated) return "simulated";
  return print(what_.own);
}

std::map<std::string, std::string> standing_target::told() const {
  auto out = what_.facts_as_written;
  if (what_.is_ours()) return out;
  for (const auto& [name, at] : what_.transports) {
    if (at != what_.own) out["transport " + name] = print(at);
  }
  for (const auto& [name, at] : what_.nodes) out["node " + name] = print(at);
  if (what_.over_tls() && what_.tls.insecure) out["certificates"] = "NOT checked (--insecure)";
  return out;
}

capability_values standing_target::declared() const {
  if (what_.is_client()) return library_facts_;
  capability_values out = what_.is_ours() ? facts_of(what_.embedded) : what_.facts;
  if (what_.is_ours()) drop_odd_facts(out, ours_.options);
  if (in_virtual_time()) {
    add_capabilities_in_memory(out);
    return out;
  }
  if (const broker_control* by = control()) by->add_capabilities(out);
  add_reach(out, keys());
  return out;
}

std::set<route_key> standing_target::keys() const {
  if (what_.is_client()) return {{"tcp", ""}};
  if (in_virtual_time()) return reach_in_memory();
  return ways_ ? ways_->table().keys() : std::set<route_key>{};
}

std::string standing_target::ended() {
  if (!launched_) return "";
  launched_->look();
  return std::string(launched_->ended());
}

std::string standing_target::crash() const {
  return launched_ ? std::string(launched_->crash()) : "";
}

std::optional<results::broker_process> standing_target::process() const {
  return launched_ ? launched_->process() : std::nullopt;
}

}  // namespace mqttspec::target
