#pragma once
// Inside of net/: the TCP stream, shared by connector and listener.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "net/loop_core.h"
#include "net/stream.h"

namespace mqttspec::net {

using tcp = boost::asio::ip::tcp;
using error_code = boost::system::error_code;

// "connection refused": the system's text as the second half of a sentence.
std::string reason_of(const error_code& error);

// Processes that are started meanwhile do not inherit it: one would keep the connection open.
void close_on_exec(int descriptor);

// The living half of a stream: handlers of pending operations keep it alive until they ran.
class tcp_connection : public std::enable_shared_from_this<tcp_connection> {
 public:
  tcp_connection(loop_core& core, stream_limits limits)
      : core_(core), socket_(core.io), timer_(core.io), limits_(limits) {}

  tcp::socket& socket() { return socket_; }
  void set_events(stream_events events) { events_ = std::move(events); }

  // Opens, binds to |source| unless it is unspecified, connects; |settled| is called once when the
  // attempt is over, whatever became of it, before `connected`.
  void connect(const tcp::endpoint& to, const boost::asio::ip::address_v4& source,
               std::function<void()> settled);
  void begin_reading();
  void acknowledge_at_once();

  void write(byte_view octets);
  void shutdown();
  void close();
  void finish();
  void abort();
  void drop();  // the handle is gone
  void pause(bool paused);
  std::size_t unsent() const { return pending_.size() - sent_; }

 private:
  enum class ending : std::uint8_t { none, shutdown, close, finish };

  void connect_ended(const error_code& error);
  void wait_readable();
  void readable();
  void flush();
  void flushed();
  void end_reading(stream_end how, instant now);
  void discard_until_end();
  void close_socket();

  loop_core& core_;
  tcp::socket socket_;
  boost::asio::steady_timer timer_;
  stream_limits limits_;
  stream_events events_;
  std::function<void()> settled_;
  byte_buffer pending_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  ending ending_ = ending::none;
  bool connected_ = false;
  bool writing_ = false;
  bool reading_ = false;
  bool paused_ = false;
  bool timed_out_ = false;
  bool broken_early_ = false;  // the error was told at connect; reading will not tell it again
  bool mute_ = false;          // no further callback; events_ stays: one of them may be running
};

// The handle.
class tcp_stream : public stream {
 public:
  using starter = std::function<void(const std::shared_ptr<tcp_connection>&)>;
  tcp_stream(std::shared_ptr<tcp_connection> connection, starter start)
      : connection_(std::move(connection)), start_(std::move(start)) {}
  ~tcp_stream() override { connection_->drop(); }

  void start(stream_events events) override {
    connection_->set_events(std::move(events));
    start_(connection_);
  }
  void write(byte_view octets) override { connection_->write(octets); }
  void shutdown() override { connection_->shutdown(); }
  void close() override { connection_->close(); }
  void finish() override { connection_->finish(); }
  void abort() override { connection_->abort(); }
  void pause(bool paused) override { connection_->pause(paused); }
  std::size_t unsent() const override { return connection_->unsent(); }

 private:
  std::shared_ptr<tcp_connection> connection_;
  starter start_;
};

}  // namespace mqttspec::net
