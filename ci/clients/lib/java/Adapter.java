import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/** What adapters in Java share: commands read, events written. */
final class Adapter {
  interface Run { void accept(JsonObject command) throws Exception; }

  /** Names and values in turn. */
  static synchronized void say(String event, Object... fields) {
    JsonObject line = new JsonObject();
    line.addProperty("ev", event);
    for (int i = 0; i < fields.length; i += 2) line.add((String) fields[i], new Gson().toJsonTree(fields[i + 1]));
    System.out.println(line);
  }
  static void done(JsonObject c, int reason) { say("done", "n", c.get("n").getAsInt(), "reason", reason); }
  static void refused(JsonObject c, Throwable why) { say("refused", "n", c.get("n").getAsInt(), "why", String.valueOf(why)); }
  static void message(String topic, byte[] payload, int qos, boolean retain, Object... dup) {
    say("message", "topic", topic, "payload_hex", HexFormat.of().formatHex(payload), "qos", qos, "retain", retain);
  }

  static String text(JsonObject c, String name) { return c.has(name) ? c.get(name).getAsString() : ""; }
  static long number(JsonObject c, String name, long absent) { return c.has(name) ? c.get(name).getAsLong() : absent; }
  static byte[] payload(JsonObject c) {
    return c.has("payload_hex") ? HexFormat.of().parseHex(text(c, "payload_hex")) : text(c, "payload").getBytes(StandardCharsets.UTF_8);
  }

  /** Tells `ready` and runs each command until the input ends. */
  static void serve(String name, String version, Map<String, Object> facts, Map<String, Run> commands) throws Exception {
    say("ready", "adapter", 1, "name", name, "version", version, "facts", facts);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null;) {
      JsonObject c = JsonParser.parseString(line).getAsJsonObject();
      try {
        Run run = commands.get(text(c, "cmd"));
        if (run == null) say("refused", "n", c.get("n").getAsInt(), "why", "unknown");
        else run.accept(c);
      } catch (Exception why) { // whatever the library throws is its refusal
        refused(c, why);
      }
    }
    Runtime.getRuntime().halt(0);
  }
}
