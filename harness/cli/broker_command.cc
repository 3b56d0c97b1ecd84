// mqttspec broker

#include <fmt/format.h>

#include "base/spelling.h"
#include "broker/defects.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "net/event_loop.h"
#include "runner/broker_server.h"

namespace mqttspec::cli {

namespace {

bool add_user(const parsed_options& options, broker::broker_options& broker, console& on) {
  if (!options.has("user")) return true;
  std::string password;
  if (options.has("password-env")) {
    const auto& name = options.get<std::string>("password-env");
    const auto value = on.variable ? on.variable(name) : std::nullopt;
    if (!value) {
      on.error(fmt::format("the environment has no variable '{}' for the password", name));
      return false;
    }
    password = *value;
  }
  broker.users = {{options.get<std::string>("user"), password}};
  return true;
}

std::string list_of_defects() {
  std::string out;
  for (const broker::defect* d : broker::all_defects()) {
    out += fmt::format("{}\n    {}\n    breaks {}\n", d->name, d->sentence, d->breaks);
    if (!d->seen_in.empty()) out += fmt::format("    seen in {}\n", d->seen_in);
  }
  return out;
}

bool plant(const std::vector<std::string>& names, model::rules& rules, console& on) {
  for (const std::string& name : names) {
    const broker::defect* d = broker::find_defect(name);
    if (d == nullptr) {
      std::vector<std::string_view> known;
      for (const broker::defect* each : broker::all_defects()) known.push_back(each->name);
      on.error(fmt::format("there is no defect '{}'", name), suggest(name, known));
      return false;
    }
    d->plant(rules);
  }
  return true;
}

}  // namespace

int broker_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec broker [OPTIONS]";
  set.explanation = "Serves the embedded reference broker, MQTT 5.0 and 3.1.1, until interrupted.";
  set.described.add_options()(
      "listen", po::value<std::string>()->default_value("127.0.0.1:1883")->value_name("HOST:PORT"),
      "where; port 0: any free one")("user", po::value<std::string>()->value_name("NAME"),
                                     "the only user that may connect")(
      "password-env", po::value<std::string>()->value_name("VARIABLE"),
      "environment variable that holds the password")(
      "seed", po::value<std::uint64_t>()->default_value(1)->value_name("S"),
      "of everything that is random")(
      "defect", po::value<std::vector<std::string>>()->composing()->value_name("NAME"),
      "plant a defect (may be repeated)")("list-defects", po::bool_switch(),
                                          "tell what can be planted");
  add_broker_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->get<bool>("list-defects")) {
    on.print(list_of_defects());
    return as_expected;
  }
  model::rules rules;
  if (options->has("defect") &&
      !plant(options->get<std::vector<std::string>>("defect"), rules, on)) {
    return bad_usage;
  }
  auto broker = broker_options_from(*options, on);
  if (!broker || !add_user(*options, *broker, on)) return bad_usage;
  const auto where = net::parse_host_port(options->get<std::string>("listen"), 1883);
  if (!where) {
    on.error(where.error(), "write for example: --listen 127.0.0.1:1883");
    return bad_usage;
  }
  const auto addresses = net::resolve(*where);
  if (!addresses) {
    on.error(addresses.error());
    return bad_usage;
  }
  net::event_loop loop;
  bool stopped = false;
  loop.on_interrupt([&stopped] { stopped = true; });
  runner::broker_server server(loop, *broker, options->get<std::uint64_t>("seed"), rules);
  const auto port = server.listen(addresses->front());
  if (!port) {
    on.error(port.error());
    return bad_usage;
  }
  on.print(fmt::format("listening on {}\n", net::print({addresses->front().host, *port})));
  loop.run_until([&stopped] { return stopped; });
  return interrupted;
}

}  // namespace mqttspec::cli
