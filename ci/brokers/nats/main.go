// nats ADDRESS DIRECTORY: a NATS server that speaks MQTT 3.1.1 on ADDRESS and keeps its streams in
// DIRECTORY. What is not acknowledged comes again after a second instead of 30. Its own protocol has a port of loopback, too, which nobody uses.
package main

import (
	"log"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func main() {
	host, port, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		log.Fatal(err)
	}
	options := &server.Options{
		ServerName: "mqttspec",
		Host:       host,
		Port:       server.RANDOM_PORT,
		JetStream:  true,
		StoreDir:   os.Args[2],
		MQTT:       server.MQTTOpts{Host: host, Port: number, AckWait: time.Second},
	}
	broker, err := server.NewServer(options)
	if err != nil {
		log.Fatal(err)
	}
	broker.ConfigureLogger()
	if err := server.Run(broker); err != nil {
		log.Fatal(err)
	}
	broker.WaitForShutdown()
}
