// Drives libmosquitto (Debian) for `mqttspec run --client`: docs/clients.md.
#include "../lib/adapter.h"
#include <mosquitto.h>
#include <mqtt_protocol.h>

static struct mosquitto* client;
static int v5, numbers[65536], early[65536];  // n by Packet Identifier; outcomes that came before it was known

static void connected(struct mosquitto* m, void* o, int reason, int flags, const mosquitto_property* p) {
  if (reason == 0) tell("connected", "session_present", flags & 1, "reason", reason, NULL);
}
static void closed(struct mosquitto* m, void* o, int reason, const mosquitto_property* p) { tell("closed", NULL); }
static void done(struct mosquitto* m, void* o, int mid, int reason, const mosquitto_property* p) {
  early[mid] = numbers[mid] ? 0 : reason + 1;
  if (numbers[mid]) tell("done", "n", numbers[mid], "reason", reason, NULL);
}
static void subscribed(struct mosquitto* m, void* o, int mid, int count, const int* qos, const mosquitto_property* p) {
  done(m, o, mid, qos[0], p);
}
static void unsubscribed(struct mosquitto* m, void* o, int mid, const mosquitto_property* p) { done(m, o, mid, 0, p); }
static void message(struct mosquitto* m, void* o, const struct mosquitto_message* it, const mosquitto_property* p) {
  tell_message(it->topic, it->payload, it->payloadlen, it->qos, it->retain, -1);
}

// Of any command: a field has one name in all. In the library it has hyphens.
static mosquitto_property* properties(const cJSON* c) {
  static const char* const all[] = {"session_expiry_interval", "receive_maximum", "maximum_packet_size", "topic_alias_maximum",
                                    "topic_alias", "message_expiry_interval", NULL};
  mosquitto_property* list = NULL;
  int id, type;
  for (const char* const* names = all; v5 && *names; ++names) {
    char name[64] = {0};
    for (int i = 0; (*names)[i]; ++i) name[i] = (*names)[i] == '_' ? '-' : (*names)[i];
    if (!given(c, *names) || mosquitto_string_to_property_info(name, &id, &type)) continue;
    if (type == MQTT_PROP_TYPE_INT16) mosquitto_property_add_int16(&list, id, (uint16_t)number(c, *names, 0));
    if (type == MQTT_PROP_TYPE_INT32) mosquitto_property_add_int32(&list, id, (uint32_t)number(c, *names, 0));
  }
  return list;
}

static int connect_to(const cJSON* c) {
  v5 = strcmp(text(c, "version"), "5") == 0;
  client = mosquitto_new(text(c, "client_id"), number(c, "clean_start", 1), NULL);
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
  if (given(c, "receive_maximum")) mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, number(c, "receive_maximum", 0));
  mosquitto_reconnect_delay_set(client, 1, 1, false);
  mosquitto_connect_v5_callback_set(client, connected), mosquitto_disconnect_v5_callback_set(client, closed);
  mosquitto_publish_v5_callback_set(client, done), mosquitto_message_v5_callback_set(client, message);
  mosquitto_subscribe_v5_callback_set(client, subscribed), mosquitto_unsubscribe_v5_callback_set(client, unsubscribed);
  int bad = mosquitto_connect_bind_v5(client, text(c, "host"), number(c, "port", 0), number(c, "keep_alive", 60), NULL,
                                      properties(c));
  return bad ? bad : mosquitto_loop_start(client);
}

static const char* run(const cJSON* c) {
  int mid = 0, bad = 0, length;
  char* payload = payload_of(c, &length);
  if (is(c, "connect")) bad = connect_to(c);
  else if (is(c, "disconnect")) bad = mosquitto_disconnect_v5(client, 0, properties(c));
  else if (is(c, "publish")) bad = mosquitto_publish_v5(client, &mid, text(c, "topic"), length, payload, number(c, "qos", 0),
                                                        number(c, "retain", 0), properties(c));
  else if (is(c, "subscribe")) bad = mosquitto_subscribe_v5(client, &mid, text(c, "filter"), number(c, "max_qos", 0), 0, NULL);
  else if (is(c, "unsubscribe")) bad = mosquitto_unsubscribe(client, &mid, text(c, "filter"));
  else if (!is(c, "reconnect")) return "unknown";  // which it does by itself
  free(payload);
  numbers[mid] = number(c, "n", 0);
  if (early[mid]) done(client, NULL, mid, early[mid] - 1, NULL);
  return bad ? mosquitto_strerror(bad) : NULL;
}

int main(void) {
  char ready[160];
  mosquitto_lib_init();
  sprintf(ready, "\"name\":\"libmosquitto\",\"version\":\"%d.%d.%d\",\"facts\":{\"min_keep_alive\":5,\"window\":20,\"topic_alias_in\":0}",
          LIBMOSQUITTO_MAJOR, LIBMOSQUITTO_MINOR, LIBMOSQUITTO_REVISION);
  return serve(ready, run);
}
