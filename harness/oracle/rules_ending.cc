// The format of what the server sends, DISCONNECT, closing, Keep Alive.

#include <fmt/format.h>

#include <algorithm>

#include "oracle/rule.h"
#include "wire/table.h"

namespace mqttspec::oracle {
namespace {

class well_formed : public rule {
 public:
  well_formed()
      : rule("well-formed", "every packet of the server has the laid-down format",
             {{"v5-7.1.1-a", "format"}}) {}
  void received_malformed(watching& w, const link& on, const wire::wire_fault& fault,
                          std::string_view text) const override {
    // A server that does not know yet, or does not speak, the version of a CONNECT answers in one
    // of its own.
    if (!on.connect || on.odd_before_connack) return;
    // The identifier 0 of an answer may be that of its request.
    if (fault.error == wire::wire_error::zero_packet_id && on.odd) return;
    const statement of = {on.version, !fault.statement.empty() ? fault.statement
                                      : is_v5(on.version)      ? std::string_view("v5-7.1.1-a")
                                                               : std::string_view("format")};
    report(w, on, std::string(text), std::vector<statement>{of});
  }
};

class packets_of_a_server : public rule {
 public:
  packets_of_a_server()
      : rule("packets-of-a-server", "a server sends no packets that only clients send",
             {{"v5-7.1.1-a", "v311-2.2.1-b"}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!on.connect || on.odd_before_connack) return;
    const wire::packet_spec& spec = wire::packet_of(p.type);
    const bool of_clients = spec.sender == wire::packet_direction::from_client;
    const bool is_goodbye = p.type == packet_type::disconnect && !is_v5(on.version);
    if (of_clients || is_goodbye) {
      report(w, on,
             fmt::format("{} from a server of MQTT {}", spec.name, wire::version_name(on.version)));
    }
  }
};

class disconnect_is_the_last : public rule {
 public:
  disconnect_is_the_last()
      : rule("disconnect-is-the-last", "a server sends nothing behind its DISCONNECT, and closes",
             {{"MQTT-3.14.4-1", ""}, {"MQTT-3.14.4-2", ""}}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    if (!on.server_said_goodbye || !is_v5(on.version)) return;
    report(w, on, fmt::format("{} came behind DISCONNECT", wire::packet_of(p.type).name),
           {{"MQTT-3.14.4-1", ""}});
  }
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      if (!on.server_said_goodbye || !on.open() || !is_v5(on.version)) continue;
      if (w.seen.now - on.server_goodbye_at < w.seen.options.patience) continue;
      report_by_time(w, on, "the connection is open behind the server's DISCONNECT",
                     {{"MQTT-3.14.4-2", ""}});
    }
  }
};

class keep_alive : public rule {
 public:
  keep_alive()
      : rule("keep-alive", "silence of one and a half times Keep Alive closes; less does not",
             {{"MQTT-3.1.2-22", "MQTT-3.1.2-24"}}, {packet_type::disconnect}) {}
  void received(watching& w, const link& on, const packet& p, std::size_t) const override {
    const bool too_silent =
        is_v5(on.version) && p.reason == wire::code_of(wire::reason_code::keep_alive_timeout);
    if (!too_silent || !on.accepted() || on.odd) return;
    const duration silent = w.seen.now - on.last_sent_at;
    if (on.keep_alive() != 0 && silent + w.seen.options.slack >= limit(on)) return;
    report_by_time(w, on,
                   fmt::format("closed for silence after {}, with Keep Alive {} s",
                               print_duration(silent), on.keep_alive()),
                   {{"MQTT-3.1.2-22", ""}});
  }
  void finish(watching& w) const override {
    for (const auto& [id, on] : w.seen.links) {
      if (!on.accepted() || on.keep_alive() == 0 || on.goodbye || on.server_said_goodbye) continue;
      if (!on.open() || on.odd || w.seen.restarted) continue;
      const duration silent = w.seen.now - on.last_sent_at;
      if (silent < limit(on) + std::max<duration>(patience, w.seen.options.patience)) continue;
      report_by_time(w, on,
                     fmt::format("open after {} of silence, with Keep Alive {} s",
                                 print_duration(silent), on.keep_alive()));
    }
  }

 private:
  // Servers look for silent clients now and then.
  static constexpr duration patience = std::chrono::seconds(5);

  static duration limit(const link& on) {
    return duration(std::chrono::seconds(on.keep_alive())) * 3 / 2;
  }
};

}  // namespace

void add_ending_rules(rule_list& to) {
  to.push_back(std::make_unique<well_formed>());
  to.push_back(std::make_unique<packets_of_a_server>());
  to.push_back(std::make_unique<disconnect_is_the_last>());
  to.push_back(std::make_unique<keep_alive>());
}

}  // namespace mqttspec::oracle
