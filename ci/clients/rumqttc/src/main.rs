//! Drives rumqttc for `mqttspec run --client`: docs/clients.md.
use adapter::*;
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::{qos, v5::{ConnectProperties, Packet, PublishProperties}};
use rumqttc::v5::{AsyncClient, ClientError, Event, EventLoop, MqttOptions};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Commands that were not sent yet, in their order; and those that were, by identifier.
#[derive(Default)]
struct Asked(VecDeque<Value>, HashMap<u16, Value>);

fn connect(c: &Value) -> (AsyncClient, EventLoop) {
    let mut o = MqttOptions::new(text(c, "client_id"), text(c, "host"), number(c, "port").unwrap());
    o.set_clean_start(number(c, "clean_start") != Some(0u8));
    o.set_keep_alive(Duration::from_secs(number(c, "keep_alive").unwrap_or(60)));
    let (session_expiry_interval, receive_maximum) = (number(c, "session_expiry_interval"), number(c, "receive_maximum"));
    let (max_packet_size, topic_alias_max) = (number(c, "maximum_packet_size"), number(c, "topic_alias_maximum"));
    o.set_connect_properties(ConnectProperties { session_expiry_interval, receive_maximum, max_packet_size, topic_alias_max, ..ConnectProperties::new() });
    AsyncClient::new(o, 1000)
}

/// The library numbers packets when it sends them, and tells of what it sends and of what comes.
fn happened(event: Event, asked: &mut Asked) {
    let acknowledged = match event {
        Event::Outgoing(Outgoing::Publish(0)) => asked.0.pop_front(),
        Event::Outgoing(Outgoing::Publish(id) | Outgoing::Subscribe(id) | Outgoing::Unsubscribe(id)) => {
            if !asked.1.contains_key(&id) { asked.0.pop_front().map(|c| asked.1.insert(id, c)); }
            None
        }
        Event::Incoming(Packet::PubAck(p)) => asked.1.remove(&p.pkid),
        Event::Incoming(Packet::PubComp(p)) => asked.1.remove(&p.pkid),
        Event::Incoming(Packet::SubAck(p)) => asked.1.remove(&p.pkid),
        Event::Incoming(Packet::UnsubAck(p)) => asked.1.remove(&p.pkid),
        Event::Incoming(Packet::ConnAck(p)) => return say(json!({"ev": "connected", "session_present": p.session_present})),
        Event::Incoming(Packet::Publish(m)) => return message(&m.topic, &m.payload, m.qos as u8, m.retain, m.dup),
        _ => None,
    };
    acknowledged.inspect(done);
}

async fn stay(mut events: EventLoop, asked: Arc<Mutex<Asked>>) {
    loop {
        match events.poll().await {
            Ok(Event::Outgoing(Outgoing::Disconnect)) => return,
            Ok(event) => happened(event, &mut asked.lock().unwrap()),
            Err(why) => say(json!({"ev": "closed", "why": why.to_string()})), // the next poll connects again
        }
    }
}

fn run(client: &AsyncClient, c: &Value, waiting: &mut VecDeque<Value>) -> Result<(), ClientError> {
    let level = |name| qos(number(c, name).unwrap_or(0)).unwrap();
    let (topic_alias, message_expiry_interval) = (number(c, "topic_alias"), number(c, "message_expiry_interval"));
    let p = PublishProperties { topic_alias, message_expiry_interval, ..Default::default() };
    if matches!(text(c, "cmd"), "publish" | "subscribe" | "unsubscribe") { waiting.push_back(c.clone()) }
    match text(c, "cmd") {
        "publish" => client.try_publish_with_properties(text(c, "topic"), level("qos"), number(c, "retain") == Some(1u8), payload(c), p),
        "subscribe" => client.try_subscribe(text(c, "filter"), level("max_qos")),
        "unsubscribe" => client.try_unsubscribe(text(c, "filter")),
        "disconnect" => client.try_disconnect(),
        "reconnect" => Ok(()), // which it does by itself
        _ => Ok(refused(c, "unknown")),
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (asked, mut client) = (Arc::new(Mutex::new(Asked::default())), None);
    serve("rumqttc", "0.25.1", json!({"v311": 0, "min_keep_alive": 5, "disconnect_expiry": 0, "topic_alias_in": 0}), |c| match &client {
        None => {
            let (made, events) = connect(&c);
            runtime.spawn(stay(events, Arc::clone(&asked)));
            client = Some(made);
        }
        Some(client) => run(client, &c, &mut asked.lock().unwrap().0).unwrap_or_else(|why| refused(&c, &why.to_string())),
    });
}
