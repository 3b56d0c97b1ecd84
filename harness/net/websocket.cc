// The one translation unit that knows Boost.Beast. A layer has no socket: Beast reads from and
// writes into memory, and an io_context that nobody else uses carries out what that leaves to do.

#include "net/websocket.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <limits>
#include <optional>

#include "base/utf8.h"
#include "net/layered_stream.h"

namespace mqttspec::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using error_code = boost::system::error_code;

constexpr std::size_t longest_reason_shown = 100;

// A read that waits for octets.
struct pending_read {
  virtual ~pending_read() = default;
  virtual void complete() = 0;
};

// The connection below, as Beast sees it.
struct memory {
  byte_buffer arrived;  // from |taken| on
  std::size_t taken = 0;
  byte_buffer* outgoing = nullptr;
  bool mute = false;  // a close frame was sent: nothing may follow it
  std::unique_ptr<pending_read> reader;

  std::size_t available() const { return arrived.size() - taken; }

  template <class Buffers>
  std::size_t take(const Buffers& into) {
    const std::size_t n =
        asio::buffer_copy(into, asio::buffer(arrived.data() + taken, available()));
    taken += n;
    if (taken == arrived.size()) {
      arrived.clear();
      taken = 0;
    }
    return n;
  }
};

template <class Buffers, class Handler>
struct waiting_read : pending_read {
  waiting_read(memory& m, const Buffers& b, Handler h) : from(m), into(b), then(std::move(h)) {}
  void complete() override { std::move(then)(error_code{}, from.take(into)); }
  memory& from;
  Buffers into;
  Handler then;
};

// Asio's requirements of an asynchronous stream, and no more.
class memory_stream {
 public:
  using executor_type = asio::io_context::executor_type;

  memory_stream(executor_type executor, memory& both) : executor_(executor), both_(&both) {}

  executor_type get_executor() const noexcept { return executor_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& into, Handler&& then) {
    auto read = std::make_unique<waiting_read<Buffers, std::decay_t<Handler>>>(
        *both_, into, std::forward<Handler>(then));
    if (both_->available() == 0 && asio::buffer_size(into) != 0) {
      both_->reader = std::move(read);
      return;
    }
    // Never from inside of the call that asked for it.
    asio::post(executor_, [read = std::move(read)] { read->complete(); });
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& then) {
    std::size_t n = 0;
    for (auto b = asio::buffer_sequence_begin(from); b != asio::buffer_sequence_end(from); ++b) {
      const asio::const_buffer piece(*b);
      const auto* octets = static_cast<const std::uint8_t*>(piece.data());
      if (!both_->mute) {
        both_->outgoing->insert(both_->outgoing->end(), octets, octets + piece.size());
      }
      n += piece.size();
    }
    asio::post(executor_, beast::bind_front_handler(std::forward<Handler>(then), error_code{}, n));
  }

 private:
  executor_type executor_;
  memory* both_;
};

// Beast asks for these by name. The connection below ends by other means.
[[maybe_unused]] void teardown(beast::role_type, memory_stream&, error_code& error) {
  error = {};
}
template <class Handler>
void async_teardown(beast::role_type, memory_stream& stream, Handler&& then) {
  asio::post(stream.get_executor(),
             beast::bind_front_handler(std::forward<Handler>(then), error_code{}));
}
[[maybe_unused]] void beast_close_socket(memory_stream&) {}

std::string shown(std::string_view octets) {
  return escape_text(octets.substr(0, longest_reason_shown));
}

}  // namespace

class websocket_context {
 public:
  asio::io_context io{1};

  // Everything that can go on without further octets.
  void drive() {
    io.restart();
    io.poll();
  }
};

namespace {

class websocket_layer : public layer {
 public:
  // Without |host| and |path| it is a server.
  websocket_layer(std::shared_ptr<websocket_context> context, std::string host, std::string path,
                  websocket_server_manner manner)
      : context_(std::move(context)),
        manner_(manner),
        host_(std::move(host)),
        path_(std::move(path)),
        socket_(memory_stream(context_->io.get_executor(), memory_)) {
    memory_.outgoing = &outgoing_;
    socket_.binary(true);
    socket_.auto_fragment(false);
    socket_.read_message_max(0);  // the connection below has a limit
    socket_.secure_prng(false);   // masks protect caches of the web, not what is sent
    socket_.control_callback([this](websocket::frame_type what, beast::string_view payload) {
      control_frame(what, payload);
    });
  }

  // Handlers that will never run must not outlive the stream that they belong to.
  ~websocket_layer() override { memory_.reader.reset(); }

  const char* name() const override { return "WebSocket"; }

