#pragma once
// A connection with a layer on it. `connected` comes when the layer has shaken hands; an end of the
// layer is orderly, and so is an end of the connection below without one; a layer that fails later
// is taken for a reset.

#include <functional>
#include <memory>

#include "net/event_loop.h"
#include "net/layer.h"
#include "net/stream.h"

namespace mqttspec::net {

using layer_maker = std::function<std::unique_ptr<layer>()>;

// A connection that the peer made and |below| is not yet started; |with| waits for the peer's
// handshake. When that fails the stream ends as one that was reset. |loop| must outlive it.
std::unique_ptr<stream> make_layered_stream(event_loop& loop, std::unique_ptr<stream> below,
                                            std::unique_ptr<layer> with,
                                            duration patience = stream_limits{}.connect);

// Streams of |below| with a layer of |make| on each. |loop| and |below| must outlive it. |patience|
// is for shaking hands.
std::unique_ptr<connector> make_layered_connector(event_loop& loop, connector& below,
                                                  layer_maker make,
                                                  duration patience = stream_limits{}.connect);

}  // namespace mqttspec::net
