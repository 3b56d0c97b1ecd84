"""Drives gmqtt (PyPI) for `mqttspec run --client`: docs/clients.md."""
import asyncio
import json
import sys
from importlib.metadata import version
import gmqtt
from gmqtt.mqtt.constants import MQTTv50, MQTTv311

CONNECT = ("session_expiry_interval", "receive_maximum", "maximum_packet_size", "topic_alias_maximum")
client, numbers = None, {}  # n of a request by its Packet Identifier


def say(ev, **fields):
    print(json.dumps({"ev": ev, **fields}), flush=True)


def given(c, names):
    return {name: c[name] for name in names if name in c}


def message(_client, topic, payload, qos, properties):
    say("message", topic=topic, payload_hex=payload.hex(), qos=qos, retain=properties["retain"], dup=properties["dup"])
    return 0


def done(_client, mid, reasons, _properties=None):
    if mid in numbers:
        say("done", n=numbers.pop(mid), reason=reasons[0] if reasons else 0)


async def connect(c):
    global client
    client = gmqtt.Client(c["client_id"], clean_session=bool(c["clean_start"]), **given(c, CONNECT))
    client.set_config({"reconnect_retries": -1, "reconnect_delay": 0.2})
    client.on_connect = lambda _c, present, reason, _p: say("connected", session_present=present, reason=reason)
    client.on_disconnect = lambda *_: say("closed")
    client.on_message, client.on_subscribe, client.on_unsubscribe = message, done, done
    await client.connect(c["host"], c["port"], keepalive=c.get("keep_alive", 60),
                         version=MQTTv50 if c["version"] == "5" else MQTTv311)


async def run(c):
    if c["cmd"] == "connect":
        await connect(c)
    elif c["cmd"] == "publish":
        payload = bytes.fromhex(c["payload_hex"]) if "payload_hex" in c else c.get("payload", "")
        client.publish(c["topic"], payload, c["qos"], bool(c.get("retain")),
                       **given(c, ("topic_alias", "message_expiry_interval")))
    elif c["cmd"] == "subscribe":
        numbers[client.subscribe(c["filter"], c["max_qos"])] = c["n"]
    elif c["cmd"] == "unsubscribe":
        numbers[client.unsubscribe(c["filter"])] = c["n"]
    elif c["cmd"] == "disconnect":
        await client.disconnect(**given(c, ("session_expiry_interval",)))
        say("closed")
    elif c["cmd"] != "reconnect":  # which it does by itself
        say("refused", n=c["n"], why="unknown")


async def attempt(c):
    try:
        await run(c)
    except Exception as error:  # whatever the library raises is its refusal
        say("refused", n=c["n"], why=f"{type(error).__name__}: {error}")


async def main():
    say("ready", adapter=1, name="gmqtt", version=version("gmqtt"), facts={"done": 0})
    while line := await asyncio.to_thread(sys.stdin.readline):
        asyncio.create_task(attempt(json.loads(line)))

asyncio.run(main())
