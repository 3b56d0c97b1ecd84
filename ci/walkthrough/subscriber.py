"""subscriber.py PORT: the session of one subscriber, with paho-mqtt. Says a line when it has gone and waits for
a line before it returns; prints what it is told.
"""
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port = int(sys.argv[1])
events = queue.Queue()


def expiry(packet, seconds):
    properties = Properties(packet)
    properties.SessionExpiryInterval = seconds
    return properties


def connect(clean_start):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="walkthrough-sub", protocol=mqtt.MQTTv5)
    client.on_connect = lambda c, u, flags, reason, p: events.put(("session present", int(flags.session_present)))
    client.on_subscribe = lambda c, u, mid, reasons, p: events.put(("granted", reasons[0].value))
    client.on_message = lambda c, u, m: events.put(("message", m.payload.decode()))
    client.on_disconnect = lambda c, u, flags, reason, p: events.put(("gone", int(reason.value)))
    client.connect("127.0.0.1", port, clean_start=clean_start, properties=expiry(PacketTypes.CONNECT, 300))
    client.loop_start()
    return client


def told(what):
    name, value = events.get(timeout=10)
    print(f"{name}: {value}", flush=True)
    if name != what:
        sys.exit(f"expected: {what}")
    return value


def leave(client, properties=None):
    client.disconnect(properties=properties)
    told("gone")
    client.loop_stop()


client = connect(clean_start=False)
told("session present")
client.subscribe("walkthrough/news", qos=1)
told("granted")
leave(client)
print("away", flush=True)
sys.stdin.readline()

client = connect(clean_start=False)
told("session present")
told("message")
leave(client, expiry(PacketTypes.DISCONNECT, 0))  # the session ends now

client = connect(clean_start=False)
told("session present")
leave(client, expiry(PacketTypes.DISCONNECT, 0))
