#include "net/tcp_stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cctype>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

namespace mqttspec::net {

namespace asio = boost::asio;

std::string reason_of(const error_code& error) {
  if (error == asio::error::no_descriptors) {
    return "this process may open no more files; give it more (ulimit -n 8192) or do less at once "
           "(--jobs)";
  }
  std::string text = error.message();
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

void close_on_exec(int descriptor) {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

void tcp_connection::connect(const tcp::endpoint& to, const asio::ip::address_v4& source,
                             std::function<void()> settled) {
  settled_ = std::move(settled);
  error_code error;
  socket_.open(to.protocol(), error);
  if (!error) close_on_exec(socket_.native_handle());
  if (!error && !source.is_unspecified()) {
    // The port is chosen at connect time, so that only the pair of addresses must be free.
    const int on = 1;
    ::setsockopt(socket_.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socket_.bind(tcp::endpoint(source, 0), error);
  }
  const auto self = shared_from_this();
  if (error) {
    asio::post(core_.io, [self, error] { self->connect_ended(error); });
    return;
  }
  timer_.expires_after(limits_.connect);
  timer_.async_wait([self](const error_code& cancelled) {
    if (cancelled || self->connected_) return;
    self->timed_out_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
  socket_.async_connect(to, [self](const error_code& failed) { self->connect_ended(failed); });
}

void tcp_connection::connect_ended(const error_code& error) {
  const instant now = core_.wake();
  timer_.cancel();
  if (auto settled = std::exchange(settled_, nullptr)) settled();
  if (mute_) return close_socket();
  // Reset after the handshake (a refusal has another code), so there was a connection.
  broken_early_ = error == asio::error::connection_reset;
  if (error && !broken_early_) {
    close_socket();
    mute_ = true;
    const std::string why = timed_out_ ? "connection timed out" : reason_of(error);
    if (events_.connected) std::exchange(events_.connected, nullptr)(why, now);
    return;
  }
  connected_ = true;
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  if (events_.connected) std::exchange(events_.connected, nullptr)("", now);
  if (!mute_) begin_reading();
  flush();
}

void tcp_connection::begin_reading() {
  connected_ = true;
  error_code ignored;
  socket_.non_blocking(true, ignored);
  acknowledge_at_once();
  wait_readable();
}

// A broker that leaves Nagle's algorithm on (mosquitto) holds its next packet back until the last
// one is acknowledged, which the system would delay by 40 ms. It has to be asked for again behind
// every read.
void tcp_connection::acknowledge_at_once() {
#ifdef TCP_QUICKACK
  const int on = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
#endif
}

void tcp_connection::wait_readable() {
  if (reading_ || paused_ || mute_ || !socket_.is_open()) return;
  reading_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->reading_ = false;
    if (!error) self->readable();
  });
}

void tcp_connection::readable() {
  if (mute_) return;
  const instant now = core_.wake();
  error_code error;
  const std::size_t n = socket_.read_some(asio::buffer(core_.read_buffer), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) {
    return wait_readable();
  }
  if (error) {
    const bool orderly = error == asio::error::eof && !broken_early_;
    return end_reading(orderly ? stream_end::orderly : stream_end::reset, now);
  }
  acknowledge_at_once();
  received_ += n;
  if (received_ > limits_.received) return end_reading(stream_end::over_limit, now);
  if (events_.received) events_.received(byte_view(core_.read_buffer.data(), n), now);
  wait_readable();
}

void tcp_connection::end_reading(stream_end how, instant now) {
  mute_ = true;
  if (how == stream_end::over_limit) close_socket();
  const stream_events last = std::exchange(events_, {});
  if (last.closed) last.closed(how, now);
}

void tcp_connection::write(byte_view octets) {
  if (ending_ != ending::none) return;
  pending_.insert(pending_.end(), octets.begin(), octets.end());
  flush();
}

void tcp_connection::flush() {
  if (!connected_ || writing_ || !socket_.is_open()) return;
  while (sent_ < pending_.size()) {
    error_code error;
    const std::size_t n =
        socket_.write_some(asio::buffer(pending_.data() + sent_, pending_.size() - sent_), error);
    sent_ += n;
    if (error == asio::error::interrupted) continue;
    if (error == asio::error::would_block) {
      writing_ = true;
      socket_.async_wait(tcp::socket::wait_write,
                         [self = shared_from_this()](const error_code& failed) {
                           self->writing_ = false;
                           if (failed) return;
                           self->core_.wake();
                           self->flush();
                         });
      return;
    }
    if (error) break;  // reading tells how the connection ended
  }
  pending_.clear();
  sent_ = 0;
  flushed();
}

void tcp_connection::flushed() {
  error_code ignored;
  switch (ending_) {
    case ending::none:
      return;
    case ending::shutdown:
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
      return;
    case ending::close:
      close_socket();
      return;
    case ending::finish:
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
      timer_.expires_after(limits_.linger);
      timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (!cancelled) self->close_socket();
      });
      discard_until_end();
      return;
  }
}

void tcp_connection::discard_until_end() {
  if (reading_ || !socket_.is_open()) return;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (error) return;
    error_code ended;
    self->socket_.read_some(asio::buffer(self->core_.read_buffer), ended);
    if (ended && ended != asio::error::would_block) return self->close_socket();
    self->discard_until_end();
  });
}

void tcp_connection::shutdown() {
  if (ending_ != ending::none) return;
  ending_ = ending::shutdown;
  flush();
}

void tcp_connection::close() {
  mute_ = true;
  ending_ = ending::close;
  if (!connected_) return abort();
  flush();
}

void tcp_connection::finish() {
  mute_ = true;
  if (ending_ == ending::finish) return;
  ending_ = ending::finish;
  if (!connected_) return abort();
  // The wait for octets of before must end first: it would read on as if nothing had happened.
  error_code ignored;
  if (reading_ || writing_) socket_.cancel(ignored);
  reading_ = writing_ = false;
  flush();
}

void tcp_connection::abort() {
  mute_ = true;
  error_code ignored;
  if (connected_) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close_socket();
}

void tcp_connection::drop() {
  mute_ = true;
  if (ending_ == ending::none || ending_ == ending::shutdown) close();
}

void tcp_connection::pause(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (!paused && connected_) wait_readable();
}

void tcp_connection::close_socket() {
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  pending_.clear();
  sent_ = 0;
}

}  // namespace mqttspec::net
