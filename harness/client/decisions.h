#pragma once
// The decisions of the embedded client, each in the form that the standards ask for. Another value
// is a client with exactly one defect (client/defects.h).

#include <cstdint>

namespace mqttspec::client {

struct decisions {
  // Connecting.
  bool keeps_client_id = true;
  bool keeps_interval = true;             // the Session Expiry Interval that it was asked for
  bool closes_on_unknown_session = true;  // Session Present 1, and it has none

  // What it keeps.
  bool keeps_outgoing = true;  // over the end of a connection
  bool keeps_incoming = true;
  bool drops_outgoing_when_lost = true;  // Session Present 0
  bool drops_incoming_when_lost = true;
  bool drops_at_clean_start = true;
  bool keeps_own_limits = true;  // in CONNECT, whatever CONNACK says
  bool keeps_store = true;       // over the end of the process, where it was asked to

  // Sent again.
  bool repeats_publish = true;
  bool repeats_pubrel = true;
  bool repeats_with_dup = true;
  bool repeats_with_its_id = true;
  bool repeats_in_order = true;
  bool repeats_pubrel_as_pubrel = true;  // not PUBLISH
  bool repeats_open_only = true;         // not what was acknowledged
  bool repeats_on_resume_only = true;    // not by a timer
  bool repeats_expired = true;           // Message Expiry Interval is no reason not to
  bool repeats_once = true;

  bool sorts_by_number = true;      // and not by the text of identifiers
  bool repeats_full_window = true;  // however many there are
  bool repeats_old_only = true;     // not what was sent first on this connection

  // Asked for while there is no connection.
  bool keeps_asked_while_away = true;
  bool keeps_never_sent_when_lost = true;  // Session Present 0

  // Identifiers.
  bool avoids_used = true;
  bool one_set = true;  // of PUBLISH, SUBSCRIBE and UNSUBSCRIBE
  bool repeats_id_in_pubrel = true;
  bool repeats_id_in_puback = true;
  bool repeats_id_in_pubrec = true;
  bool repeats_id_in_pubcomp = true;

  // Answers to what it receives.
  bool answers_qos1 = true;
  bool answers_qos2 = true;
  bool answers_by_qos = true;  // no PUBACK for QoS 2
  bool answers_repeats = true;
  bool answers_repeats_with_dup_0 = true;
  bool answers_qos1_again = true;
  bool answers_pubrel = true;
  bool answers_unknown_pubrel = true;
  bool pubacks_in_order = true;
  bool pubrecs_in_order = true;
  bool pubrels_in_order = true;
  bool delivers_qos2_once = true;
  bool delivers_after_pubcomp = true;
  bool delivers_after_puback = true;  // the same identifier with DUP 1
  bool delivers_first_dup = true;
  bool copies_no_dup = true;
  bool first_has_dup_0 = true;

  // Acknowledgements.
  bool pubrec_makes_pubrel = true;
  bool pubrec_0x10_makes_pubrel = true;
  bool failing_pubrec_ends = true;
  bool failing_puback_ends = true;
  bool failing_ack_keeps_connection = true;
  bool puback_completes = true;
  bool done_behind_puback = true;
  bool done_behind_pubrec = true;  // not before it
  bool takes_short_acks = true;
  bool takes_unknown_pubcomp = true;  // 0x92

  // The server's limits.
  bool keeps_receive_maximum = true;
  bool counts_repeats = true;
  bool takes_new_receive_maximum = true;
  bool gives_back_at_puback = true;
  bool gives_back_at_pubcomp = true;
  bool gives_back_at_failing_pubrec = true;
  bool pubrec_holds_quota = true;
  bool asks_at_zero_quota = true;
  bool answers_at_zero_quota = true;
  bool keeps_maximum_qos = true;
  bool keeps_retain_available = true;
  bool keeps_packet_size = true;
  bool keeps_alias_maximum = true;
  bool takes_no_alias_as_0 = true;
  bool forgets_outgoing_aliases = true;
  bool forgets_incoming_aliases = true;
  bool takes_highest_alias = true;
  bool takes_server_keep_alive = true;

  bool frees_own_window = true;            // at PUBCOMP
  bool takes_quota_anew_when_lost = true;  // Session Present 0
  bool forgets_alias_maximum = true;       // of an older connection
  bool sends_above_own_size = true;        // its own Maximum Packet Size binds the server

  // What it refuses to send.
  bool refuses_topic_wildcards = true;
  bool refuses_misplaced_hash = true;
  bool refuses_misplaced_plus = true;
  bool refuses_nameless_share = true;
  bool refuses_wildcards_in_share = true;

  // Time and the end.
  bool pings = true;
  bool counts_own_packets_only = true;  // for Keep Alive
  bool closes_behind_disconnect = true;
  bool silent_behind_disconnect = true;
  bool closes_on_disconnect = true;

  // What is malformed or forbidden ends the connection.
  bool closes_on_reserved_flags = true;
  bool closes_on_qos_3 = true;
  bool closes_on_type_0 = true;
  bool closes_on_long_length = true;
  bool closes_on_ill_text = true;
  bool closes_on_null = true;
  bool closes_on_second_connack = true;
  bool closes_on_disconnect_flags = true;
  bool closes_on_reason_alone = true;  // DISCONNECT without properties
  bool closes_on_foreign_property = true;
  bool closes_on_alias_0 = true;
  bool closes_on_alias_above = true;
  bool closes_on_unknown_alias = true;
  bool closes_on_empty_topic = true;
  bool closes_on_property_twice = true;
  bool closes_on_alias_twice = true;
  bool takes_any_property_order = true;

  // Text.
  bool keeps_bom = true;
};

}  // namespace mqttspec::client
