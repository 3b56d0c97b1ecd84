// Limits of its own, keep alive, goodbye, reads.

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using std::chrono::seconds;
using wire::packet_type;

constexpr defect table[] = {
    // Limits of its own, keep alive and goodbye.
    {"own-packet-limit-not-kept", "takes packets larger than the Maximum Packet Size it announced",
     "v5:v5-3.2.2.3.6-a", "https://github.com/eclipse-mosquitto/mosquitto/issues/3515",
     [](rules& r) { r.inbound_too_large = [](const packet_size_facts&) { return false; }; }},
    {"keep-alive-not-enforced", "never closes for silence",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24 v5:v5-3.1.2.5-a v5:MQTT-3.1.2-8 v311:v311-3.1.2.5-a "
     "v311:MQTT-3.1.2-8",
     "https://github.com/hivemq/hivemq-community-edition/commit/05e67822",
     [](rules& r) {
       r.keep_alive_limit = [](const keep_alive_facts&) -> duration { return duration::max(); };
     }},
    {"keep-alive-of-old-connection", "a session keeps the Keep Alive of its connection before",
     "v5:v5-3.1.2.10-a v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24", "",
     [](rules& r) {
       r.keep_alive_in_force = [](const keep_alive_facts& f) {
         return f.former != 0 ? f.former : sound_rules().keep_alive_in_force(f);
       };
     }},
    {"keep-alive-too-strict", "closes when three quarters of Keep Alive have passed",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24 v5:MQTT-3.2.2-22 v311:v311-3.1.2.5-a v5:v5-3.1.2.5-a", "",
     [](rules& r) {
       r.keep_alive_limit = [](const keep_alive_facts& f) -> duration {
         return f.in_force == 0 ? duration::max() : duration(seconds(f.in_force)) * 3 / 4;
       };
     }},
    {"keep-alive-restarted-by-ping-only", "only PINGREQ counts as a sign of life",
     "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24", "",
     [](rules& r) {
       r.keep_alive_restarts = [](const keep_alive_facts& f) {
         return f.packet == packet_type::pingreq;
       };
     }},
    {"ping-not-answered", "PINGREQ gets no PINGRESP", "v5:MQTT-3.12.4-1 v311:MQTT-3.12.4-1", "",
     [](rules& r) { r.ping_is_answered = [](const close_facts&) { return false; }; }},
    {"not-closed-after-disconnect", "leaves the connection open behind DISCONNECT",
     "v5:v5-3.14.4-a v311:v311-3.14.4-a v5:v5-3.14.2.2.2-c", "",
     [](rules& r) { r.closes_after_disconnect = [](const close_facts&) { return false; }; }},
    {"keep-alive-restarted-by-its-own-packets",
     "what it sends counts as a sign of life of the client", "v5:MQTT-3.1.2-22 v311:MQTT-3.1.2-24",
     "",
     [](rules& r) {
       r.keep_alive_restarts_by_sending = [](const keep_alive_facts&) { return true; };
     }},
    {"server-keep-alive-not-enforced", "announces a Server Keep Alive and obeys that of the client",
     "v5:MQTT-3.1.2-22 v5:MQTT-3.2.2-22", "",
     [](rules& r) {
       r.keep_alive_limit = [](const keep_alive_facts& f) -> duration {
         return f.asked == 0 ? duration::max() : std::chrono::milliseconds(1500) * f.asked;
       };
     }},
    {"server-keep-alive-not-told", "enforces a Server Keep Alive that it does not announce",
     "v5:MQTT-3.2.2-22 v5:MQTT-3.1.2-22", "",
     [](rules& r) { r.keep_alive_is_announced = [](const keep_alive_facts&) { return false; }; }},

    // Reads, and frames of WebSocket.
    {"text-frames-taken", "takes text frames of WebSocket for binary ones",
     "v5:MQTT-6.0.0-1 v311:MQTT-6.0.0-1", "",
     [](rules& r) { r.text_frame_is_taken = [](const read_facts&) { return true; }; }},
    {"packet-in-pieces-lost", "loses a packet that does not come in one read",
     "v5:MQTT-6.0.0-2 v311:MQTT-6.0.0-2", "",
     [](rules& r) { r.rest_is_kept = [](const read_facts&) { return false; }; }},
    {"second-packet-of-a-read-lost", "takes the first packet of a read only",
     "v5:MQTT-6.0.0-2 v5:MQTT-3.8.4-1 v5:MQTT-4.3.2-4 v5:MQTT-3.12.4-1 v5:MQTT-3.14.4-3 "
     "v311:MQTT-6.0.0-2 v311:MQTT-3.8.4-1 v311:MQTT-4.3.2-2 v311:MQTT-3.12.4-1 v311:MQTT-3.14.4-3",
     "", [](rules& r) { r.next_packet_is_taken = [](const read_facts&) { return false; }; }},
};

}  // namespace

std::span<const defect> connection_defects() {
  return table;
}

}  // namespace mqttspec::broker