  void begin() override {
    if (host_.empty()) {
      socket_.set_option(websocket::stream_base::decorator(
          [chosen = manner_.subprotocol](websocket::response_type& answer) {
            if (!chosen.empty()) answer.set(beast::http::field::sec_websocket_protocol, chosen);
          }));
      socket_.async_accept([this](const error_code& error) { accepted(error); });
    } else {
      socket_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(beast::http::field::sec_websocket_protocol, mqtt_subprotocol);
      }));
      socket_.async_handshake(answer_, host_, path_,
                              [this](const error_code& error) { shaken(error); });
    }
    context_->drive();
  }

  void received(byte_view below) override {
    if (broken() || state_ == layer_state::ended) return;
    memory_.arrived.insert(memory_.arrived.end(), below.begin(), below.end());
    if (memory_.reader) std::exchange(memory_.reader, nullptr)->complete();
    context_->drive();
  }

  void write(byte_view above) override { write_framed(above, {}); }

  void write_framed(byte_view above, const frame_form& form) override {
    if (above.empty() || memory_.mute) return;
    // Memory takes all at once, so that each frame is complete when drive() returns.
    socket_.text(form.text || manner_.text_sent);
    const std::size_t piece = form.fragment == 0 ? above.size() : form.fragment;
    while (!above.empty()) {
      const byte_view now = above.first(std::min(piece, above.size()));
      above = above.subspan(now.size());
      socket_.async_write_some(above.empty(), asio::buffer(now.data(), now.size()),
                               [](const error_code&, std::size_t) {});
      context_->drive();
    }
    socket_.binary(true);
  }

  // Beast's own closing would throw away what the peer still sends: only the frame is written here,
  // normal closure [RFC 6455 section 5.5.1].
  void end() override {
    if (memory_.mute || state_ == layer_state::ended) return;  // Beast answered the peer's
    constexpr std::uint8_t of_client[] = {0x88, 0x82, 0x6D,        0x71,
                                          0x74, 0x74, 0x03 ^ 0x6D, 0xE8 ^ 0x71};
    constexpr std::uint8_t of_server[] = {0x88, 0x02, 0x03, 0xE8};
    const byte_view frame = host_.empty() ? byte_view(of_server) : byte_view(of_client);
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
    memory_.mute = true;
  }

  bool end_means_fin() const override { return false; }

 private:
  void accepted(const error_code& error) {
    if (error) return fail(fmt::format("WebSocket: no handshake: {}", error.message()));
    open();
  }

  void shaken(const error_code& error) {
    if (error == websocket::error::upgrade_declined) {
      return fail(fmt::format("WebSocket: the broker answers '{} {}' to the request for '{}'",
                              answer_.result_int(), shown(answer_.reason()), path_));
    }
    if (error && error.category() == make_error_code(beast::http::error{}).category()) {
      return fail("WebSocket: the broker does not speak HTTP on this port");
    }
    if (error) {
      return fail(
          fmt::format("WebSocket: the broker's answer is no handshake: {}", error.message()));
    }
    const auto chosen = answer_.find(beast::http::field::sec_websocket_protocol);
    if (chosen == answer_.end()) {
      return fail("WebSocket: the broker chose no subprotocol; it must be 'mqtt' (MQTT-6.0.0-4)",
                  layer_state::violated, "MQTT-6.0.0-4");
    }
    if (chosen->value() != mqtt_subprotocol) {
      return fail(
          fmt::format(
              "WebSocket: the broker chose the subprotocol '{}'; it must be 'mqtt' (MQTT-6.0.0-4)",
              shown(chosen->value())),
          layer_state::violated, "MQTT-6.0.0-4");
    }
    open();
  }

  void open() {
    state_ = layer_state::open;
    read();
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [this](const error_code& error, std::size_t n) {
      if (error) return stopped(error);
      // The type is that of the message, known with its first octet or its end.
      if (socket_.got_text() && !manner_.text_taken) {
        return fail(fmt::format("WebSocket: the {} sent a text frame (MQTT-6.0.0-1)",
                                host_.empty() ? "client" : "broker"),
                    layer_state::violated, "MQTT-6.0.0-1");
      }
      incoming_.insert(incoming_.end(), buffer_.begin(),
                       buffer_.begin() + static_cast<std::ptrdiff_t>(n));
      read();
    });
  }

  void stopped(const error_code& error) {
    if (error == websocket::error::closed) {
      state_ = layer_state::ended;
    } else {
      fail(fmt::format("WebSocket: a frame that is not allowed: {}", error.message()),
           layer_state::violated);
    }
  }

  void control_frame(websocket::frame_type what, beast::string_view payload) {
    const std::string data = payload.empty() ? "" : fmt::format(" \"{}\"", shown(payload));
    if (what == websocket::frame_type::close) {
      notes_.push_back(fmt::format("WebSocket: close frame {}{}", socket_.reason().code, data));
    } else {
      notes_.push_back(fmt::format("WebSocket: {}{}",
                                   what == websocket::frame_type::ping ? "ping" : "pong", data));
    }
  }

  std::shared_ptr<websocket_context> context_;  // outlives the stream
  websocket_server_manner manner_;
  std::string host_;
  std::string path_;
  memory memory_;
  websocket::response_type answer_;
  std::array<std::uint8_t, 4096> buffer_{};
  websocket::stream<memory_stream, false> socket_;
};

}  // namespace

std::shared_ptr<websocket_context> make_websocket_context() {
  return std::make_shared<websocket_context>();
}

std::unique_ptr<layer> make_websocket_layer(std::shared_ptr<websocket_context> context,
                                            std::string host, std::string path) {
  return std::make_unique<websocket_layer>(std::move(context), std::move(host), std::move(path),
                                           websocket_server_manner());
}

std::unique_ptr<layer> make_websocket_server_layer(std::shared_ptr<websocket_context> context,
                                                   websocket_server_manner manner) {
  return std::make_unique<websocket_layer>(std::move(context), "", "", manner);
}

std::unique_ptr<connector> make_websocket_connector(event_loop& loop, connector& below,
                                                    const std::string& host,
                                                    const std::string& path) {
  return make_layered_connector(
      loop, below, [context = make_websocket_context(), host, path]() -> std::unique_ptr<layer> {
        return make_websocket_layer(context, host, path);
      });
}

}  // namespace mqttspec::net
