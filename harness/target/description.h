#pragma once
// What is tested, and how it is reached: what the target file says, and the options and variables
// that come before it. A standing target is made of it (standing.h).
//
// The target file:
//
//   name         = "mosquitto 2.0.11"
//   address      = "127.0.0.1:1883"
//   versions     = ["5", "3.1.1"]
//   user         = "tester"
//   password_env = "BROKER_PASSWORD"      # the name of a variable, never the password
//   password_file = "broker.password"     # or a file that holds it and nothing else
//
//   keep_alive   = 60                     # of CONNECTs that name none; without: 0
//
//   [facts]                               # names of target/capabilities.h
//   queue_limit    = 1000
//   queue_overflow = "drop-oldest"
//   qos0_queued    = false
//
//   [tls]                                 # of every listener that is reached over TLS
//   ca          = "ca.pem"                # files are looked for beside the target file
//   certificate = "client.pem"            # of the clients
//   key         = "client.key"
//   server_name = "broker.test"
//   alpn        = ["mqtt"]
//
//   [transports]                          # other listeners: cases with `over TRANSPORT`
//   tls = "127.0.0.1:8883"
//   ws  = "127.0.0.1:8080/mqtt"
//   wss = "127.0.0.1:8081/mqtt"
//
//   [nodes]                               # of one cluster: cases with `at NODE`
//   one = "127.0.0.1:1883"
//   two = "tls://127.0.0.1:8884"
//
//   [hooks]                               # shell commands
//   start      = "systemctl start mosquitto"
//   stop       = "systemctl stop mosquitto"
//   restart    = "systemctl restart mosquitto"
//   kill       = "pkill -9 -x mosquitto"
//   wait_ready = "nc -z 127.0.0.1 1883"   # without: until a connection is accepted

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/instant.h"
#include "base/result.h"
#include "broker/defects.h"
#include "broker/oddities.h"
#include "net/tls.h"
#include "target/capabilities.h"
#include "target/listener_address.h"
#include "trace/secrets.h"
#include "wire/types.h"

namespace mqttspec::target {

struct hook_commands {
  std::string start;
  std::string stop;
  std::string restart;
  std::string kill;
  std::string wait_ready;

  friend bool operator==(const hook_commands&, const hook_commands&) = default;
};

// Where the broker is, and whose it is.
enum class place : std::uint8_t {
  embedded,   // ours, on loopback
  simulated,  // ours, in memory and in virtual time
  elsewhere,  // somebody runs it
  launched,   // we run it: --start
  driven,     // no broker, but a client library behind an adapter: --client
};

struct description {
  std::string name;
  std::string address;
  std::vector<wire::protocol_version> versions;  // empty: both
  std::string user;
  std::string password_env;
  std::string password_file;
  std::uint16_t keep_alive = 0;
  capability_values facts;
  std::map<std::string, std::string> facts_as_written;  // for the report
  hook_commands hooks;
  net::tls_options tls;
  std::map<std::string, listener_address> transports;  // by "tcp", "tls", "ws", "wss"
  std::map<std::string, listener_address> nodes;       // by name

  // No target file says the following.
  place where = place::embedded;
  listener_address own;  // where cases go that name no transport and no node
  std::string password;
  // The command of an adapter, or `embedded`: a client library is tested in place of a broker.
  std::string client;
  std::string start;  // launched: the command that is the broker
  duration start_timeout = std::chrono::seconds(60);
  duration wait{};                             // for a broker that is starting; 0: it must be there
  duration timeout = std::chrono::seconds(5);  // of a connect, and of an answer without a window
  duration slack = std::chrono::seconds(1);    // widens the windows of the standard
  broker::broker_options embedded;             // ours, as its operator set it up
  std::vector<const broker::oddity*> oddities;  // that it has besides
  std::vector<const broker::defect*> defects;   // planted in it
  machine_paths here;                           // what no output may tell
  std::filesystem::path state_folder;           // of files about what is left; "": none is kept
  // Where a setting comes from, by its name in the target file or as an option: "--broker",
  // "MQTTSPEC_BROKER", "target.toml:2".
  std::map<std::string, std::string> sources;

  bool is_ours() const { return where == place::embedded || where == place::simulated; }
  bool is_client() const { return !client.empty(); }
  bool over_tls() const;  // some listener is
  // Our broker as it is, odd and broken.
  broker::odd_setup our_broker() const;
  // What no output about this target may hold.
  trace::secrets hidden() const { return trace::secrets({password}, {user}, here); }
};

// All errors of the file at once.
result<description, std::vector<diagnostic>> parse_target(const std::string& file,
                                                          std::string_view text);

// "5", "3.1.1" (also "5.0" and "4", the Protocol Level).
std::optional<wire::protocol_version> parse_version(std::string_view text);

}  // namespace mqttspec::target
