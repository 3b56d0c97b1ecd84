// The pages are written by the unit tests (html_test.cc, formats_test.cc) into $MQTTSPEC_PAGES;
// screenshots go to $MQTTSPEC_SCREENSHOTS, where a person looks at them.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { desktop, launch, phone } from "./browser.mjs";

const folder = process.env.MQTTSPEC_PAGES;
const screenshots = process.env.MQTTSPEC_SCREENSHOTS;
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pages = ["report.html", "passing.html", "matrix.html"];

let browser;
before(async () => {
  assert.ok(folder, "MQTTSPEC_PAGES names the folder of the pages");
  browser = await launch();
});
after(() => browser?.close());

// A page, and everything about it that no report may do.
async function open(name, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: desktop, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(path.join(folder, name)).href;
  const faults = [];
  page.on("console", (m) => faults.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => faults.push(`error: ${e}`));
  page.on("dialog", (d) => { faults.push(`dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => { if (!r.url().startsWith(address)) faults.push(`request: ${r.url()}`); });
  await page.goto(address + hash);
  return { page, faults };
}

async function close({ page, faults }) {
  await page.context().close();
  assert.deepEqual(faults, []);
}

const shown = (page) => page.locator("table.cases > tbody > tr:visible").count();

describe("every page", () => {
  for (const name of [...pages, "large.html"]) {
    test(`${name} opens without requests, errors or dialogs`, async () => {
      const opened = await open(name);
      assert.match(await opened.page.title(), /mqttspec/);
      await opened.page.waitForLoadState("networkidle");
      await close(opened);
    });
  }

  for (const name of pages) {
    for (const colorScheme of ["light", "dark"]) {
      test(`axe finds no serious fault in ${name}, ${colorScheme}`, async () => {
        const opened = await open(name, { colorScheme, bypassCSP: true });
        await opened.page.evaluate(() => {
          // A few of each kind: the rest is alike.
          for (const s of [".failure:nth-of-type(-n+3) details", ".map > details:nth-of-type(-n+4)",
            "table.cases tr:nth-child(-n+12) details", ".alike, .matrix tr:nth-child(-n+8) details"]) {
            for (const d of document.querySelectorAll(s)) d.open = true;
          }
        });
        await opened.page.addScriptTag({ content: axe });
        const { violations } = await opened.page.evaluate(() => globalThis.axe.run());
        const serious = violations.filter((v) => ["serious", "critical"].includes(v.impact));
        assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
        await close(opened);
      });
    }

  }

  for (const name of [...pages, "published/mosquitto-2.0.11.html", "published/matrix.html", "published/index.html",
    "published/statements/v5-MQTT-3.3.1-13.html"]) {
    for (const viewport of [phone, desktop]) {
      test(`${name} fits ${viewport.width} px`, async () => {
        const opened = await open(name, { viewport });
        const { width, sticking_out } = await opened.page.evaluate(() => {
          for (const d of document.querySelectorAll(".profile details, .map > details:nth-of-type(-n+4)")) d.open = true;
          const scrolls = (e) => e !== null && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
          const most = document.documentElement.clientWidth + 1;
          return {
            width: document.documentElement.scrollWidth,
            sticking_out: [...document.querySelectorAll("body *")]
              .filter((e) => e.getBoundingClientRect().right > most && !scrolls(e.parentElement))
              .map((e) => e.outerHTML.slice(0, 150)),
          };
        });
        assert.deepEqual(sticking_out.slice(0, 5), []);
        assert.ok(width <= viewport.width, `${width} px wide`);
        await close(opened);
      });
    }
  }
});

describe("hostile text", () => {
  test("runs nothing and adds nothing", async () => {
    const hostile = fs.readdirSync(folder).filter((f) => f.startsWith("hostile-"));
    assert.ok(hostile.length > 10);
    for (const name of hostile) {
      const opened = await open(name);
      const alien = await opened.page.evaluate(() =>
        document.querySelectorAll("img, iframe, object, script:not([nonce]), [onload], [onerror], [onmouseover]").length);
      assert.equal(alien, 0, name);
      await close(opened);
    }
  });
});

describe("the table of cases", () => {
  test("is filtered by text, verdict, level and group", async () => {
    const opened = await open("report.html");
    const { page } = opened;
    const all = await shown(page);
    assert.equal(all, 150);
    assert.match(await page.locator("header .counts").innerText(), /5\s*skip/);
    await page.locator("#filters [name=verdict]").selectOption("fail");
    const failing = await shown(page);
    assert.ok(failing > 0 && failing < all);
    assert.equal(await page.locator("#shown").textContent(), `${failing} of 150 cases`);
    await page.locator("#filters [name=verdict]").selectOption("");
    await page.locator("#filters [name=level]").selectOption("should");
    assert.ok(await shown(page) < all);
    await page.locator("#filters [name=level]").selectOption("");
    await page.locator("#filters [name=group]").selectOption("queue");
    for (const id of await page.locator("table.cases > tbody > tr:visible code:first-of-type").allTextContents()) {
      if (id.includes("/")) assert.match(id, /^(queue|cases|mqttspec)/);
    }
    await page.locator("#filters [name=group]").selectOption("");
    await page.locator("#filters [name=text]").fill("REQUIREMENT-003 v5");
    assert.equal(await shown(page), 1);
    await close(opened);
  });

  test("is whole, and can be unfolded, without script", async () => {
    const opened = await open("report.html", { javaScriptEnabled: false });
    const { page } = opened;
    assert.equal(await shown(page), 150);
    assert.ok(await page.locator("#filters").isHidden());
    await page.locator("table.cases details > summary").first().click();
    assert.ok(await page.locator("table.cases details[open] .body").first().isVisible());
    await close(opened);
  });
});

describe("links", () => {
  const id = "connect/client_id/requirement-005-holds[v5]";
  for (const javaScriptEnabled of [true, false]) {
    test(`a link to a case opens it, script ${javaScriptEnabled}`, async () => {
      const opened = await open("report.html", { javaScriptEnabled }, "#" + id);
      const place = opened.page.locator(`[id="${id}"]`);
      await place.waitFor({ state: "visible" });
      const box = await place.boundingBox();
      assert.ok(box.y >= 0 && box.y < desktop.height, `at ${box.y}`);
      await close(opened);
    });
  }

  test("the keyboard reaches the findings, the filters and the cases", async () => {
    const opened = await open("report.html");
    const { page } = opened;
    const reached = new Set();
    for (let n = 0; n < 400 && reached.size < 4; ++n) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => {
        const e = document.activeElement;
        if (e.matches(".to-main")) return "skip";
        if (e.matches(".failure summary")) return "packets";
        if (e.matches("#filters input")) return "filter";
        if (e.matches("table.cases summary")) return "case";
        return "";
      }));
      reached.delete("");
    }
    assert.deepEqual([...reached].sort(), ["case", "filter", "packets", "skip"]);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.parentElement.open), true);
    await close(opened);
  });
});

// The time that the page's own thread works, script, layout and painting: a clock on the wall would
// judge what else the machine does.
test("a thousand cases are on the screen within two seconds", async (t) => {
  const context = await browser.newContext({ viewport: desktop });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const begin = performance.now();
  await page.goto(pathToFileURL(path.join(folder, "large.html")).href);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  const passed = Math.round(performance.now() - begin);
  const { metrics } = await session.send("Performance.getMetrics");
  const worked = Math.round(1000 * metrics.find((m) => m.name === "TaskDuration").value);
  t.diagnostic(`${worked} ms of work, ${passed} ms on the clock`);
  assert.equal(await page.locator("table.cases > tbody > tr").count(), 1000);
  assert.ok(worked > 20, "nothing was measured");
  assert.ok(worked < 2000, `${worked} ms`);
  await context.close();
});

test("on paper the failures are unfolded, unless they are many", async () => {
  const opened = await open("report.html");
  const { page } = opened;
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const many = (await page.locator(".more").count()) !== 0;
  const closed = await page.locator(".failure details:not([open])").count();
  assert.ok(many ? closed > 0 : closed === 0);
  await close(opened);
});

test("screenshots for a person to look at", { skip: !screenshots }, async () => {
  fs.mkdirSync(screenshots, { recursive: true });
  for (const name of pages) {
    for (const [size, viewport] of Object.entries({ desktop, phone })) {
      for (const colorScheme of ["light", "dark"]) {
        const opened = await open(name, { viewport, colorScheme });
        const file = `${path.basename(name, ".html")}-${size}-${colorScheme}.png`;
        await opened.page.screenshot({ path: path.join(screenshots, file) });
        await close(opened);
      }
    }
  }
});
