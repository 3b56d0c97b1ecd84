"""Drives paho-mqtt (PyPI) for `mqttspec run --client`: docs/clients.md."""
import json
import sys
import paho.mqtt.client as paho
from paho.mqtt import __version__
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

v5, client = True, None
numbers, early = {}, {}  # n by the library's message number; outcomes that came before it was known


def say(ev, **fields):
    print(json.dumps({"ev": ev, **fields}), flush=True)


def properties(packet, c, **names):
    p = Properties(packet)
    for name in [k for k, field in names.items() if field in c]:
        setattr(p, name, c[names[name]])
    return p if v5 else None


def done(mid, reason=0):
    early[mid] = getattr(reason, "value", reason)
    if mid in numbers:
        say("done", n=numbers.pop(mid), reason=early.pop(mid))


def asked(mid, n):
    numbers[mid] = n
    if mid in early:
        done(mid, early[mid])


def connect(c):
    global client, v5
    v5 = c["version"] == "5"
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, c["client_id"], protocol=paho.MQTTv5 if v5 else paho.MQTTv311,
                         clean_session=None if v5 else bool(c["clean_start"]))
    client.on_connect = lambda _c, _u, flags, reason, _p: reason.is_failure or say(
        "connected", session_present=flags.session_present, reason=reason.value)
    client.on_disconnect = lambda _c, _u, _f, reason, _p: say("closed", reason=reason.value)
    client.on_message = lambda _c, _u, m: say(
        "message", topic=m.topic, payload_hex=m.payload.hex(), qos=m.qos, retain=m.retain, dup=m.dup)
    client.on_publish = lambda _c, _u, mid, reason, _p: done(mid, reason)
    client.on_subscribe = client.on_unsubscribe = lambda _c, _u, mid, reasons, _p: done(mid, (reasons or [0])[0])
    client.reconnect_delay_set(1, 1)
    client.connect_async(c["host"], c["port"], c.get("keep_alive", 60), **({} if not v5 else {
        "clean_start": bool(c["clean_start"]), "properties": properties(
            PacketTypes.CONNECT, c, SessionExpiryInterval="session_expiry_interval", ReceiveMaximum="receive_maximum",
            MaximumPacketSize="maximum_packet_size", TopicAliasMaximum="topic_alias_maximum")}))
    client.loop_start()


def run(c):
    if c["cmd"] == "connect":
        connect(c)
    elif c["cmd"] == "publish":
        payload = bytes.fromhex(c["payload_hex"]) if "payload_hex" in c else c.get("payload", "")
        more = properties(PacketTypes.PUBLISH, c, TopicAlias="topic_alias", MessageExpiryInterval="message_expiry_interval")
        asked(client.publish(c["topic"], payload, c["qos"], bool(c.get("retain")), more).mid, c["n"])
    elif c["cmd"] == "subscribe":
        options = {"options": SubscribeOptions(c["max_qos"])} if v5 else {"qos": c["max_qos"]}
        asked(client.subscribe(c["filter"], **options)[1], c["n"])
    elif c["cmd"] == "unsubscribe":
        asked(client.unsubscribe(c["filter"])[1], c["n"])
    elif c["cmd"] == "disconnect":
        client.disconnect(properties=properties(PacketTypes.DISCONNECT, c, SessionExpiryInterval="session_expiry_interval"))
    elif c["cmd"] != "reconnect":  # which it does by itself
        say("refused", n=c["n"], why="unknown")


say("ready", adapter=1, name="paho-mqtt", version=__version__, facts={"window": 20, "topic_alias_in": 0})
for line in sys.stdin:
    try:
        run(json.loads(line))
    except Exception as error:  # whatever the library raises is its refusal
        say("refused", n=json.loads(line)["n"], why=f"{type(error).__name__}: {error}")
