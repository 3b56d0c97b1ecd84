import java.io.File;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/** Broker PORT DIRECTORY: ActiveMQ Classic with one MQTT connector on loopback, its store in DIRECTORY. */
public final class Broker {
  public static void main(String[] arguments) throws Exception {
    // Without waiting for the disk: a busy one would make every answer late.
    KahaDBPersistenceAdapter store = new KahaDBPersistenceAdapter();
    store.setDirectory(new File(arguments[1]));
    store.setJournalDiskSyncStrategy("never");
    BrokerService broker = new BrokerService();
    broker.setBrokerName("mqttspec");
    broker.setUseJmx(false);
    broker.setPersistenceAdapter(store);
    broker.addConnector("mqtt+nio://127.0.0.1:" + arguments[0]);
    broker.start();
    broker.waitUntilStopped();
  }
}
