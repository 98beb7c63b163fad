// paint.mjs BIN TOOLS [TIMES]: opens the cluster's view of a running cluster, 20 times unless told otherwise, each time in
// a new browser profile, and prints how long the first paint with content took. It fails if half of them took more than
// 200 ms.
import path from "node:path";
import { Cluster, waitFor } from "./cluster.mjs";
import { installTools, launch } from "./tools.mjs";

const [bin, tools] = process.argv.slice(2).map((argument) => path.resolve(argument));
const times = Number(process.argv[4] ?? 20);
const LIMIT_MS = 200;
const { chromium } = installTools(tools);
const browser = await launch(chromium);
const cluster = new Cluster(bin);

// The browser's own figure, from the start of the navigation on.
async function firstPaint() {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(cluster.url);
  await page.locator("#connection.live").waitFor();
  const entry = await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
  const paint = await entry.jsonValue();
  await context.close();
  return paint;
}

let median = Infinity;
try {
  await cluster.startCoordinator();
  cluster.startWorker("attic", "giac,fricas");
  cluster.motzkin("start", "lample-charton", "--target", "100000000");
  await waitFor("functions are stored", () => (cluster.job("lample-charton")?.stored ?? 0) > 20, 300);
  await firstPaint(); // The browser's own processes start here.
  const paints = [];
  while (paints.length < times) paints.push(await firstPaint());
  paints.sort((a, b) => a - b);
  median = paints[Math.floor(times / 2)];
  const [fastest, slowest] = [paints[0], paints[times - 1]];
  console.log(`first paint: ${fastest.toFixed(0)} ms at best, ${median.toFixed(0)} ms in the median, ${slowest.toFixed(0)} ms at worst`);
} finally {
  await browser.close();
  await cluster.end();
}
process.exit(median <= LIMIT_MS ? 0 : 1);
