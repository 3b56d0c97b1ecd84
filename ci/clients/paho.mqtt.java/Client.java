import static java.util.Map.entry;

import com.google.gson.JsonObject;
import java.util.Map;
import org.eclipse.paho.mqttv5.client.*;
import org.eclipse.paho.mqttv5.client.persist.*;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Drives the MQTT 5.0 client of Paho Java for `mqttspec run --client`: docs/clients.md. */
final class Client implements MqttCallback {
  static MqttAsyncClient client;

  public void connectComplete(boolean again, String uri) { Adapter.say("connected"); }
  public void disconnected(MqttDisconnectResponse why) { Adapter.say("closed", "why", String.valueOf(why.getException())); }
  public void messageArrived(String topic, MqttMessage m) { Adapter.message(topic, m.getPayload(), m.getQos(), m.isRetained()); }
  public void mqttErrorOccurred(MqttException why) { Adapter.say("log", "text", String.valueOf(why)); }
  public void deliveryComplete(IMqttToken token) { }
  public void authPacketArrived(int reason, MqttProperties properties) { }

  static Integer property(JsonObject c, String name) { return c.has(name) ? (int) Adapter.number(c, name, 0) : null; }
  static Long longProperty(JsonObject c, String name) { return c.has(name) ? Adapter.number(c, name, 0) : null; }

  static void connect(JsonObject c) throws MqttException {
    MqttClientPersistence kept = Adapter.number(c, "store", 0) == 0 ? new MemoryPersistence()
        : new MqttDefaultFilePersistence(Adapter.text(c, "store_directory"));
    client = new MqttAsyncClient("tcp://" + Adapter.text(c, "host") + ":" + Adapter.number(c, "port", 0), Adapter.text(c, "client_id"), kept);
    client.setCallback(new Client());
    MqttConnectionOptions o = new MqttConnectionOptions();
    o.setAutomaticReconnect(true);
    o.setAutomaticReconnectDelay(1, 1);
    o.setMaxReconnectDelay(1000);
    o.setCleanStart(Adapter.number(c, "clean_start", 1) != 0);
    o.setKeepAliveInterval((int) Adapter.number(c, "keep_alive", 60));
    o.setSessionExpiryInterval(longProperty(c, "session_expiry_interval"));
    o.setReceiveMaximum(property(c, "receive_maximum"));
    o.setMaximumPacketSize(longProperty(c, "maximum_packet_size"));
    o.setTopicAliasMaximum(property(c, "topic_alias_maximum"));
    client.connect(o);
  }

  static MqttActionListener outcome(JsonObject c) {
    return new MqttActionListener() {
      public void onSuccess(IMqttToken t) { Adapter.done(c, t.getReasonCodes() == null || t.getReasonCodes().length == 0 ? 0 : t.getReasonCodes()[0]); }
      public void onFailure(IMqttToken t, Throwable why) {
        boolean lost = why instanceof MqttException e && e.getReasonCode() == MqttClientException.REASON_CODE_CONNECTION_LOST;
        if (lost) Adapter.say("log", "text", why.toString()); else Adapter.refused(c, why);
      }
    };
  }

  static void publish(JsonObject c) throws MqttException {
    MqttProperties p = new MqttProperties();
    p.setTopicAlias(property(c, "topic_alias"));
    p.setMessageExpiryInterval(longProperty(c, "message_expiry_interval"));
    boolean retain = Adapter.number(c, "retain", 0) != 0;
    client.publish(Adapter.text(c, "topic"), new MqttMessage(Adapter.payload(c), (int) Adapter.number(c, "qos", 0), retain, p), null, outcome(c));
  }

  static void disconnect(JsonObject c) throws MqttException {
    MqttProperties p = new MqttProperties();
    p.setSessionExpiryInterval(longProperty(c, "session_expiry_interval"));
    client.disconnect(1000, null, null, 0, p);
  }

  public static void main(String[] args) throws Exception {
    Adapter.serve("Paho Java v5", "1.2.5", Map.of("v311", 0, "store", 1, "topic_alias_out", "library", "topic_alias_in", 0), Map.ofEntries(
        entry("connect", Client::connect), entry("reconnect", c -> { }), // which it does by itself
        entry("publish", Client::publish), entry("disconnect", Client::disconnect),
        entry("subscribe", c -> client.subscribe(Adapter.text(c, "filter"), (int) Adapter.number(c, "max_qos", 0), null, outcome(c))),
        entry("unsubscribe", c -> client.unsubscribe(Adapter.text(c, "filter"), null, outcome(c)))));
  }
}
