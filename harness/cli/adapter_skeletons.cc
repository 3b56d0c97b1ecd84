#include "cli/adapter_skeletons.h"

#include <array>

namespace mqttspec::cli {

namespace {

constexpr std::string_view python = R"text("""Drives MY LIBRARY for `mqttspec run --client`."""
import json
import sys


def say(ev, **fields):
    print(json.dumps({"ev": ev, **fields}), flush=True)


def run(c):
    # if c["cmd"] == "connect": make a client and connect it; say("connected", session_present=0) in its callback
    # publish, subscribe, unsubscribe: say("done", n=c["n"]) when it is acknowledged
    # say("message", topic=topic, payload_hex=payload.hex()) for each that is delivered
    say("refused", n=c["n"], why="unknown")


say("ready", adapter=1, name="my library", version="1", facts={})
for line in sys.stdin:
    c = json.loads(line)
    try:
        run(c)
    except Exception as error:  # whatever the library raises is its refusal
        say("refused", n=c["n"], why=str(error))
)text";

constexpr std::string_view javascript =
    R"text(// Drives MY LIBRARY for `mqttspec run --client`. Save as .mjs.
import { createInterface } from 'node:readline'

const say = (ev, fields) => console.log(JSON.stringify({ ev, ...fields }))
const commands = {
  // connect: (c) => ...   make a client and connect it; say('connected', { session_present: 0 }) in its callback
  // publish, subscribe, unsubscribe: say('done', { n: c.n }) when it is acknowledged
  // say('message', { topic, payload_hex: payload.toString('hex') }) for each that is delivered
}

say('ready', { adapter: 1, name: 'my library', version: '1', facts: {} })
createInterface({ input: process.stdin }).on('line', (line) => {
  const c = JSON.parse(line)
  try {
    if (commands[c.cmd]) commands[c.cmd](c)
    else say('refused', { n: c.n, why: 'unknown' })
  } catch (error) { // whatever the library throws is its refusal
    say('refused', { n: c.n, why: String(error.message) })
  }
}).on('close', () => process.exit(0))
)text";

constexpr std::string_view go = R"text(// Drives MY LIBRARY for `mqttspec run --client`.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

type fields map[string]any

var out sync.Mutex

func say(event string, f fields) {
	out.Lock()
	defer out.Unlock()
	f["ev"] = event
	line, _ := json.Marshal(f)
	fmt.Println(string(line))
}

func main() {
	say("ready", fields{"adapter": 1, "name": "my library", "version": "1", "facts": fields{}})
	lines := json.NewDecoder(os.Stdin)
	for {
		var c fields
		if lines.Decode(&c) != nil {
			return
		}
		switch c["cmd"] {
		// connect: make a client and connect it; say("connected", ...) in its callback
		// publish, subscribe, unsubscribe: say("done", fields{"n": c["n"]}) when it is acknowledged
		// say("message", fields{"topic": topic, "payload_hex": hex}) for each that is delivered
		default:
			say("refused", fields{"n": c["n"], "why": "unknown"})
		}
	}
}
)text";

constexpr std::string_view java =
    R"text(// Drives MY LIBRARY for `mqttspec run --client`. Save as Adapter.java; a library for JSON serves better than this.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class Adapter {
  static synchronized void say(String line) { System.out.println(line); }
  static String field(String line, String name) {
    Matcher found = Pattern.compile("\"" + name + "\" *: *\"?([^\",}]*)").matcher(line);
return found.find() ? found.group(1) : "";
}

public
static void main(String[] args) throws Exception {
  say("{\"ev\":\"ready\",\"adapter\":1,\"name\":\"my library\",\"version\":\"1\",\"facts\":{}}");
  BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
  for (String line; (line = in.readLine()) != null;) {
    switch (field(line, "cmd")) {
      // connect: make a client and connect it; say connected in its callback
      // publish, subscribe, unsubscribe: say done with n when it is acknowledged
      default-> say("{\"ev\":\"refused\",\"n\":" + field(line, "n") + ",\"why\":\"unknown\"}");
    }
  }
  Runtime.getRuntime().halt(0);
}
}
)text";

constexpr std::string_view rust =
    R"text(// Drives MY LIBRARY for `mqttspec run --client`. The crate serde_json serves better than this.
fn field<'a>(line: &'a str, name: &str) -> &'a str {
    let rest = line.split_once(&format!("\"{name}\":")).map_or("", |(_, rest)| rest.trim_start());
    rest.trim_start_matches('"').split(['"', ',', '}']).next().unwrap_or("")
}

fn main() {
    println!(r#"{{"ev":"ready","adapter":1,"name":"my library","version":"1","facts":{{}}}}"#);
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match field(&line, "cmd") {
            // connect: make a client and connect it; tell connected in its callback
            // publish, subscribe, unsubscribe: tell done with n when it is acknowledged
            _ => println!(r#"{{"ev":"refused","n":{},"why":"unknown"}}"#, field(&line, "n")),
        }
    }
}
)text";

// In the language that C and C++ share.
constexpr std::string_view c =
    R"text(// Drives MY LIBRARY for `mqttspec run --client`. cJSON serves better than this.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int number_of(const char* line) {
  const char* at = strstr(line, "\"n\":");
  return at ? atoi(at + 4) : 0;
}

int main(void) {
  static char line[1 << 20];
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  printf("{\"ev\":\"ready\",\"adapter\":1,\"name\":\"my library\",\"version\":\"1\",\"facts\":{}}\n");
  while (fgets(line, sizeof line, stdin)) {
    // "cmd":"connect": make a client and connect it; print connected in its callback
    // publish, subscribe, unsubscribe: print done with n when it is acknowledged
    printf("{\"ev\":\"refused\",\"n\":%d,\"why\":\"unknown\"}\n", number_of(line));
  }
  return 0;
}
)text";

constexpr std::array all = std::to_array<skeleton>({
    {"python", python},
    {"javascript", javascript},
    {"go", go},
    {"java", java},
    {"rust", rust},
    {"c", c},
    {"cpp", c},
});

}  // namespace

std::span<const skeleton> skeletons() {
  return all;
}

}  // namespace mqttspec::cli
