// Package adapter is what adapters in Go share: commands read, events written.
package adapter

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
)

// Fields of a command or an event.
type Fields map[string]any

// Text of a field; "" if it is absent.
func (f Fields) Text(name string) string { s, _ := f[name].(string); return s }

// Number in a field; |absent| if it is absent.
func (f Fields) Number(name string, absent int) int {
	if n, given := f[name].(float64); given {
		return int(n)
	}
	return absent
}

// Payload of a publish, as text or as octets.
func (f Fields) Payload() []byte {
	if octets, _ := hex.DecodeString(f.Text("payload_hex")); len(octets) > 0 {
		return octets
	}
	return []byte(f.Text("payload"))
}

// Property is nil where the field is absent.
func Property[T uint16 | uint32](f Fields, name string) *T {
	n, given := f[name].(float64)
	if t := T(n); given {
		return &t
	}
	return nil
}

var out sync.Mutex

// Say writes an event.
func Say(event string, f Fields) {
	out.Lock()
	defer out.Unlock()
	f["ev"] = event
	line, _ := json.Marshal(f)
	fmt.Println(string(line))
}

// Message tells of a delivery.
func Message(topic string, payload []byte, qos byte, retain, dup bool) {
	Say("message", Fields{"topic": topic, "payload_hex": hex.EncodeToString(payload), "qos": qos, "retain": retain, "dup": dup})
}

// Outcome of a command: done, or refused.
func Outcome(c Fields, err error) {
	if err != nil {
		Say("refused", Fields{"n": c.Number("n", 0), "why": err.Error()})
	} else {
		Say("done", Fields{"n": c.Number("n", 0)})
	}
}

// Serve tells |ready| and calls the function of each command until the input ends. SUBSCRIBE and
// UNSUBSCRIBE may wait for their answers.
func Serve(ready Fields, commands map[string]func(Fields)) {
	ready["adapter"] = 1
	Say("ready", ready)
	lines := json.NewDecoder(os.Stdin)
	for {
		var c Fields
		if lines.Decode(&c) != nil {
			return
		}
		if run, known := commands[c.Text("cmd")]; known && strings.HasSuffix(c.Text("cmd"), "subscribe") {
			go run(c)
		} else if known {
			run(c)
		} else {
			Say("refused", Fields{"n": c.Number("n", 0), "why": "unknown"})
		}
	}
}
