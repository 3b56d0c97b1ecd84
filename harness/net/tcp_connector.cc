#include <deque>

#include "net/tcp.h"
#include "net/tcp_stream.h"

namespace mqttspec::net {

namespace {

// Lets a limited number of connects be under way; shared with the streams that wait.
struct connect_gate : std::enable_shared_from_this<connect_gate> {
  tcp::endpoint target;
  tcp_connector_options options;
  bool rotate = false;
  std::size_t made = 0;
  std::size_t under_way = 0;
  std::deque<std::weak_ptr<tcp_connection>> waiting;

  void enter(const std::shared_ptr<tcp_connection>& connection) {
    waiting.push_back(connection);
    admit();
  }

  void admit() {
    while (under_way < options.connects_at_once && !waiting.empty()) {
      const auto next = waiting.front().lock();
      waiting.pop_front();
      if (!next) continue;  // dropped while it waited
      ++under_way;
      next->connect(target, source(), [self = shared_from_this()] {
        --self->under_way;
        self->admit();
      });
    }
  }

  boost::asio::ip::address_v4 source() {
    const std::size_t n = made++;
    if (!rotate || n < options.rotate_after) return {};
    return boost::asio::ip::address_v4(0x7F000002u + static_cast<std::uint32_t>(n % 249));
  }
};

class tcp_connector : public connector {
 public:
  tcp_connector(event_loop& loop, const host_port& target, const tcp_connector_options& options)
      : core_(loop.core()), gate_(std::make_shared<connect_gate>()) {
    error_code ignored;
    gate_->target = tcp::endpoint(boost::asio::ip::make_address(target.host, ignored), target.port);
    gate_->options = options;
    gate_->rotate = is_ipv4_loopback(target);
  }

  std::unique_ptr<stream> make() override {
    return std::make_unique<tcp_stream>(
        std::make_shared<tcp_connection>(core_, gate_->options.limits),
        [gate = gate_](const std::shared_ptr<tcp_connection>& c) { gate->enter(c); });
  }

 private:
  loop_core& core_;
  std::shared_ptr<connect_gate> gate_;
};

}  // namespace

std::unique_ptr<connector> make_tcp_connector(event_loop& loop, const host_port& target,
                                              const tcp_connector_options& options) {
  return std::make_unique<tcp_connector>(loop, target, options);
}

}  // namespace mqttspec::net
