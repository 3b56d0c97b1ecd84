// rmqtt-launcher ADDRESS: an rmqtt broker on ADDRESS with the defaults of its listener, and the
// plugin that stores retained messages, in memory. Everybody may do everything.
use rmqtt::context::ServerContext;
use rmqtt::net::Builder;
use rmqtt::server::MqttServer;
use rmqtt::Result;

#[tokio::main]
async fn main() -> Result<()> {
    let address = std::env::args().nth(1).expect("usage: rmqtt-launcher ADDRESS").parse()?;
    let context = ServerContext::new()
        .plugins_config_map_add("rmqtt-retainer", "storage.type = \"ram\"")
        .build()
        .await;
    rmqtt_retainer::register(&context, true, false).await?;
    // Ports are bound again right after a kill, as rmqttd does by default.
    let listener = Builder::new().name("tcp").laddr(address).reuseaddr(Some(true)).bind()?.tcp()?;
    MqttServer::new(context).listener(listener).build().run().await
}
