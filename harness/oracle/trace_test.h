#pragma once
// Traces for the tests of rules, drawn as in scenario files.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "oracle/watch.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::oracle {

using namespace std::chrono_literals;

// A trace as it is drawn in scenario files, a line an event:
//
//   sub > CONNECT client_id="t-sub" clean_start=1
//   sub < CONNACK session_present=0
//   sub - closed                     by the server; also: shutdown, abort (by the client), reset
//   + 5s                             time passes
//   restart, standstill
//
// A client whose name begins with "old" speaks 3.1.1. CONNECT opens a connection. hex(..) is sent
// as it is.
class told {
 public:
  explicit told(const std::string& trace) : watch_(watch_options{.own = "t"}) {
    std::istringstream lines(trace);
    for (std::string line; std::getline(lines, line);) {
      const auto begin = line.find_first_not_of(' ');
      if (begin != std::string::npos) event(line.substr(begin));
    }
    watch_.finish(now_);
  }

  std::set<std::string> rules() const {
    std::set<std::string> names;
    for (const finding& f : watch_.findings()) names.emplace(f.rule);
    return names;
  }
  std::string text() const {
    std::string out;
    for (const finding& f : watch_.findings()) {
      out += std::string(f.rule) + " " + f.client + ": " + f.message;
      for (const statement& s : f.statements) out += " " + print(s);
      out += "\n";
    }
    return out;
  }
  bool in_doubt() const { return watch_.in_doubt(); }
  const std::vector<finding>& findings() const { return watch_.findings(); }

 private:
  void event(const std::string& line) {
    if (line.starts_with("+ ")) {
      now_ += *parse_duration(line.substr(2));
    } else if (line == "restart") {
      watch_.restarted(now_);
    } else if (line == "standstill") {
      watch_.stood_still();
    } else {
      const auto blank = line.find(' ');
      on_connection(line.substr(0, blank), line[blank + 1], line.substr(blank + 3));
    }
    now_ += 1ms;
  }

  void on_connection(const std::string& client, char direction, const std::string& what) {
    const auto version =
        client.starts_with("old") ? wire::protocol_version::v311 : wire::protocol_version::v5;
    if (direction == '>' && what.starts_with("CONNECT")) {
      ids_[client] = ++newest_;
      watch_.opened(newest_, client, version, now_);
    }
    const connection_id id = ids_.at(client);
    if (direction == '-') {
      watch_.ended(id,
                   what == "shutdown" ? end_of_link::shut_by_client
                   : what == "abort"  ? end_of_link::closed_by_client
                   : what == "reset"  ? end_of_link::reset_by_server
                                      : end_of_link::closed_by_server,
                   now_);
      return;
    }
    byte_buffer octets;
    if (what.starts_with("hex(")) {
      octets = *from_hex(what.substr(4, what.size() - 5));
    } else {
      const auto p = wire::parse_packet(what, version);
      if (!p) {
        ADD_FAILURE() << what << ": " << p.error().message;
        return;
      }
      octets = wire::encode(*p)->bytes;
    }
    if (direction == '>') return watch_.sent(id, octets, now_);
    const auto p = wire::decode(octets, {version, wire::sender::server});
    if (p) {
      watch_.received(id, *p, octets.size(), now_);
    } else {
      watch_.received_malformed(id, p.error(), "malformed", now_);
    }
  }

  watch watch_;
  instant now_{};
  connection_id newest_ = 0;
  std::map<std::string, connection_id> ids_;
};

// What two clients need before anything else can be told of them.
inline const std::string sub_joins = R"(
  sub > CONNECT client_id="t-sub" clean_start=1 session_expiry_interval=60
  sub < CONNACK session_present=0
  sub > SUBSCRIBE id=1 filter="t/a" max_qos=2
  sub < SUBACK id=1 reasons=[granted_qos_2]
)";
inline const std::string pub_joins = R"(
  pub > CONNECT client_id="t-pub" clean_start=1
  pub < CONNACK session_present=0
)";
inline const std::string both_join = sub_joins + pub_joins;
inline const std::string sub_leaves = R"(
  sub > DISCONNECT
  sub - shutdown
  sub - closed
)";
inline const std::string sub_resumes = R"(
  sub > CONNECT client_id="t-sub" clean_start=0 session_expiry_interval=60
  sub < CONNACK session_present=1
)";
inline const std::string m1_published = R"(
  pub > PUBLISH topic="t/a" qos=1 id=1 payload="m1"
  pub < PUBACK id=1
)";
inline const std::string m1_comes = R"(
  sub < PUBLISH topic="t/a" qos=1 id=1 payload="m1"
)";
inline const std::string old_joins = R"(
  old > CONNECT client_id="t-old" clean_session=0
  old < CONNACK session_present=0
  old > SUBSCRIBE id=1 filter="t/a" max_qos=1
  old < SUBACK id=1 reasons=[granted_qos_1]
)";

// Sixty clients whose sessions last.
inline std::string many_join() {
  std::string out;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "m" + std::to_string(i);
    out += name + " > CONNECT client_id=\"t-" + name + "\" session_expiry_interval=60\n";
    out += name + " < CONNACK session_present=0\n";
  }
  return out;
}

struct sample {
  const char* rule;
  const char* what;
  std::string trace;
  bool fires;
};

inline void PrintTo(const sample& s, std::ostream* out) {
  *out << s.rule << ": " << s.what;
}

// One function a file of rules.
std::vector<sample> connect_samples();
std::vector<sample> answer_samples();
std::vector<sample> exchange_samples();
std::vector<sample> limit_samples();
std::vector<sample> delivery_samples();
std::vector<sample> option_samples();
std::vector<sample> property_samples();
std::vector<sample> will_samples();
std::vector<sample> loss_samples();
std::vector<sample> ending_samples();

}  // namespace mqttspec::oracle
