// The SARIF golden file against the published JSON schema, which is part of @microsoft/jest-sarif.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const folder = path.dirname(require.resolve("@microsoft/jest-sarif/package.json"));
const schema = JSON.parse(fs.readFileSync(path.join(folder, "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"));

function validator() {
  const Ajv = require("ajv");
  const ajv = new Ajv({ schemaId: "auto", validateSchema: false, logger: false, unknownFormats: "ignore" });
  ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
  return ajv.compile(schema);
}

const log = () => JSON.parse(fs.readFileSync(path.join(process.env.MQTTSPEC_GOLDEN, "report.sarif"), "utf8"));

test("SARIF is valid by the published schema", () => {
  const valid = validator();
  assert.ok(valid(log()), JSON.stringify(valid.errors));
});

test("a fault in it would be seen", () => {
  const valid = validator();
  const broken = log();
  broken.runs[0].results[0].level = "dreadful";
  assert.ok(!valid(broken));
});
