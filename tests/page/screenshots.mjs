// screenshots.mjs BIN TOOLS OUT: makes the pictures of the docs, of a cluster that really runs, for ten minutes.
import fs from "node:fs";
import path from "node:path";
import { Cluster, waitFor } from "./cluster.mjs";
import { installTools, launch } from "./tools.mjs";

const [bin, tools, out] = process.argv.slice(2).map((argument) => path.resolve(argument));
const MINUTES = Number(process.env.MINUTES ?? 10);
const { chromium } = installTools(tools);
const browser = await launch(chromium);
const cluster = new Cluster(bin);

async function picture(name, view, { ready, ...options }) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(`${cluster.url}/${view}`);
  await page.locator(ready).first().waitFor();
  await page.locator("#connection.live").waitFor();
  await page.screenshot({ path: path.join(out, `${name}.png`) });
  await context.close();
  console.log(`${name}.png: ${fs.statSync(path.join(out, `${name}.png`)).size} bytes`);
}

try {
  fs.mkdirSync(out, { recursive: true });
  await cluster.startCoordinator();
  cluster.startWorker("attic", "giac,fricas");
  cluster.startWorker("kitchen", "giac,fricas");
  cluster.motzkin("start", "lample-charton", "--target", "100000");
  await waitFor("both machines work", () =>
    cluster.motzkin("workers")?.filter((worker) => worker.functions_per_minute > 0).length === 2, 300);
  const until = Date.now() + 60_000 * MINUTES;
  await waitFor("the run is over", () => Date.now() > until, 60 * MINUTES + 60);
  const wide = { viewport: { width: 1000, height: 1150 } };
  const phone = { viewport: { width: 380, height: 760 }, deviceScaleFactor: 1.5, colorScheme: "dark" };
  await picture("page-cluster", "", { ...wide, ready: ".latest li math" });
  await picture("page-job-phone", "#/job/lample-charton", { ...phone, ready: ".chart svg" });
} finally {
  await browser.close();
  await cluster.end();
}
