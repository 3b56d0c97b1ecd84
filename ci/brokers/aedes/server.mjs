// server.mjs MODULES PORT: aedes with its defaults on a TCP port of loopback.
import { createServer } from 'node:net'
import { createRequire } from 'node:module'

const [modules, port] = process.argv.slice(2)
const { Aedes } = createRequire(`${modules}/`)('aedes')
const broker = await Aedes.createBroker()
createServer(broker.handle).listen(Number(port), '127.0.0.1')
