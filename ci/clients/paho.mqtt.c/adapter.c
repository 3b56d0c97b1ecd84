// Drives the asynchronous client of Paho C (Debian) for `mqttspec run --client`: docs/clients.md.
#include "../lib/adapter.h"
#include <MQTTAsync.h>

static MQTTAsync client;
static int v5;

static void connected(void* o, char* cause) { tell("connected", NULL); }
static void lost(void* o, char* cause) { tell("closed", NULL); }
static int message(void* o, char* topic, int length, MQTTAsync_message* m) {
  tell_message(topic, m->payload, m->payloadlen, m->qos, m->retained, m->dup);
  MQTTAsync_freeMessage(&m), MQTTAsync_free(topic);
  return 1;
}
static void done(void* n, MQTTAsync_successData* d) { tell("done", "n", (int)(long)n, "reason", 0, NULL); }
static void done5(void* n, MQTTAsync_successData5* d) { tell("done", "n", (int)(long)n, "reason", (int)d->reasonCode, NULL); }
// What the library does not take it says at once. A failure that is told later is that of the connection.
static void failed(void* n, MQTTAsync_failureData* d) {}
static void failed5(void* n, MQTTAsync_failureData5* d) {
  if (d->reasonCode >= 0x80) tell("done", "n", (int)(long)n, "reason", (int)d->reasonCode, NULL);
}

// A field has one name in all commands.
static MQTTProperties properties(const cJSON* c) {
  static const struct { const char* name; enum MQTTPropertyCodes id; } all[] = {
      {"session_expiry_interval", MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL}, {"receive_maximum", MQTTPROPERTY_CODE_RECEIVE_MAXIMUM},
      {"maximum_packet_size", MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE}, {"topic_alias_maximum", MQTTPROPERTY_CODE_TOPIC_ALIAS_MAXIMUM},
      {"topic_alias", MQTTPROPERTY_CODE_TOPIC_ALIAS}, {"message_expiry_interval", MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL}};
  MQTTProperties list = MQTTProperties_initializer;
  for (size_t i = 0; v5 && i < sizeof all / sizeof *all; ++i) {
    MQTTProperty p = {all[i].id, {0}};
    if (!given(c, all[i].name)) continue;
    if (MQTTProperty_getType(p.identifier) == MQTTPROPERTY_TYPE_TWO_BYTE_INTEGER) p.value.integer2 = number(c, all[i].name, 0);
    else p.value.integer4 = number(c, all[i].name, 0);
    MQTTProperties_add(&list, &p);
  }
  return list;
}

static int connect_to(const cJSON* c) {
  v5 = strcmp(text(c, "version"), "5") == 0;
  MQTTAsync_createOptions made = MQTTAsync_createOptions_initializer5;
  made.MQTTVersion = v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
  char at[256];
  int store = sprintf(at, "tcp://%s:%ld", text(c, "host"), number(c, "port", 0)) && number(c, "store", 0);
  MQTTAsync_createWithOptions(&client, at, text(c, "client_id"), store ? MQTTCLIENT_PERSISTENCE_DEFAULT : MQTTCLIENT_PERSISTENCE_NONE,
                              store ? (void*)text(c, "store_directory") : NULL, &made);
  MQTTAsync_setCallbacks(client, NULL, lost, message, NULL), MQTTAsync_setConnected(client, NULL, connected);
  MQTTAsync_connectOptions o = MQTTAsync_connectOptions_initializer, o5 = MQTTAsync_connectOptions_initializer5;
  if (v5) o = o5;
  MQTTProperties list = properties(c);
  o.keepAliveInterval = number(c, "keep_alive", 60), o.automaticReconnect = 1, o.minRetryInterval = o.maxRetryInterval = 1;
  if (v5) o.cleanstart = number(c, "clean_start", 1), o.connectProperties = &list;
  else o.cleansession = number(c, "clean_start", 1), o.MQTTVersion = MQTTVERSION_3_1_1;
  return MQTTAsync_connect(client, &o);
}
static const char* run(const cJSON* c) {
  MQTTAsync_responseOptions answer = MQTTAsync_responseOptions_initializer;
  answer.context = (void*)number(c, "n", 0);
  if (v5) answer.onSuccess5 = done5, answer.onFailure5 = failed5;
  else answer.onSuccess = done, answer.onFailure = failed;
  MQTTAsync_message m = MQTTAsync_message_initializer;
  MQTTAsync_disconnectOptions goodbye = MQTTAsync_disconnectOptions_initializer5;
  m.payload = payload_of(c, &m.payloadlen), m.qos = number(c, "qos", 0), m.retained = number(c, "retain", 0);
  m.properties = goodbye.properties = properties(c);
  int bad = 0;
  if (is(c, "connect")) bad = connect_to(c);
  else if (is(c, "publish")) bad = MQTTAsync_sendMessage(client, text(c, "topic"), &m, &answer);
  else if (is(c, "subscribe")) bad = MQTTAsync_subscribe(client, text(c, "filter"), number(c, "max_qos", 0), &answer);
  else if (is(c, "unsubscribe")) bad = MQTTAsync_unsubscribe(client, text(c, "filter"), &answer);
  else if (is(c, "disconnect")) bad = MQTTAsync_disconnect(client, &goodbye);
  else if (!is(c, "reconnect")) return "unknown";  // which it does by itself
  return bad ? MQTTAsync_strerror(bad) : NULL;
}

int main(void) {
  char ready[128];
  sprintf(ready, "\"name\":\"Paho C\",\"version\":\"%s\",\"facts\":{\"store\":1,\"topic_alias_in\":0}", MQTTAsync_getVersionInfo()[1].value);
  return serve(ready, run);
}
