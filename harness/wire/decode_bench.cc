// Decoding and encoding of a mix of eight 5.0 packets, per packet.
//
//   cmake --preset bench && wire_bench

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/notation.h"

namespace mqttspec::wire {
namespace {

constexpr std::string_view mix[] = {
    "CONNECT client_id=\"sensor-4711\" clean_start=0 keep_alive=60 session_expiry_interval=300 "
    "receive_maximum=100 maximum_packet_size=65535 topic_alias_maximum=10 "
    "user_property={\"site\": \"north\"} will_topic=\"sensors/4711/state\" "
    "will_payload=\"offline\" will_qos=1 will_retain=1 will_delay_interval=30 "
    "will_message_expiry_interval=3600 user_name=\"sensor\" password=\"secret\"",
    "CONNACK session_present=1 reason=success session_expiry_interval=300 receive_maximum=1024 "
    "maximum_qos=1 topic_alias_maximum=20 server_keep_alive=60",
    "PUBLISH topic=\"sensors/4711/temperature\" payload=\"21.5\"",
    "PUBLISH topic=\"sensors/4711/report\" qos=1 id=17 message_expiry_interval=60 "
    "content_type=\"application/json\" response_topic=\"replies/4711\" "
    "correlation_data=hex(01020304) user_property={\"trace\": \"a1b2c3\"} "
    "payload=\"{\\\"temperature\\\": 21.5, \\\"humidity\\\": 40}\"",
    "PUBACK id=17",
    "SUBSCRIBE id=18 filters=[\"sensors/+/temperature\" \"alarms/#\"] max_qos=[1 2] "
    "subscription_identifier=5",
    "SUBACK id=18 reasons=[granted_qos_1 granted_qos_2]",
    "PINGREQ",
};

struct sample {
  packet value;
  byte_buffer bytes;
};

const std::vector<sample>& samples() {
  static const std::vector<sample> made = [] {
    std::vector<sample> list;
    for (const std::string_view text : mix) {
      const auto p = parse_packet(text, protocol_version::v5);
      if (!p) std::abort();
      const auto e = encode(*p);
      if (!e) std::abort();
      list.push_back({*p, e->bytes});
    }
    return list;
  }();
  return made;
}

void count_packets(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples().size()));
  state.counters["per_packet"] = benchmark::Counter(
      static_cast<double>(samples().size()),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void decode_a_view(benchmark::State& state) {
  for (auto _ : state) {
    for (const sample& s : samples()) {
      auto view = decode_view(s.bytes, {protocol_version::v5, sender::server});
      benchmark::DoNotOptimize(view);
    }
  }
  count_packets(state);
}
BENCHMARK(decode_a_view);

void decode_owned(benchmark::State& state) {
  for (auto _ : state) {
    for (const sample& s : samples()) {
      auto p = decode(s.bytes, {protocol_version::v5, sender::server});
      benchmark::DoNotOptimize(p);
    }
  }
  count_packets(state);
}
BENCHMARK(decode_owned);

void encode_into_a_buffer(benchmark::State& state) {
  byte_buffer out;
  for (auto _ : state) {
    out.clear();
    for (const sample& s : samples()) benchmark::DoNotOptimize(encode_to(s.value, out));
  }
  count_packets(state);
}
BENCHMARK(encode_into_a_buffer);

void encode_with_a_map(benchmark::State& state) {
  for (auto _ : state) {
    for (const sample& s : samples()) {
      auto e = encode(s.value);
      benchmark::DoNotOptimize(e);
    }
  }
  count_packets(state);
}
BENCHMARK(encode_with_a_map);

void print_packets(benchmark::State& state) {
  for (auto _ : state) {
    for (const sample& s : samples()) benchmark::DoNotOptimize(print(s.value));
  }
  count_packets(state);
}
BENCHMARK(print_packets);

}  // namespace
}  // namespace mqttspec::wire
