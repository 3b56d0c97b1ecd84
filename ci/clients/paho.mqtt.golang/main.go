// Drives paho.mqtt.golang for `mqttspec run --client`: docs/clients.md.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

type fields map[string]any

var (
	client mqtt.Client
	out    sync.Mutex
)

func (f fields) text(name string) string { s, _ := f[name].(string); return s }
func (f fields) number(name string) int  { n, _ := f[name].(float64); return int(n) }

func say(ev string, f fields) {
	out.Lock()
	defer out.Unlock()
	f["ev"] = ev
	line, _ := json.Marshal(f)
	fmt.Println(string(line))
}

func outcome(c fields, t mqtt.Token) {
	go func() {
		if t.Wait(); t.Error() != nil {
			say("refused", fields{"n": c.number("n"), "why": t.Error().Error()})
		} else {
			say("done", fields{"n": c.number("n")})
		}
	}()
}

func connect(c fields) {
	o := mqtt.NewClientOptions().AddBroker(fmt.Sprintf("tcp://%s:%d", c.text("host"), c.number("port")))
	o.SetClientID(c.text("client_id")).SetProtocolVersion(4).SetCleanSession(c.number("clean_start") != 0)
	o.SetMaxReconnectInterval(time.Second)
	if k, given := c["keep_alive"].(float64); given {
		o.SetKeepAlive(time.Duration(k) * time.Second)
	}
	if c.number("store") != 0 {
		o.SetStore(mqtt.NewFileStore(c.text("store_directory")))
	}
	o.OnConnect = func(mqtt.Client) { say("connected", fields{}) }
	o.OnConnectionLost = func(_ mqtt.Client, err error) { say("closed", fields{"why": err.Error()}) }
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		say("message", fields{"topic": m.Topic(), "payload_hex": hex.EncodeToString(m.Payload()),
			"qos": m.Qos(), "retain": m.Retained(), "dup": m.Duplicate()})
	})
	client = mqtt.NewClient(o)
	client.Connect()
}

func main() {
	say("ready", fields{"adapter": 1, "name": "paho.mqtt.golang", "version": "1.5.1",
		"facts": fields{"v5": 0, "store": 1, "topic_alias_out": "none"}})
	lines := json.NewDecoder(os.Stdin)
	for {
		var c fields
		if lines.Decode(&c) != nil {
			return
		}
		switch c.text("cmd") {
		case "connect":
			connect(c)
		case "reconnect": // which it does by itself
		case "publish":
			payload := []byte(c.text("payload"))
			if octets, _ := hex.DecodeString(c.text("payload_hex")); len(octets) > 0 {
				payload = octets
			}
			outcome(c, client.Publish(c.text("topic"), byte(c.number("qos")), c.number("retain") != 0, payload))
		case "subscribe":
			outcome(c, client.Subscribe(c.text("filter"), byte(c.number("max_qos")), nil))
		case "unsubscribe":
			outcome(c, client.Unsubscribe(c.text("filter")))
		case "disconnect":
			client.Disconnect(100)
			say("closed", fields{})
		default:
			say("refused", fields{"n": c.number("n"), "why": "unknown"})
		}
	}
}
