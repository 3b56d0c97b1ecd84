"""Drives aiomqtt (PyPI) for `mqttspec run --client`: docs/clients.md."""
import asyncio, json, math, re, sys
from importlib.metadata import version
import aiomqtt
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

client, v5, wanted = None, True, asyncio.Event()


def say(ev, **fields):
    print(json.dumps({"ev": ev, **fields}), flush=True)


def properties(packet, c, *names):
    p = Properties(packet)  # the number of its type
    for name, field in ((name, re.sub("(?<=.)([A-Z])", r"_\1", name).lower()) for name in names):
        if field in c:
            setattr(p, name, c[field])
    return p if v5 else None


async def stay(c):
    """As the library's documentation has it: the same client object is entered again and again."""
    global client, v5
    v5, clean = c["version"] == "5", bool(c["clean_start"])
    client = aiomqtt.Client(c["host"], c["port"], identifier=c["client_id"], keepalive=c.get("keep_alive", 60), timeout=math.inf,
        protocol=aiomqtt.ProtocolVersion.V5 if v5 else aiomqtt.ProtocolVersion.V311,
        properties=properties(1, c, "SessionExpiryInterval", "ReceiveMaximum", "MaximumPacketSize", "TopicAliasMaximum"),
        **({"clean_start": clean} if v5 else {"clean_session": clean}))
    wanted.set()
    while wanted.is_set():
        try:
            async with client:
                say("connected")
                async for m in client.messages:
                    say("message", topic=m.topic.value, payload_hex=m.payload.hex(), qos=m.qos, retain=m.retain)
        except aiomqtt.MqttError as error:
            say("closed", why=str(error))
            await asyncio.sleep(0.2)


async def run(c):
    if c["cmd"] == "connect":
        await stay(c)
    elif c["cmd"] == "publish":
        payload = bytes.fromhex(c["payload_hex"]) if "payload_hex" in c else c.get("payload", "")
        await client.publish(c["topic"], payload, c["qos"], bool(c.get("retain")),
                             properties(3, c, "TopicAlias", "MessageExpiryInterval"))
        say("done", n=c["n"])
    elif c["cmd"] == "subscribe":
        await client.subscribe(c["filter"], **({"options": SubscribeOptions(c["max_qos"])} if v5 else {"qos": c["max_qos"]}))
        say("done", n=c["n"])
    elif c["cmd"] == "unsubscribe":
        await client.unsubscribe(c["filter"])
        say("done", n=c["n"])
    elif c["cmd"] == "disconnect":
        wanted.clear()
        await client.__aexit__(None, None, None)
    elif c["cmd"] != "reconnect":  # which it does by itself
        say("refused", n=c["n"], why="unknown")


async def attempt(c):
    try:
        await run(c)
    except Exception as error:  # its refusal, or else nobody waits for the outcome any more
        lost = "Disconnected during" in str(error)
        say("log", text=str(error)) if lost else say("refused", n=c["n"], why=str(error))


async def main():
    say("ready", adapter=1, name="aiomqtt", version=version("aiomqtt"),
        facts={"window": 20, "topic_alias_in": 0, "disconnect_expiry": 0})
    while line := await asyncio.to_thread(sys.stdin.readline):
        asyncio.create_task(attempt(json.loads(line)))

asyncio.run(main())
