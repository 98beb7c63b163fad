// soak.mjs BIN TOOLS [MINUTES]: keeps the cluster's view and a job's open on a running cluster, for an hour unless told
// otherwise, and prints the memory of browser and coordinator every minute. It fails if either has grown by more than a
// tenth (and 2 MB) over the second half, or if the console had an error.
import fs from "node:fs";
import path from "node:path";
import { Cluster, waitFor } from "./cluster.mjs";
import { installTools, launch } from "./tools.mjs";

const [bin, tools] = process.argv.slice(2).map((argument) => path.resolve(argument));
const minutes = Number(process.argv[4] ?? 60);
const { chromium } = installTools(tools);
const browser = await launch(chromium);
const cluster = new Cluster(bin);
const complaints = [];

async function open(view) {
  const page = await (await browser.newContext()).newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${cluster.url}/${view}`);
  await page.locator("#connection.live").waitFor();
  return { page, session: await page.context().newCDPSession(page) };
}

async function heapOf({ session }) {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize / 1e6;
}

function coordinatorMemory() {
  const status = fs.readFileSync(`/proc/${cluster.coordinator.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1e3;
}

// The larger of the first values against the last: allocators breathe.
function grew(values) {
  const half = values.slice(Math.floor(values.length / 2));
  const begin = Math.max(...half.slice(0, Math.ceil(half.length / 3)));
  return half[half.length - 1] > begin * 1.1 + 2;
}

let failed = false;
try {
  await cluster.startCoordinator();
  cluster.startWorker("attic", "giac,fricas");
  cluster.motzkin("start", "lample-charton", "--target", "100000000");
  await waitFor("functions are stored", () => (cluster.job("lample-charton")?.stored ?? 0) > 50, 300);
  const pages = [await open(""), await open("#/job/lample-charton")];
  const seen = { cluster: [], job: [], coordinator: [] };
  for (let minute = 0; minute <= minutes; ++minute) {
    const due = Date.now() + 60_000;
    seen.cluster.push(await heapOf(pages[0]));
    seen.job.push(await heapOf(pages[1]));
    seen.coordinator.push(coordinatorMemory());
    const last = Object.entries(seen).map(([name, values]) => `${name} ${values[values.length - 1].toFixed(2)} MB`).join("  ");
    console.log(`${String(minute).padStart(3)} min  ${last}  ${cluster.job("lample-charton").stored} functions`);
    if (minute < minutes) await waitFor("a minute", () => Date.now() > due, 120);
  }
  for (const [name, values] of Object.entries(seen)) {
    if (!grew(values)) continue;
    failed = true;
    console.log(`${name} has grown`);
  }
  for (const complaint of complaints) console.log(`console: ${complaint}`);
  failed ||= complaints.length > 0;
} finally {
  await browser.close();
  await cluster.end();
}
process.exit(failed ? 1 : 0);
