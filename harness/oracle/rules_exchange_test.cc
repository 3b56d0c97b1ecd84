#include "oracle/trace_test.h"

namespace mqttspec::oracle {

std::vector<sample> exchange_samples() {
  constexpr const char* free = "identifier-is-free";
  constexpr const char* place = "repeat-has-its-place";
  constexpr const char* dup = "repeat-has-dup-1";
  constexpr const char* keeps = "repeat-keeps-its-identifier";
  constexpr const char* first = "first-has-dup-0";
  constexpr const char* record = "release-follows-a-record";
  constexpr const char* answered = "record-is-answered";
  constexpr const char* stays = "acknowledged-stays-so";
  constexpr const char* owed = "owed-is-sent-again";
  const std::string m2_published = R"(
    pub > PUBLISH topic="t/a" qos=1 id=2 payload="m2"
    pub < PUBACK id=2
  )";
  const std::string m1_again = "sub < PUBLISH topic=\"t/a\" qos=1 dup=1 id=1 payload=\"m1\"\n";
  const std::string qos2 = both_join + R"(
    pub > PUBLISH topic="t/a" qos=2 id=1 payload="m1"
    pub < PUBREC id=1
    pub > PUBREL id=1
    pub < PUBCOMP id=1
    sub < PUBLISH topic="t/a" qos=2 id=1 payload="m1"
  )";
  const std::string qos2_again = "sub < PUBLISH topic=\"t/a\" qos=2 dup=1 id=1 payload=\"m1\"\n";
  const std::string one = both_join + m1_published + m1_comes;
  const std::string cut = "sub - abort\n";
  return {
      {free, "another message under it",
       one + m2_published + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m2\"\n", true},
      {free, "acknowledged before",
       one + "sub > PUBACK id=1\n" + m2_published +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m2\"\n",
       false},
      {free, "what is too large on the resume counts as delivered",
       one + cut +
           "sub > CONNECT client_id=\"t-sub\" clean_start=0 session_expiry_interval=60 "
           "maximum_packet_size=20\n sub < CONNACK session_present=1\n" +
           m2_published + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m2\"\n",
       false},
      {free, "each session has its own",
       one + cut +
           "sub > CONNECT client_id=\"t-sub\" clean_start=1\n"
           "sub < CONNACK session_present=0\n sub > SUBSCRIBE id=1 filter=\"t/a\" max_qos=1\n"
           "sub < SUBACK id=1 reasons=[granted_qos_1]\n" +
           m2_published + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m2\"\n",
       false},
      {place, "PUBLISH on a live connection", one + m1_again, true},
      {place, "PUBREL on a live connection",
       qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n sub < PUBREL id=1\n", true},
      {place, "PUBLISH behind PUBREL",
       qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n" + cut + sub_resumes + qos2_again, true},
      {place, "a repeat on a live connection of 3.1.1",
       old_joins + pub_joins + m1_published +
           "old < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n"
           "old < PUBLISH topic=\"t/a\" qos=1 dup=1 id=1 payload=\"m1\"\n",
       false},
      {place, "each PUBREC asks for a PUBREL",
       qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n sub > PUBREC id=1\n sub < PUBREL id=1\n",
       false},
      {place, "on a resume", one + cut + sub_resumes + m1_again, false},
      {dup, "DUP 0 on a resume",
       one + cut + sub_resumes + "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n", true},
      {dup, "DUP 1 on a resume", one + cut + sub_resumes + m1_again, false},
      {dup, "DUP 0 where the acknowledgement freed it",
       one + "sub > PUBACK id=1\n" + cut + sub_resumes + m1_published +
           "sub < PUBLISH topic=\"t/a\" qos=1 id=1 payload=\"m1\"\n",
       false},
      {keeps, "another one",
       one + cut + sub_resumes + "sub < PUBLISH topic=\"t/a\" qos=1 dup=1 id=5 payload=\"m1\"\n",
       true},
      {keeps, "the same", one + cut + sub_resumes + m1_again, false},
      {keeps, "the message was sent twice",
       one + m1_published + cut + sub_resumes +
           "sub < PUBLISH topic=\"t/a\" qos=1 dup=1 id=5 payload=\"m1\"\n",
       false},
      {first, "on the first connection", both_join + m1_published + m1_again, true},
      {first, "published behind the close",
       both_join + sub_leaves + m1_published + sub_resumes + m1_again, true},
      {first, "the connection before may have lost it",
       both_join + m1_published + cut + sub_resumes + m1_again, false},
      {record, "of nothing", both_join + "sub < PUBREL id=1\n", true},
      {record, "without PUBREC", qos2 + "sub < PUBREL id=1\n", true},
      {record, "of a PUBREC, known or not",
       both_join + "sub > PUBREC id=7\n sub < PUBREL id=7 reason=packet_identifier_not_found\n",
       false},
      {answered, "no PUBREL", qos2 + "sub > PUBREC id=1\n + 4s", true},
      {answered, "a PUBREC that refuses",
       qos2 + "sub > PUBREC id=1 reason=unspecified_error\n + 4s", false},
      {answered, "PUBREL", qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n + 4s", false},
      {stays, "PUBLISH behind a PUBACK that was read",
       one + "sub > PUBACK id=1\n sub > PINGREQ\n sub < PINGRESP\n" + cut + sub_resumes + m1_again,
       true},
      {stays, "PUBREL behind a PUBCOMP that was read",
       qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n sub > PUBCOMP id=1\n" + sub_leaves +
           sub_resumes + "sub < PUBREL id=1\n",
       true},
      {stays, "the PUBACK may have been lost",
       one + "sub > PUBACK id=1\n" + cut + sub_resumes + m1_again, false},
      {owed, "no PUBLISH", one + cut + sub_resumes + "+ 4s", true},
      {owed, "no PUBREL",
       qos2 + "sub > PUBREC id=1\n sub < PUBREL id=1\n" + cut + sub_resumes + "+ 4s", true},
      {owed, "not yet", one + cut + sub_resumes + "+ 1s", false},
      {owed, "too large now",
       one + cut +
           "sub > CONNECT client_id=\"t-sub\" clean_start=0 session_expiry_interval=60 "
           "maximum_packet_size=20\n sub < CONNACK session_present=1\n + 4s",
       false},
      {owed, "sent again", one + cut + sub_resumes + m1_again + "+ 4s", false},
  };
}

}  // namespace mqttspec::oracle
