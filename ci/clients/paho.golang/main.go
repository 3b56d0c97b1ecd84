// Drives paho.golang (autopaho) for `mqttspec run --client`: docs/clients.md.
package main

import (
	. "adapter"
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/autopaho/queue/memory"
	"github.com/eclipse/paho.golang/paho"
	"github.com/eclipse/paho.golang/paho/session/state"
	"github.com/eclipse/paho.golang/paho/store/file"
)

var client *autopaho.ConnectionManager

func connect(c Fields) {
	server, _ := url.Parse(fmt.Sprintf("mqtt://%s:%d", c.Text("host"), c.Number("port", 0)))
	o := autopaho.ClientConfig{
		ServerUrls: []*url.URL{server}, KeepAlive: uint16(c.Number("keep_alive", 60)), Queue: memory.New(),
		CleanStartOnInitialConnection: c.Number("clean_start", 1) != 0,
		SessionExpiryInterval:         uint32(c.Number("session_expiry_interval", 0)),
		ReconnectBackoff:              autopaho.NewConstantBackoff(200 * time.Millisecond),
		OnConnectionUp: func(_ *autopaho.ConnectionManager, p *paho.Connack) {
			Say("connected", Fields{"session_present": p.SessionPresent, "reason": p.ReasonCode})
		},
		OnConnectionDown: func() bool { Say("closed", Fields{}); return true },
	}
	o.ClientID = c.Text("client_id")
	o.ConnectPacketBuilder = func(p *paho.Connect, _ *url.URL) (*paho.Connect, error) {
		if p.Properties == nil {
			p.Properties = &paho.ConnectProperties{}
		}
		p.Properties.ReceiveMaximum = Property[uint16](c, "receive_maximum")
		p.Properties.MaximumPacketSize = Property[uint32](c, "maximum_packet_size")
		p.Properties.TopicAliasMaximum = Property[uint16](c, "topic_alias_maximum")
		return p, nil
	}
	o.OnPublishReceived = []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
		Message(r.Packet.Topic, r.Packet.Payload, r.Packet.QoS, r.Packet.Retain, r.Packet.Duplicate())
		return true, nil
	}}
	if c.Number("store", 0) != 0 {
		own, _ := file.New(c.Text("store_directory"), "c-", ".p")
		theirs, _ := file.New(c.Text("store_directory"), "s-", ".p")
		o.Session = state.New(own, theirs)
	}
	client, _ = autopaho.NewConnection(context.Background(), o)
}

func main() {
	all := context.Background()
	Serve(Fields{"name": "paho.golang", "version": "0.23.0", "facts": Fields{
		"v311": 0, "store": 1, "done": 0, "disconnect_expiry": 0, "topic_alias_in": 0}}, map[string]func(Fields){
		"connect":   connect,
		"reconnect": func(Fields) {}, // which it does by itself
		"publish": func(c Fields) { // Publish() waits for the acknowledgement, and so keeps no order
			if err := client.PublishViaQueue(all, &autopaho.QueuePublish{Publish: &paho.Publish{
				Topic: c.Text("topic"), Payload: c.Payload(), QoS: byte(c.Number("qos", 0)), Retain: c.Number("retain", 0) != 0,
				Properties: &paho.PublishProperties{TopicAlias: Property[uint16](c, "topic_alias"),
					MessageExpiry: Property[uint32](c, "message_expiry_interval")}}}); err != nil {
				Outcome(c, err)
			}
		},
		"subscribe": func(c Fields) {
			_, err := client.Subscribe(all, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{
				{Topic: c.Text("filter"), QoS: byte(c.Number("max_qos", 0))}}})
			Outcome(c, err)
		},
		"unsubscribe": func(c Fields) {
			_, err := client.Unsubscribe(all, &paho.Unsubscribe{Topics: []string{c.Text("filter")}})
			Outcome(c, err)
		},
		"disconnect": func(Fields) { client.Disconnect(all) },
	})
}
