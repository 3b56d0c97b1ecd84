// mqtt5-launcher ADDRESS: the broker of the mqtt5 library on ADDRESS with its defaults, stored in
// memory. Everybody may do everything.
use mqtt5::broker::config::{AuthConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{BrokerConfig, MqttBroker};
use std::net::SocketAddr;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address: SocketAddr = std::env::args().nth(1).expect("usage: mqtt5-launcher ADDRESS").parse()?;
    let config = BrokerConfig::new()
        .with_bind_address(address)
        .with_auth(AuthConfig::new().with_allow_anonymous(true))
        .with_storage(StorageConfig::new().with_backend(StorageBackend::Memory));
    let mut broker = MqttBroker::with_config(config).await?;
    broker.run().await?;
    Ok(())
}
