//! What adapters in Rust share: commands read, events written.
use serde_json::{Value, json};

pub fn say(event: Value) {
    println!("{event}");
}
pub fn done(c: &Value) {
    say(json!({"ev": "done", "n": c["n"]}));
}
pub fn refused(c: &Value, why: &str) {
    say(json!({"ev": "refused", "n": c["n"], "why": why}));
}
pub fn message(topic: &[u8], payload: &[u8], qos: u8, retain: bool, dup: bool) {
    let hex: String = payload.iter().map(|octet| format!("{octet:02x}")).collect();
    let topic = String::from_utf8_lossy(topic);
    say(json!({"ev": "message", "topic": topic, "payload_hex": hex, "qos": qos, "retain": retain, "dup": dup}));
}
/// `None` where the field is absent.
pub fn number<T: TryFrom<u64>>(c: &Value, name: &str) -> Option<T> {
    c[name].as_u64().and_then(|n| T::try_from(n).ok())
}
pub fn text<'a>(c: &'a Value, name: &str) -> &'a str {
    c[name].as_str().unwrap_or_default()
}
pub fn payload(c: &Value) -> Vec<u8> {
    let hex = text(c, "payload_hex");
    if hex.is_empty() {
        return text(c, "payload").into();
    }
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}
/// Tells `ready` and calls |run| for each command until the input ends.
pub fn serve(name: &str, version: &str, facts: Value, mut run: impl FnMut(Value)) {
    say(json!({"ev": "ready", "adapter": 1, "name": name, "version": version, "facts": facts}));
    for line in std::io::stdin().lines() {
        run(serde_json::from_str(&line.unwrap()).unwrap());
    }
    std::process::exit(0);
}
