import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Files;
import java.nio.file.Path;

/** Broker PORT DIRECTORY: HiveMQ CE with its defaults on loopback, every client allowed. */
public final class Broker {
  private static final String CONFIGURATION = """
      <?xml version="1.0"?>
      <hivemq>
        <listeners>
          <tcp-listener>
            <port>%s</port>
            <bind-address>127.0.0.1</bind-address>
          </tcp-listener>
        </listeners>
        <anonymous-usage-statistics>
          <enabled>false</enabled>
        </anonymous-usage-statistics>
      </hivemq>
      """;

  /** What the distribution's allow-all extension does. */
  private static final class AllowAll implements ExtensionMain {
    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      SimpleAuthenticator allow = (packet, decision) -> decision.authenticateSuccessfully();
      Services.securityRegistry().setAuthenticatorProvider(provider -> allow);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    Path configuration = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(configuration.resolve("config.xml"), CONFIGURATION.formatted(arguments[0]));
    EmbeddedExtension allowAll = EmbeddedExtension.builder()
        .withId("allow-all")
        .withName("allow all")
        .withVersion("1")
        .withAuthor("mqttspec")
        .withExtensionMain(new AllowAll())
        .build();
    EmbeddedHiveMQ broker = EmbeddedHiveMQ.builder()
        .withConfigurationFolder(configuration)
        .withDataFolder(Files.createDirectories(directory.resolve("data")))
        .withExtensionsFolder(Files.createDirectories(directory.resolve("extensions")))
        .withEmbeddedExtension(allowAll)
        .build();
    broker.start().join();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> broker.stop().join()));
    Thread.currentThread().join();
  }
}
