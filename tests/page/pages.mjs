// Pages of a coordinator in the browser, and requests by hand.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";

// A page at a view of the coordinator, and what its console complained about.
export async function openPage(browser, cluster, view = "", options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(`${cluster.url}/${view}`);
  await page.waitForFunction(() => document.querySelector("main h1") && !document.querySelector("main .waiting"));
  return page;
}

export async function closePage(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

// Nothing is wider than the window, and axe finds nothing serious. The page needs bypassCSP, as axe makes elements
// that the policy forbids.
export async function assertAccessible(page, axeSource, what) {
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(widths[0] <= widths[1], `${what} is ${widths[0]} wide`);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter((it) => ["serious", "critical"].includes(it.impact))
    .map((it) => `${what}: ${it.id}: ${it.nodes[0].html}`);
  assert.deepEqual(serious, []);
}

// One request by hand. `options` are those of node's http and https.
export function ask(url, target, { body = "", ...options } = {}) {
  const { protocol, hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = (protocol === "https:" ? https : http).request({ host: hostname, port, path: target, agent: false, ...options }, (response) => {
      let text = "";
      response.on("data", (piece) => { text += piece; });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
