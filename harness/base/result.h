#pragma once
// result<T, E>: a value or the error that stands in its place. Errors are values; nothing below
// cli/ throws for what a user, a file or a broker can cause.

#include <tl/expected.hpp>

namespace mqttspec {

template <class T, class E>
using result = tl::expected<T, E>;

using tl::unexpected;

}  // namespace mqttspec
