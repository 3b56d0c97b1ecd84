"""Drives the client of amqtt (PyPI) for `mqttspec run --client`: docs/clients.md."""
import asyncio
import json
import logging
import sys
from importlib.metadata import version
from amqtt.client import MQTTClient

client = None
logging.disable(logging.CRITICAL)


def say(ev, **fields):
    print(json.dumps({"ev": ev, **fields}), flush=True)


async def connect(c):
    global client
    client = MQTTClient(c["client_id"], {  # CONNECT has |keep_alive| less |ping_delay|
        "auto_reconnect": True, "reconnect_retries": -1, "reconnect_max_interval": 1, "ping_delay": 1,
        "keep_alive": c.get("keep_alive", 60) + 1})
    await client.connect(f'mqtt://{c["host"]}:{c["port"]}', cleansession=bool(c["clean_start"]))
    say("connected")
    while True:  # the library has no callbacks: messages are fetched
        try:
            m = await client.deliver_message()
            say("message", topic=m.topic, payload_hex=bytes(m.data).hex(), qos=m.qos, retain=int(m.retain))
        except (Exception, asyncio.CancelledError) as error:
            say("log", text=f"{type(error).__name__}: {error}")
            await asyncio.sleep(0.2)


async def run(c):
    if c["cmd"] == "connect":
        await connect(c)
    elif c["cmd"] == "publish":
        payload = bytes.fromhex(c["payload_hex"]) if "payload_hex" in c else c.get("payload", "").encode()
        await client.publish(c["topic"], payload, c["qos"], bool(c.get("retain")))
        say("done", n=c["n"])
    elif c["cmd"] == "subscribe":
        reasons = await client.subscribe([(c["filter"], c["max_qos"])])
        say("done", n=c["n"], reason=reasons[0])
    elif c["cmd"] == "unsubscribe":
        await client.unsubscribe([c["filter"]])
        say("done", n=c["n"])
    elif c["cmd"] == "disconnect":
        await client.disconnect()
        say("closed")
    elif c["cmd"] != "reconnect":
        say("refused", n=c["n"], why="unknown")


async def attempt(c):
    try:
        await run(c)
    except (Exception, asyncio.CancelledError) as error:  # its refusal, or else the connection was lost meanwhile
        lost = c["cmd"] != "connect" and not client.session.transitions.is_connected()
        why = f"{type(error).__name__}: {error}"
        say("log", text=why) if lost else say("refused", n=c["n"], why=why)


async def main():
    say("ready", adapter=1, name="amqtt", version=version("amqtt"), facts={"v5": 0, "topic_alias_out": "none"})
    while line := await asyncio.to_thread(sys.stdin.readline):
        asyncio.create_task(attempt(json.loads(line)))

asyncio.run(main())
