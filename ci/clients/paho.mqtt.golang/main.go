// Drives paho.mqtt.golang for `mqttspec run --client`: docs/clients.md.
package main

import (
	. "adapter"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

var client mqtt.Client

func connect(c Fields) {
	o := mqtt.NewClientOptions().AddBroker(fmt.Sprintf("tcp://%s:%d", c.Text("host"), c.Number("port", 0)))
	o.SetClientID(c.Text("client_id")).SetProtocolVersion(4).SetCleanSession(c.Number("clean_start", 1) != 0)
	o.SetMaxReconnectInterval(time.Second).SetKeepAlive(time.Duration(c.Number("keep_alive", 60)) * time.Second)
	if c.Number("store", 0) != 0 {
		o.SetStore(mqtt.NewFileStore(c.Text("store_directory")))
	}
	o.OnConnect = func(mqtt.Client) { Say("connected", Fields{}) }
	o.OnConnectionLost = func(_ mqtt.Client, err error) { Say("closed", Fields{"why": err.Error()}) }
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		Message(m.Topic(), m.Payload(), m.Qos(), m.Retained(), m.Duplicate())
	})
	client = mqtt.NewClient(o)
	client.Connect()
}

func outcome(c Fields, t mqtt.Token) {
	go func() { t.Wait(); Outcome(c, t.Error()) }()
}

func main() {
	Serve(Fields{"name": "paho.mqtt.golang", "version": "1.5.1", "facts": Fields{"v5": 0, "store": 1, "topic_alias_out": "none"}},
		map[string]func(Fields){
			"connect":   connect,
			"reconnect": func(Fields) {}, // which it does by itself
			"publish": func(c Fields) {
				outcome(c, client.Publish(c.Text("topic"), byte(c.Number("qos", 0)), c.Number("retain", 0) != 0, c.Payload()))
			},
			"subscribe":   func(c Fields) { outcome(c, client.Subscribe(c.Text("filter"), byte(c.Number("max_qos", 0)), nil)) },
			"unsubscribe": func(c Fields) { outcome(c, client.Unsubscribe(c.Text("filter"))) },
			"disconnect":  func(Fields) { client.Disconnect(100); Say("closed", Fields{}) },
		})
}
