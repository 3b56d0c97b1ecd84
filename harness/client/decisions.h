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
  bool keeps_store = true;  // over the end of the process, where it was asked to

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

  // Time and the end.
  bool pings = true;
  bool counts_own_packets_only = true;  // for Keep Alive
  bool closes_behind_disconnect = true;
  bool silent_behind_disconnect = true;
  bool closes_on_disconnect = true;

  // Text.
  bool keeps_bom = true;
};

}  // namespace mqttspec::client
