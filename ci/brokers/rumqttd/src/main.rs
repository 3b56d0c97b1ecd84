//! broker FILE: rumqttd as a library, configured by a TOML file.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("usage: broker FILE")?;
    let config: rumqttd::Config = toml::from_str(&std::fs::read_to_string(file)?)?;
    rumqttd::Broker::new(config).start()?;
    Ok(())
}
