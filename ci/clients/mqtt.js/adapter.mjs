// Drives MQTT.js (npm) for `mqttspec run --client`: docs/clients.md. adapter.mjs NODE_MODULES
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(process.argv[2] + '/')
const mqtt = require('mqtt')
let client

const say = (ev, fields) => console.log(JSON.stringify({ ev, ...fields }))
const properties = (c, names) => {
  const given = Object.entries(names).filter(([, field]) => c[field] !== undefined)
  return given.length === 0 ? undefined : Object.fromEntries(given.map(([name, field]) => [name, c[field]]))
}
const outcome = (c) => (error, packet) => {
  const code = packet?.reasonCode ?? error?.code
  if (error && typeof code !== 'number') return say('refused', { n: c.n, why: error.message })
  say('done', { n: c.n, reason: code ?? 0 })
}

function connect (c) {
  client = mqtt.connect({
    host: c.host,
    port: c.port,
    protocol: 'mqtt',
    protocolVersion: c.version === '5' ? 5 : 4,
    clientId: c.client_id,
    clean: c.clean_start !== 0,
    keepalive: c.keep_alive ?? 60,
    reconnectPeriod: 200,
    resubscribe: false,
    properties: properties(c, {
      sessionExpiryInterval: 'session_expiry_interval',
      receiveMaximum: 'receive_maximum',
      maximumPacketSize: 'maximum_packet_size',
      topicAliasMaximum: 'topic_alias_maximum'
    })
  })
  client.on('connect', (p) => say('connected', { session_present: p.sessionPresent ? 1 : 0, reason: p.reasonCode ?? p.returnCode ?? 0 }))
  client.on('close', () => say('closed', {}))
  client.on('error', (error) => say('log', { text: String(error.message) }))
  client.on('message', (topic, payload, p) => say('message', {
    topic, payload_hex: payload.toString('hex'), qos: p.qos, retain: p.retain, dup: p.dup
  }))
}

const commands = {
  connect,
  reconnect () {}, // it does so by itself
  publish: (c) => client.publish(c.topic, c.payload_hex === undefined ? c.payload ?? '' : Buffer.from(c.payload_hex, 'hex'), {
    qos: c.qos,
    retain: c.retain === 1,
    properties: properties(c, { topicAlias: 'topic_alias', messageExpiryInterval: 'message_expiry_interval' })
  }, outcome(c)),
  subscribe: (c) => client.subscribe(c.filter, { qos: c.max_qos }, (error, granted) =>
    outcome(c)(error, { reasonCode: granted?.[0]?.qos })),
  unsubscribe: (c) => client.unsubscribe(c.filter, outcome(c)),
  disconnect: (c) => client.end(false, { properties: properties(c, { sessionExpiryInterval: 'session_expiry_interval' }) },
    () => say('closed', {}))
}

const { version } = require('mqtt/package.json')
say('ready', { adapter: 1, name: 'MQTT.js', version, facts: {} })
createInterface({ input: process.stdin }).on('line', (line) => {
  const c = JSON.parse(line)
  try {
    if (commands[c.cmd]) commands[c.cmd](c)
    else say('refused', { n: c.n, why: 'unknown' })
  } catch (error) { // whatever the library throws is its refusal
    say('refused', { n: c.n, why: String(error.message) })
  }
}).on('close', () => process.exit(0))
