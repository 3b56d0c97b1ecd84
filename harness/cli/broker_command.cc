// mqttspec broker

#include <fmt/format.h>

#include <fstream>

#include "base/spelling.h"
#include "broker/mishaps.h"
#include "cli/broker_flags.h"
#include "cli/exit_codes.h"
#include "cli/target_options.h"
#include "net/event_loop.h"
#include "target/broker_server.h"
#include "target/description.h"

namespace mqttspec::cli {

namespace {

bool add_user(const parsed_options& options, broker::broker_options& broker, console& on) {
  if (!options.has("user")) return true;
  const auto password = read_password(options, "", "", on);
  if (!password) return false;
  broker.users = {{options.get<std::string>("user"), *password}};
  return true;
}

bool listen(const arguments& wanted, target::broker_server& server, console& on) {
  for (const std::string& text : wanted) {
    auto where = target::parse_listener(text);
    if (!where) {
      on.error(where.error(), "write for example: --listen 127.0.0.1:1883");
      return false;
    }
    const auto addresses = net::resolve(where->at);
    if (!addresses) {
      on.error(addresses.error());
      return false;
    }
    where->at.host = addresses->front().host;
    const auto port = server.listen(where->at, where->over);
    if (!port) {
      on.error(port.error());
      return false;
    }
    where->at.port = *port;
    where->path.clear();  // any will do
    on.print(fmt::format("listening on {}\n", print(*where)));
  }
  return true;
}

bool write_authority(const std::string& file, const std::string& text, console& on) {
  if (text.empty()) {
    on.error("--authority: nothing listens over TLS",
             "add for example: --listen tls://127.0.0.1:8883");
    return false;
  }
  std::ofstream out(file, std::ios::trunc);
  out << text;
  out.close();
  if (!out) on.error(fmt::format("cannot write '{}'", file));
  return static_cast<bool>(out);
}

std::string list_of_mishaps() {
  std::string out;
  for (const broker::mishap& m : broker::all_mishaps()) {
    out += fmt::format("{}\n    {}\n", m.name, m.sentence);
  }
  return out;
}

bool befall(const arguments& names, broker::odd_setup& into, console& on) {
  for (const std::string& name : names) {
    const broker::mishap* m = broker::find_mishap(name);
    if (m == nullptr) {
      std::vector<std::string_view> known;
      for (const broker::mishap& each : broker::all_mishaps()) known.push_back(each.name);
      on.error(fmt::format("there is no mishap '{}'", name), suggest(name, known));
      return false;
    }
    m->set(into);
  }
  return true;
}

}  // namespace

int broker_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec broker [OPTIONS]";
  set.explanation = "Serves the embedded reference broker, MQTT 5.0 and 3.1.1, until interrupted.";
  set.described.add_options()(
      "listen", po::value<arguments>()->composing()->value_name("ADDRESS"),
      "where (127.0.0.1:1883), may be repeated: tls://127.0.0.1:8883, ws://..., wss://...; port 0: "
      "any free one")("authority", po::value<std::string>()->value_name("FILE"),
                      "write whom clients of TLS must trust, PEM")(
      "user", po::value<std::string>()->value_name("NAME"), "the only user that may connect")(
      "password-env", po::value<std::string>()->value_name("VARIABLE"),
      "environment variable that holds the password")("password-file",
                                                      po::value<std::string>()->value_name("FILE"),
                                                      "file that holds it and nothing else")(
      "seed", po::value<std::uint64_t>()->default_value(1)->value_name("S"),
      "of everything that is random")("mishap",
                                      po::value<arguments>()->composing()->value_name("NAME"),
                                      "let this befall it (may be repeated)")(
      "list-mishaps", po::bool_switch(), "tell what can befall it");
  add_broker_flags(set.described);
  add_odd_flags(set.described);
  add_defect_flags(set.described);
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (options->get<bool>("list-defects")) {
    on.print(list_of_defects());
    return as_expected;
  }
  if (options->get<bool>("list-mishaps")) {
    on.print(list_of_mishaps());
    return as_expected;
  }
  if (options->get<bool>("list-oddities")) {
    on.print(list_of_oddities());
    return as_expected;
  }
  target::description what;
  const auto broker = broker_options_from(*options, on);
  if (!broker || !read_oddities(*options, what.oddities, on)) return bad_usage;
  what.embedded = *broker;
  if (!add_user(*options, what.embedded, on) || !read_defects(*options, what.defects, on)) {
    return bad_usage;
  }
  broker::odd_setup odd = what.our_broker();
  if (options->has("mishap") && !befall(options->get<arguments>("mishap"), odd, on)) {
    return bad_usage;
  }
  net::event_loop loop;
  bool stopped = false;
  loop.on_interrupt([&stopped] { stopped = true; });
  target::broker_server server(loop, odd.options, options->get<std::uint64_t>("seed"), odd.rules,
                               odd.network);
  const arguments usual = {"127.0.0.1:1883"};
  if (!listen(options->has("listen") ? options->get<arguments>("listen") : usual, server, on)) {
    return bad_usage;
  }
  if (options->has("authority") &&
      !write_authority(options->get<std::string>("authority"), server.authority(), on)) {
    return bad_usage;
  }
  loop.run_until([&stopped] { return stopped; });
  return interrupted;
}

}  // namespace mqttspec::cli
