import static java.util.Map.entry;

import com.google.gson.JsonObject;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Drives the HiveMQ MQTT client for `mqttspec run --client`: docs/clients.md. */
final class Client {
  static Mqtt5AsyncClient v5;
  static Mqtt3AsyncClient v3;

  static void connect(JsonObject c) {
    var builder = MqttClient.builder().identifier(Adapter.text(c, "client_id")).serverHost(Adapter.text(c, "host"))
        .serverPort((int) Adapter.number(c, "port", 0))
        .addConnectedListener(x -> Adapter.say("connected")).addDisconnectedListener(x -> Adapter.say("closed", "why", x.getCause().toString()))
        .automaticReconnect().initialDelay(200, TimeUnit.MILLISECONDS).maxDelay(400, TimeUnit.MILLISECONDS).applyAutomaticReconnect();
    int keepAlive = (int) Adapter.number(c, "keep_alive", 60);
    boolean clean = Adapter.number(c, "clean_start", 1) != 0;
    if (!Adapter.text(c, "version").equals("5")) {
      v3 = builder.useMqttVersion3().buildAsync();
      v3.publishes(MqttGlobalPublishFilter.ALL, m -> Adapter.message(m.getTopic().toString(), m.getPayloadAsBytes(), m.getQos().getCode(), m.isRetain()));
      v3.connectWith().cleanSession(clean).keepAlive(keepAlive).send();
      return;
    }
    v5 = builder.useMqttVersion5().buildAsync();
    v5.publishes(MqttGlobalPublishFilter.ALL, m -> Adapter.message(m.getTopic().toString(), m.getPayloadAsBytes(), m.getQos().getCode(), m.isRetain()));
    var limits = v5.connectWith().cleanStart(clean).keepAlive(keepAlive).sessionExpiryInterval(Adapter.number(c, "session_expiry_interval", 0)).restrictions();
    if (c.has("receive_maximum")) limits.receiveMaximum((int) Adapter.number(c, "receive_maximum", 0));
    if (c.has("maximum_packet_size")) limits.maximumPacketSize((int) Adapter.number(c, "maximum_packet_size", 0));
    if (c.has("topic_alias_maximum")) limits.topicAliasMaximum((int) Adapter.number(c, "topic_alias_maximum", 0));
    limits.applyRestrictions().send();
  }

  static void outcome(JsonObject c, CompletionStage<?> when) {
    when.whenComplete((x, why) -> {
      boolean answered = why != null && why.getClass().getName().contains("Mqtt5Pub"); // by PUBACK or PUBREC, with an error
      if (why == null || answered) Adapter.done(c, answered ? 0x80 : 0); else Adapter.refused(c, why);
    });
  }

  static MqttQos qos(JsonObject c, String name) { return MqttQos.fromCode((int) Adapter.number(c, name, 0)); }

  static void publish(JsonObject c) {
    boolean retain = Adapter.number(c, "retain", 0) != 0;
    if (v5 == null) {
      outcome(c, v3.publish(Mqtt3Publish.builder().topic(Adapter.text(c, "topic")).payload(Adapter.payload(c)).qos(qos(c, "qos")).retain(retain).build()));
      return;
    }
    var m = Mqtt5Publish.builder().topic(Adapter.text(c, "topic")).payload(Adapter.payload(c)).qos(qos(c, "qos")).retain(retain);
    if (c.has("message_expiry_interval")) m.messageExpiryInterval(Adapter.number(c, "message_expiry_interval", 0));
    outcome(c, v5.publish(m.build()));
  }

  static void disconnect(JsonObject c) {
    if (v5 == null) { v3.disconnect(); return; }
    var d = v5.disconnectWith();
    if (c.has("session_expiry_interval")) d.sessionExpiryInterval(Adapter.number(c, "session_expiry_interval", 0));
    d.send();
  }

  public static void main(String[] args) throws Exception {
    Adapter.serve("HiveMQ MQTT client", "1.3.12", Map.of("topic_alias_out", "library"), Map.ofEntries(
        entry("connect", Client::connect), entry("reconnect", c -> { }), // which it does by itself
        entry("publish", Client::publish), entry("disconnect", Client::disconnect),
        entry("subscribe", c -> outcome(c, v5 == null ? v3.subscribeWith().topicFilter(Adapter.text(c, "filter")).qos(qos(c, "max_qos")).send()
            : v5.subscribeWith().topicFilter(Adapter.text(c, "filter")).qos(qos(c, "max_qos")).send())),
        entry("unsubscribe", c -> outcome(c, v5 == null ? v3.unsubscribeWith().topicFilter(Adapter.text(c, "filter")).send()
            : v5.unsubscribeWith().topicFilter(Adapter.text(c, "filter")).send()))));
  }
}
