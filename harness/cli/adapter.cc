// mqttspec adapter check, mqttspec adapter new

#include <fmt/format.h>

#include <random>

#include "base/shell_words.h"
#include "cli/adapter_skeletons.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/options.h"
#include "suite/target_run.h"

namespace mqttspec::cli {

namespace {

using results::verdict;

// Every command and every event once, and the facts that can be seen.
constexpr const char* every_command = R"(def up(c) plays server
         c asks connect client_id="{ns}-c" clean_start=0 keep_alive=60
         c > CONNECT client_id="{ns}-c" keep_alive=60
         c < CONNACK session_present=0
         c tells connected

scenario connect-and-disconnect
  title    "connect, connected; disconnect, closed"
  plays    server
  versions 5 3.1.1
  clients  c
  step "both"
           do up(c)
           c asks disconnect
           c > DISCONNECT
           c > close

scenario publish
  title    "publish with each QoS, and done for each"
  plays    server
  versions 5 3.1.1
  clients  c
  step "octets that are no text among them"
           do up(c)
           c asks publish topic="{ns}/t" payload=hex(ff 00) qos=0 as zero
           c > PUBLISH topic="{ns}/t" payload=hex(ff 00) qos=0
    [done] c tells done n={zero}
           c asks publish topic="{ns}/t" payload="one" qos=1 retain=1 as one
           c > PUBLISH payload="one" qos=1 retain=1 id as id1
           c tells no done n={one} for 200ms
           c < PUBACK id={id1}
    [done] c tells done n={one}
           c asks publish topic="{ns}/t" payload="two" qos=2 as two
           c > PUBLISH payload="two" qos=2 id as id2
           c < PUBREC id={id2}
           c > PUBREL id={id2}
           c tells no done n={two} for 200ms
           c < PUBCOMP id={id2}
    [done] c tells done n={two}

scenario subscribe-and-unsubscribe
  title    "subscribe and unsubscribe, and done for each"
  plays    server
  versions 5 3.1.1
  clients  c
  step "both"
           do up(c)
           c asks subscribe filter="{ns}/+" max_qos=2 as subscribed
           c > SUBSCRIBE filter="{ns}/+" max_qos=2 id as id1
           c < SUBACK id={id1} reasons=[2]
           c tells done n={subscribed}
           c asks unsubscribe filter="{ns}/+" as unsubscribed
           c > UNSUBSCRIBE filter="{ns}/+" id as id2
    [v5]   c < UNSUBACK id={id2} reasons=[success]
    [v311] c < UNSUBACK id={id2}
           c tells done n={unsubscribed}

scenario message
  title    "message with each QoS, octets and all"
  plays    server
  versions 5 3.1.1
  clients  c
  step "octets that are no text among them"
           do up(c)
           c asks subscribe filter="{ns}/+" max_qos=2
           c > SUBSCRIBE id as sid
           c < SUBACK id={sid} reasons=[2]
           c < PUBLISH topic="{ns}/t" payload=hex(c3 28 00) qos=0 retain=1
           c tells message topic="{ns}/t" payload=hex(c3 28 00) qos=0 retain=1
           c < PUBLISH topic="{ns}/t" payload="one" qos=1 id=1 dup=1
           c > PUBACK id=1
           c tells message payload="one" qos=1
           c < PUBLISH topic="{ns}/t" payload="two" qos=2 id=2
           c > PUBREC id=2
           c < PUBREL id=2
           c > PUBCOMP id=2
           c tells message payload="two" qos=2

scenario reconnect
  title    "reconnect: the same object, as it was asked to connect"
  plays    server
  versions 5 3.1.1
  clients  c
  needs    reconnect, resumes
  step "the connection is lost"
    [v5]   c asks connect client_id="{ns}-c" clean_start=0 session_expiry_interval=300
    [v311] c asks connect client_id="{ns}-c" clean_start=0
           c > CONNECT
           c < CONNACK session_present=0
           c tells connected
           c < close
           c asks reconnect
    [v5]   c > CONNECT client_id="{ns}-c" clean_start=0
    [v311] c > CONNECT client_id="{ns}-c" clean_session=0
           c < CONNACK session_present=1
           c tells connected

scenario fields-of-connect
  title    "connect with every field"
  plays    server
  clients  c
  step "the properties come as they were given"
    c asks connect client_id="{ns}-c" clean_start=1 keep_alive=60 session_expiry_interval=300 receive_maximum=10 maximum_packet_size=5000 topic_alias_maximum=3
    c > CONNECT clean_start=1 session_expiry_interval=300 receive_maximum=10 maximum_packet_size=5000 topic_alias_maximum=3

scenario fields-of-publish
  title    "publish with every field"
  plays    server
  clients  c
  needs    topic_alias_out == 1
  step "the properties come as they were given"
    c asks connect client_id="{ns}-c" clean_start=1
    c > CONNECT
    c < CONNACK session_present=0 topic_alias_maximum=5
    c tells connected
    c asks publish topic="{ns}/t" payload="m" qos=0 topic_alias=2 message_expiry_interval=9
    c > PUBLISH topic="{ns}/t" topic_alias=2 message_expiry_interval=9

scenario interval-of-disconnect
  title    "disconnect with a Session Expiry Interval"
  plays    server
  clients  c
  needs    disconnect_expiry
  step "it comes as it was given"
    c asks connect client_id="{ns}-c" clean_start=1 session_expiry_interval=300
    c > CONNECT
    c < CONNACK session_present=0
    c tells connected
    c asks disconnect session_expiry_interval=7
    c > DISCONNECT session_expiry_interval=7
)";

class each_command : public suite::suite_observer {
 public:
  explicit each_command(console& on) : on_(on) {}
  void sanity_begins(bool) override {}
  void cases_begin(std::size_t) override {}
  void case_ended(const results::case_result& c) override {
    if (c.outcome == verdict::pass || c.outcome == verdict::pass_note) {
      on_.print(fmt::format("works    {}: {}\n", c.id, c.title));
    } else if (c.outcome == verdict::skip) {
      on_.print(fmt::format("skipped  {}: {}\n", c.id, c.reason));
    } else {
      all_work = false;
      on_.print(fmt::format("FAILS    {}: {}\n         {}\n", c.id, c.title,
                            c.fault ? c.fault->message : c.reason));
    }
  }

