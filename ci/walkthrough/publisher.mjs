// publisher.mjs NODE_MODULES PORT: publishes one message with QoS 1, with MQTT.js.
import { createRequire } from "node:module";

const [folder, port] = process.argv.slice(2);
const mqtt = createRequire(`${folder}/`)("mqtt");
const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
  protocolVersion: 5,
  clientId: "walkthrough-pub",
  reconnectPeriod: 0,
});
client.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
client.on("connect", async () => {
  await client.publishAsync("walkthrough/news", "while you were away", { qos: 1 });
  console.log("published");
  await client.endAsync();
});
