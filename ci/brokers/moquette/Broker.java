import io.moquette.BrokerConstants;
import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.util.Properties;

/** Broker PORT DIRECTORY: Moquette with its defaults on loopback, all clients anonymous. */
public final class Broker {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty(BrokerConstants.HOST_PROPERTY_NAME, "127.0.0.1");
    properties.setProperty(BrokerConstants.PORT_PROPERTY_NAME, arguments[0]);
    properties.setProperty(BrokerConstants.ALLOW_ANONYMOUS_PROPERTY_NAME, "true");
    properties.setProperty(BrokerConstants.DATA_PATH_PROPERTY_NAME, arguments[1]);
    properties.setProperty(BrokerConstants.PERSISTENCE_ENABLED_PROPERTY_NAME, "true");
    properties.setProperty(BrokerConstants.ENABLE_TELEMETRY_NAME, "false");
    Server server = new Server();
    server.startServer(new MemoryConfig(properties));
    Runtime.getRuntime().addShutdownHook(new Thread(server::stopServer));
  }
}
