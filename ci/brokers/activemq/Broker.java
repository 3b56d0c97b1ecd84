import java.io.File;
import org.apache.activemq.broker.BrokerService;

/** Broker PORT DIRECTORY: ActiveMQ Classic with one MQTT connector on loopback, its store in DIRECTORY. */
public final class Broker {
  public static void main(String[] arguments) throws Exception {
    BrokerService broker = new BrokerService();
    broker.setBrokerName("mqttspec");
    broker.setUseJmx(false);
    broker.setPersistent(true);
    broker.setDataDirectoryFile(new File(arguments[1]));
    broker.addConnector("mqtt+nio://127.0.0.1:" + arguments[0]);
    broker.start();
    broker.waitUntilStopped();
  }
}
