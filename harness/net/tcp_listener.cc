#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>

#include "net/tcp.h"
#include "net/tcp_stream.h"

namespace mqttspec::net {

namespace {

struct acceptor_state : std::enable_shared_from_this<acceptor_state> {
  acceptor_state(loop_core& the_core, stream_limits the_limits, accept_callback callback)
      : core(the_core),
        acceptor(the_core.io),
        retry(the_core.io),
        limits(the_limits),
        accepted(std::move(callback)) {}

  loop_core& core;
  tcp::acceptor acceptor;
  boost::asio::steady_timer retry;
  stream_limits limits;
  accept_callback accepted;

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket peer) {
      if (error == boost::asio::error::operation_aborted) return;
      const instant now = self->core.wake();
      if (error) return self->pause();
      close_on_exec(peer.native_handle());
      error_code ignored;
      peer.set_option(tcp::no_delay(true), ignored);
      auto connection = std::make_shared<tcp_connection>(self->core, self->limits);
      connection->socket() = std::move(peer);
      self->accepted(std::make_unique<tcp_stream>(
                         std::move(connection),
                         [](const std::shared_ptr<tcp_connection>& c) { c->begin_reading(); }),
                     now);
      self->accept();
    });
  }

  // Out of file descriptors, most likely: trying again at once would spin.
  void pause() {
    retry.expires_after(std::chrono::milliseconds(50));
    retry.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled && self->acceptor.is_open()) self->accept();
    });
  }
};

class tcp_listener : public listener {
 public:
  explicit tcp_listener(std::shared_ptr<acceptor_state> state) : state_(std::move(state)) {
    error_code ignored;
    port_ = state_->acceptor.local_endpoint(ignored).port();
  }
  ~tcp_listener() override {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->retry.cancel();
  }
  std::uint16_t port() const override { return port_; }

 private:
  std::shared_ptr<acceptor_state> state_;
  std::uint16_t port_ = 0;
};

}  // namespace

result<std::unique_ptr<listener>, std::string> listen_tcp(event_loop& loop, const host_port& where,
                                                          const stream_limits& limits,
                                                          accept_callback accepted) {
  auto state = std::make_shared<acceptor_state>(loop.core(), limits, std::move(accepted));
  error_code error;
  const auto address = boost::asio::ip::make_address(where.host, error);
  const tcp::endpoint at(address, where.port);
  if (!error) state->acceptor.open(at.protocol(), error);
  if (!error) close_on_exec(state->acceptor.native_handle());
  if (!error) state->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) state->acceptor.bind(at, error);
  if (!error) state->acceptor.listen(1024, error);
  if (error) {
    return unexpected(fmt::format("cannot listen on {}: {}", print(where), reason_of(error)));
  }
  state->accept();
  return std::make_unique<tcp_listener>(std::move(state));
}

}  // namespace mqttspec::net
