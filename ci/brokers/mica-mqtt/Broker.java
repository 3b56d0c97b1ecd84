import org.dromara.mica.mqtt.core.server.MqttServer;

/** Broker PORT: mica-mqtt with its defaults on loopback, all clients anonymous, stored in memory. */
public final class Broker {
  public static void main(String[] arguments) {
    MqttServer server = MqttServer.create()
        .enableMqtt(listener -> listener.serverNode("127.0.0.1", Integer.parseInt(arguments[0])).build())
        .start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
  }
}