  bool all_work = true;

 private:
  console& on_;
};

int write_skeleton(const arguments& words, console& on) {
  std::string known;
  for (const skeleton& s : skeletons()) {
    if (words.size() == 2 && words.back() == s.language) {
      on.print(std::string(s.text));
      return as_expected;
    }
    known += (known.empty() ? "" : ", ") + std::string(s.language);
  }
  on.error("say in which language", "valid here: " + known);
  return bad_usage;
}

}  // namespace

int adapter_command(const arguments& words, console& on) {
  option_set set;
  set.usage = "mqttspec adapter check [OPTIONS] -- COMMAND ...";
  set.explanation =
      "check asks an adapter for every command once and looks at what its client library does. "
      "`mqttspec adapter new LANGUAGE` writes one that refuses everything: python, javascript, go, "
      "java, rust, c, "
      "cpp.";
  set.words_are = "command";
  set.verb = "check";
  int status = 0;
  const auto options = parse_options(set, words, on, status);
  if (!options) return status;
  if (!options->words.empty() && options->words.front() == "new") {
    return write_skeleton(options->words, on);
  }
  if (options->words.size() < 2 || options->words.front() != "check") {
    on.error("say what to do, and with which adapter",
             "write for example: mqttspec adapter check -- python3 my_adapter.py");
    return bad_usage;
  }
  const arguments command(options->words.begin() + 1, options->words.end());
  script::file_set files;
  files.add("adapter.mqs", every_command);
  suite::target_run run;
  run.target.client = command.size() == 1 ? command.front() : shell_line(command);
  run.target.where = target::place::driven;
  run.suite.plays = script::side::server;
  run.suite.versions = {wire::protocol_version::v5, wire::protocol_version::v311};
  run.suite.engine = suite::options_for(run.target);
  run.suite.engine.patience = duration::zero();
  run.suite.at_once = 1;
  run.suite.seed = std::random_device{}();
  run.files = &files;
  each_command shown(on);
  const results::run_results r = suite::run_on_target(run, shown);
  if (!r.void_reason.empty()) {
    on.error(r.void_reason);
    return unexpected_result;
  }
  on.print(fmt::format("{}: {}\n", r.target.name,
                       shown.all_work ? "an adapter for every case"
                                      : "cases that need what fails will come to nothing"));
  return shown.all_work ? as_expected : unexpected_result;
}

}  // namespace mqttspec::cli
