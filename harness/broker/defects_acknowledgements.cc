// Acknowledgements from clients, and the window that they open.

#include <algorithm>

#include "broker/defects.h"

namespace mqttspec::broker {
namespace {

using namespace model;
using wire::packet_type;

bool is_acknowledgement(const form_facts& f) {
  return is_v5(f.version) && (f.packet == packet_type::puback || f.packet == packet_type::pubrec ||
                              f.packet == packet_type::pubrel || f.packet == packet_type::pubcomp);
}

constexpr defect table[] = {
    // Acknowledgements from the client.
    {"acknowledged-come-back", "acknowledged messages are sent again on resume",
     "v5:MQTT-4.3.2-3 v5:MQTT-4.3.2-1 v5:MQTT-4.3.3-5 v5:MQTT-4.4.0-1 v5:MQTT-2.2.1-4 "
     "v5:MQTT-4.8.2-6 "
     "v5:v5-2.2.1-a "
     "v311:MQTT-4.3.2-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/dotnet/MQTTnet/pull/1569",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts&) { return false; };
     }},
    {"pubrec-completes", "a message is done with when PUBREC comes",
     "v5:MQTT-4.3.3-5 v5:MQTT-4.4.0-1 v5:MQTT-4.3.3-3 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1 "
     "v5:v5-4.9-b v5:MQTT-4.8.2-4",
     "",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) { return f.known; };
     }},
    {"puback-completes-qos2", "takes PUBACK for the answer to a PUBLISH with QoS 2",
     "v5:MQTT-4.3.3-3 v5:MQTT-4.4.0-1 v311:MQTT-4.3.3-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/14122",
     [](rules& r) {
       r.acknowledgement_fits = [](const acknowledge_facts& f) {
         return f.packet == packet_type::puback || sound_rules().acknowledgement_fits(f);
       };
     }},
    {"pubrec-taken-for-qos1", "takes PUBREC for the answer to a PUBLISH with QoS 1",
     "v5:MQTT-4.3.2-3 v5:MQTT-4.4.0-1 v311:MQTT-4.3.2-1 v311:MQTT-4.4.0-1",
     "https://github.com/emqx/emqx/issues/14122",
     [](rules& r) {
       r.acknowledgement_fits = [](const acknowledge_facts& f) {
         return f.packet == packet_type::pubrec || sound_rules().acknowledgement_fits(f);
       };
     }},
    {"puback-0x80-not-an-acknowledgement", "PUBACK with an error leaves the message in flight",
     "v5:MQTT-4.4.0-2 v5:MQTT-4.3.2-3 v5:v5-4.9-b v5:MQTT-4.4.0-1 v5:MQTT-4.8.2-6", "",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet != packet_type::pubrec && f.reason < 0x80;
       };
     }},
    {"pubrec-0x80-not-an-acknowledgement", "PUBREC with an error leaves the message in flight",
     "v5:v5-4.9-b v5:v5-4.3.3-a v5:MQTT-4.4.0-2",
     "https://github.com/eclipse/mosquitto/issues/2306",
     [](rules& r) {
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet != packet_type::pubrec;
       };
       r.acknowledgement_frees_quota = r.acknowledgement_completes;
     }},
    {"pubrec-not-answered", "PUBREC gets no PUBREL",
     "v5:MQTT-4.3.3-4 v311:MQTT-4.3.3-1 v5:MQTT-4.9.0-3 v5:MQTT-3.3.4-10 v5:MQTT-4.4.0-1 "
     "v311:MQTT-4.4.0-1 v311:MQTT-3.10.4-3 v5:MQTT-3.10.4-3",
     "", [](rules& r) { r.pubrec_is_answered = [](const acknowledge_facts&) { return false; }; }},
    {"unknown-pubrec-refused-with-0x80",
     "answers PUBREC for an unknown Packet Identifier by PUBREL 0x80", "v5:MQTT-3.6.2-1", "",
     [](rules& r) {
       r.sent_instead = [](const sent_facts& f) -> std::optional<byte_buffer> {
         if (f.packet != packet_type::pubrel || f.octets.back() != 0x92) return std::nullopt;
         byte_buffer out(f.octets.begin(), f.octets.end());
         out.back() = 0x80;
         return out;
       };
     }},
    {"unknown-acknowledgement-stops-connection",
     "does not answer anything behind an acknowledgement of an unknown Packet Identifier",
     "v5:MQTT-3.12.4-1 v311:MQTT-3.12.4-1", "",
     [](rules& r) {
       r.answer_stops_connection = [](const answer_facts& f) {
         return !f.known && f.packet != packet_type::pubrel;
       };
     }},
    {"packet-identifier-not-found-is-an-error",
     "closes the connection of a client whose PUBREL or PUBCOMP says 0x92", "v5:v5-3.6.2.1-a", "",
     [](rules& r) { r.answer_is_error = [](const answer_facts& f) { return f.reason == 0x92; }; }},
    {"pubrel-with-error", "every PUBREL carries an error", "v5:MQTT-3.6.2-1 v5:MQTT-4.3.3-4", "",
     [](rules& r) {
       r.pubrel_reason = [](const acknowledge_facts& f) -> std::uint8_t {
         return is_v5(f.version) ? 0x92 : 0;
       };
     }},

    // The client's Receive Maximum.
    {"receive-maximum-ignored", "sends as many messages as there are",
     "v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1 v5:v5-4.9-a v5:v5-4.9-b v5:MQTT-4.9.0-3 "
     "v5:MQTT-3.3.4-10",
     "https://github.com/moscajs/aedes",
     [](rules& r) { r.in_flight_window = [](const window_facts& f) { return f.server; }; }},
    {"receive-maximum-off-by-one", "has one message more in flight than the client allows",
     "v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1 v5:v5-4.9-a v5:v5-4.9-b v5:MQTT-4.9.0-3 "
     "v5:MQTT-3.3.4-10",
     "EMQX b3e6d551e1",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         return is_v5(f.version) ? std::min(f.asked + 1, f.server) : f.server;
       };
     }},
    {"messages-beyond-the-window-lost",
     "what comes while the window is full is dropped, and does not wait",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "https://github.com/halfgaar/FlashMQ/issues/173",
     [](rules& r) {
       r.message_is_queued = [](const queue_facts& f) {
         return sound_rules().message_is_queued(f) && (!f.connected || f.qos == 0 || f.quota > 0);
       };
     }},
    {"thirty-two-open-messages-at-most",
     "drops what comes for a client that has thirty-two messages to acknowledge",
     "v5:MQTT-4.5.0-1 v311:MQTT-4.5.0-1", "",
     [](rules& r) {
       r.message_is_queued = [](const queue_facts& f) {
         const bool full = f.connected && f.qos > 0 && f.quota > 60000 && f.quota <= 65535 - 32;
         return !full && sound_rules().message_is_queued(f);
       };
     },
     sweeping},
    {"receive-maximum-of-old-connection", "a resumed session keeps its former Receive Maximum",
     "v5:v5-4.9-a v5:v5-3.1.2.11.3-b v5:MQTT-3.3.4-9 v5:MQTT-4.9.0-2 v5:MQTT-4.9.0-1",
     "https://github.com/eclipse/mosquitto/issues/2134",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         if (!is_v5(f.version)) return f.server;
         return std::min(f.resumed ? f.previous : f.asked, f.server);
       };
     }},
    {"quota-of-old-connection-stays-used",
     "what was in flight before is missing from the new quota",
     "v5:v5-4.9-a v5:MQTT-4.9.0-1 v5:MQTT-4.4.0-1 v311:MQTT-4.4.0-1 v5:v5-4.9-b v5:MQTT-4.5.0-1 "
     "v5:MQTT-3.1.2-25",
     "https://github.com/halfgaar/FlashMQ/issues/173",
     [](rules& r) {
       r.in_flight_window = [](const window_facts& f) -> std::uint32_t {
         const std::uint32_t all = is_v5(f.version) ? std::min(f.asked, f.server) : f.server;
         return f.resumed && f.unacknowledged < all ? all - f.unacknowledged : f.resumed ? 0 : all;
       };
     }},
    {"unreleased-of-old-connection-counted-twice",
     "QoS 2 messages left unreleased by the connection before count twice against Receive Maximum",
     "v5:v5-3.3.4-f v5:v5-4.9-a", "",
     [](rules& r) {
       r.receive_maximum_exceeded = [](const publish_facts& f) {
         return is_v5(f.version) && f.unacknowledged + 2 * f.left_behind >= f.receive_maximum;
       };
     }},
    {"quota-never-given-back", "acknowledgements free no slot of the window",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9",
     "https://github.com/eclipse/mosquitto/issues/2306",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts&) { return false; };
       r.acknowledgement_completes = [](const acknowledge_facts& f) {
         return f.known && f.packet == packet_type::pubcomp;
       };
     },
     sweeping},
    {"quota-given-back-at-pubrec", "a slot of the window is free when PUBREC comes",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9", "",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts& f) { return f.known; };
     }},
    {"unknown-acknowledgement-frees-quota", "more acknowledgements than messages widen the window",
     "v5:v5-4.9-b v5:MQTT-4.9.0-2 v5:MQTT-3.3.4-9", "",
     [](rules& r) {
       r.acknowledgement_frees_quota = [](const acknowledge_facts& f) {
         return f.packet != packet_type::pubcomp;
       };
     }},
    {"pubrel-again-costs-quota", "a PUBREL that is sent again takes a slot of the window",
     "v5:v5-4.9-b v5:MQTT-4.4.0-1", "",
     [](rules& r) { r.redelivered_release_costs_quota = [](const copy_facts&) { return true; }; }},
    {"long-acknowledgements-overlooked", "overlooks acknowledgements that have a Property Length",
     "v5:v5-3.4.2.1-a v5:MQTT-4.3.2-3 v5:MQTT-4.3.3-3 v5:v5-4.9-b v5:MQTT-4.3.3-11", "",
     [](rules& r) {
       r.form_is_understood = [](const form_facts& f) {
         return !(is_acknowledgement(f) && f.length > 3);
       };
     }},
    {"short-acknowledgements-overlooked",
     "overlooks acknowledgements of 5.0 that leave out the reason code 0x00",
     "v5:v5-3.4.2.1-a v5:MQTT-4.3.2-3 v5:MQTT-4.3.3-3 v5:v5-4.9-b v5:MQTT-4.3.3-11", "",
     [](rules& r) {
       r.form_is_understood = [](const form_facts& f) {
         return !(is_acknowledgement(f) && f.length < 3);
       };
     },
     sweeping},
    {"acknowledgements-of-three-octets-overlooked",
     "overlooks acknowledgements with a reason code and without a Property Length",
     "v5:v5-3.4.2.1-a v5:MQTT-4.3.2-3 v5:MQTT-4.3.3-3 v5:v5-4.9-b v5:MQTT-4.3.3-11 v5:MQTT-4.4.0-2",
     "",
     [](rules& r) {
       r.form_is_understood = [](const form_facts& f) {
         return !(is_acknowledgement(f) && f.length == 3);
       };
     },
     sweeping},
};

}  // namespace

std::span<const defect> acknowledgement_defects() {
  return table;
}

}  // namespace mqttspec::broker
