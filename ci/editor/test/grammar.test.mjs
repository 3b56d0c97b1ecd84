// The grammar on all cases: every token has a scope of its own and none is invalid; and on a few lines
// of which is known what they are.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { before, test } from "node:test";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const root = process.env.MQTTSPEC_ROOT;
const grammarFile = join(root, "ci/editor/vscode/syntaxes/mqs.tmLanguage.json");
let grammar;

before(async () => {
  const wasm = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  await oniguruma.loadWASM(readFileSync(wasm).buffer);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, "utf8"), grammarFile),
  });
  grammar = await registry.loadGrammar("source.mqs");
});

// [text, scope] of every token that is not white space; the scope is the innermost one.
function tokens(text) {
  const out = [];
  let state = textmate.INITIAL;
  text.split("\n").forEach((line, number) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    for (const t of result.tokens) {
      const word = line.slice(t.startIndex, t.endIndex);
      if (word.trim() !== "") out.push({ word: word.trim(), scopes: t.scopes, line: number + 1 });
    }
  });
  return out;
}

const faults = (text) =>
  tokens(text).filter((t) => t.scopes.length < 2 || t.scopes.some((s) => s.startsWith("invalid")));

test("every token of every case has a scope, none is invalid", () => {
  const files = readdirSync(join(root, "cases"), { recursive: true }).filter((f) => f.endsWith(".mqs"));
  assert.ok(files.length > 40, `${files.length} files`);
  for (const file of files) {
    const found = faults(readFileSync(join(root, "cases", file), "utf8"));
    assert.deepEqual(found.slice(0, 3), [], file);
  }
});

test("words are what they are", () => {
  const text = `import "lib/common.mqs"
def join_as(c, out)   # a comment
scenario a-name
  title    "a \\"title\\" {ns}"
  purpose  S-CS-01
  level    should
  clients  sub over tls
  step "it waits"
    [!v5]  do persist(sub)
    sub < PUBLISH topic ~ /^a\\/[0-9]+$/ id as pid payload=hex(00 ff) within 2s   @v5:MQTT-4.5.0-1
    sub > CONNECT client_id="{ns}" | truncate client_id
    broker restart
`;
  const scope = (word) => tokens(text).find((t) => t.word === word)?.scopes.at(-1);
  for (const [word, wanted] of Object.entries({
    import: "keyword.control.import.mqs",
    join_as: "entity.name.function.mqs",
    out: "variable.parameter.mqs",
    "# a comment": "comment.line.number-sign.mqs",
    "a-name": "entity.name.section.mqs",
    '\\"': "constant.character.escape.mqs",
    ns: "variable.other.interpolated.mqs",
    "S-CS-01": "constant.other.label.mqs",
    should: "constant.language.level.mqs",
    v5: "keyword.control.guard.mqs",
    persist: "entity.name.function.call.mqs",
    "<": "keyword.operator.direction.mqs",
    PUBLISH: "entity.name.type.packet.mqs",
    topic: "variable.other.field.mqs",
    "\\/": "constant.character.escape.mqs",
    ff: "constant.numeric.octet.mqs",
    within: "keyword.control.window.mqs",
    "2s": "constant.numeric.mqs",
    "@v5:MQTT-4.5.0-1": "constant.other.statement.mqs",
    truncate: "support.function.transform.mqs",
    restart: "keyword.control.action.mqs",
  })) {
    assert.equal(scope(word), wanted, word);
  }
});

test("mistakes are marked", () => {
  for (const line of ['    c > PUBLISH payload="open', '    c > PUBLISH payload="\\q"', "    c > hex(0 zz)", "    c ? x"]) {
    assert.notDeepEqual(faults(line), [], line);
  }
});
