#pragma once
// The embedded broker behind a listening socket: `mqttspec broker`, and the target of a run that
// names none. Also its own control: it stops, dies and starts again when a case asks for it.

#include <list>
#include <map>
#include <memory>
#include <string>

#include "broker/oddities.h"
#include "net/certificate.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "net/websocket.h"
#include "target/broker_control.h"
#include "target/listener_address.h"

namespace mqttspec::target {

class broker_server : public net::timed, public broker_control {
 public:
  // |loop| and |rules| must outlive it.
  broker_server(net::event_loop& loop, broker::broker_options options, std::uint64_t seed,
                const model::rules& rules, const broker::network_manner& network = {});
  broker_server(net::event_loop& loop, broker::broker_options options, std::uint64_t seed);
  ~broker_server() override;

  // Listens, besides where it does already; the port that was chosen when |where| has 0. The error
  // is a sentence. For TLS a certificate for |where| is made, signed by authority().
  result<std::uint16_t, std::string> listen(const net::host_port& where,
                                            transport over = transport::tcp);
  // PEM: whom clients must trust. Empty before something listens over TLS.
  const std::string& authority() const { return authority_.text; }

  void perform(script::broker_action action, done_callback done) override;
  void add_capabilities(capability_values& into) const override;
  broker_state state() const override { return running_ ? broker_state::up : broker_state::down; }

  instant next_deadline() const override;
  void time_passed(instant now) override;

 private:
  // Octets that wait for a client that does not read: more than the first and it is not read from
  // either; more than the second and it is cut off.
  static constexpr std::size_t slow_reader = std::size_t{1} << 20;
  static constexpr std::size_t dead_reader = std::size_t{64} << 20;

  struct place {
    net::host_port where;
    transport over = transport::tcp;
    std::shared_ptr<const net::tls_context> tls;
    std::unique_ptr<net::listener> listener;
  };

  std::string open(place& at);
  std::string prepare_tls(place& at);
  std::unique_ptr<net::stream> layered(std::unique_ptr<net::stream> connection, const place& at);
  void accepted(std::unique_ptr<net::stream> connection, instant now);
  void drain(instant now);
  void deliver(const broker::output& o, instant now);
  // Puts |o| off, as the manner of the network wants it; behind what was put off for its client.
  void put_off(const broker::output& o, instant now);
  void remove(broker::connection_id id, bool told, instant now);
  void restart_itself(instant now);
  void end_connections(bool clean);
  bool stop(bool clean);
  std::string start();

  net::event_loop& loop_;
  broker::broker broker_;
  std::list<place> places_;
  net::certificate authority_;
  std::shared_ptr<net::websocket_context> websocket_;
  std::map<broker::connection_id, std::unique_ptr<net::stream>> connections_;
  broker::network_manner network_;
  bool network_is_odd_;
  std::multimap<instant, broker::output> put_off_;
  std::map<broker::connection_id, instant> last_put_off_;
  instant restart_at_ = never;
  bool no_client_yet_ = true;
  instant start_at_ = never;  // down since a restart of its own
  bool running_ = true;
};

}  // namespace mqttspec::target
