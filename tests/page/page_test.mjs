// page_test.mjs BIN PROTO TOOLS: tries the coordinator's page in headless Chromium, against a cluster of real
// programs. BIN has the programs, PROTO is the folder of the protos, and TOOLS gets what comes from npm.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, before, test } from "node:test";
import { Cluster, freePort, waitFor } from "./cluster.mjs";
import { ask as request, assertAccessible, closePage, openPage } from "./pages.mjs";
import { here, installTools, launch } from "./tools.mjs";

const [bin, proto, tools] = process.argv.slice(2).map((argument) => path.resolve(argument));
const { chromium, axeSource } = installTools(tools);
const JOB = path.join(here, "job.yaml");
const FUNCTIONS = 60;

let cluster;
let browser;
let hostile;

const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

const open = (view, options) => openPage(browser, cluster, view, options);
const close = closePage;
const ask = (target, options) => request(cluster.url, target, options);

// The cells of a table by the text of its caption.
const rowsOf = (page, caption) => page.locator("table", { has: page.locator("caption", { hasText: new RegExp(`^${caption}$`) }) }).first()
  .evaluate((table) => Array.from(table.tBodies[0].rows, (row) => Array.from(row.cells, (cell) => cell.textContent.trim())));

function assertHas(text, ...all) {
  for (const words of all) assert.ok(text.includes(words), `'${words}' is not in\n${text.slice(0, 2000)}`);
}

const textOf = (page) => page.locator("main").innerText();

const views = () => ["", "#/job/plain", `#/machine/${cluster.attic.uuid}`, "#/function/plain/0", "#/events",
  "#/job/hostile", `#/machine/${hostile.uuid}`];

before(async () => {
  browser = await launch(chromium);
  cluster = new Cluster(bin);
  await cluster.startCoordinator();
  cluster.motzkin("start", JOB, "--name", "hostile", "--target", "20");
  hostile = await cluster.startHostileWorker(proto);
  cluster.motzkin("cancel", "hostile");
  cluster.motzkin("start", JOB, "--name", "plain", "--target", String(FUNCTIONS));
  cluster.worker = cluster.startWorker("attic");
  await waitFor("the job is completed", () => cluster.job("plain")?.state === "completed", 300);
  await waitFor("all is sealed", () => cluster.job("plain").sealed_below === FUNCTIONS);
  // Rows are sealed before the worker's next report says that its slot is free.
  cluster.attic = await waitFor("attic's slot is free",
    () => cluster.motzkin("workers")?.find((worker) => worker.name === "attic" && worker.slots_busy === 0));
});

after(async () => {
  await browser?.close();
  await cluster?.end();
});

test("the cluster's view says what motzkin status and workers say", async () => {
  const page = await open();
  const status = cluster.motzkin("status");
  const text = await textOf(page);
  const [[functions, integrated]] = cluster.sql("select functions, integrated from progress where job = 'plain'");
  assertHas(text, `${functions} functions   sealed below ${functions}`,
    `${integrated} integrated (${(100 * integrated / functions).toFixed(1)} %)`, "100.0 % of 60",
    `coordinator ${status.build}, data in ${cluster.data}`);
  assertHas(await page.locator("details").textContent(), `worker --connect HOST:${cluster.port}`, "motzkin approve CODE");
  const machines = await rowsOf(page, "Machines");
  assert.deepEqual(machines.map((cells) => cells[0]), ["attic", "hostile"]);
  assert.ok(machines[0][1].startsWith(cluster.attic.state), machines[0][1]);
  assert.equal(machines[0][2], "0/1");
  const latest = await page.locator(".latest li math").count();
  assert.ok(latest > 0, "no integral is typeset");
  await close(page);
});

test("every figure of a job is the one of SQL", async () => {
  const page = await open("#/job/plain");
  await waitFor("all rows are counted", async () => /60 sealed rows, \d+ duplicates/.test(await textOf(page)));
  const outcomes = Object.fromEntries((await rowsOf(page, "Outcomes")).map(([name, count]) => [name, Number(count)]));
  for (const [name, count] of cluster.sql("select outcome, count(*) from training_data_all where job = 'plain' group by outcome")) {
    assert.equal(outcomes[name], Number(count), name);
  }
  for (const [split, rows, yes, no] of await rowsOf(page, "Labels")) {
    if (split === "no label") continue;
    const [[sqlYes, sqlNo]] = cluster.sql(`select count(*) filter (where success), count(*) filter (where not success)
        from training_data_all where job = 'plain' and split = '${split}'`);
    assert.deepEqual([yes, no, rows], [sqlYes, sqlNo, String(Number(sqlYes) + Number(sqlNo))], split);
  }
  const stats = cluster.motzkin("stats", "plain");
  const sizes = Object.fromEntries((await rowsOf(page, "Success by size")).map(([size, of, share]) => [size, [of, share]]));
  for (const size of stats.success_by_size) {
    const of = size.true + size.false;
    assert.deepEqual(sizes[size.operators], [String(of), `${(100 * size.true / of).toFixed(1)} %`]);
  }
  const lengths = await rowsOf(page, "Prefix tokens");
  for (const [place, key] of ["integrand_tokens", "integral_tokens"].entries()) {
    const told = stats[key];
    assert.deepEqual(lengths[place].slice(1), [told.mean, told.p50, told.p90, told.p99, told.max].map(String));
  }
  const [[functions, integrated]] = cluster.sql("select sum(functions), sum(integrated) from throughput where job = 'plain'");
  assertHas(await textOf(page), `${functions} functions, ${integrated} integrated in 24 hours`);
  const failures = await rowsOf(page, "Latest functions without an integral");
  const sqlFailures = cluster.sql("select job || '/' || index, outcome from failures where job = 'plain' order by time desc, index desc limit 20");
  assert.deepEqual(failures.map((cells) => cells.slice(0, 2)), sqlFailures);
  await close(page);
});

test("a machine's view has its slots, engines and what it stored", async () => {
  const page = await open(`#/machine/${cluster.attic.uuid}`);
  const text = await textOf(page);
  assertHas(text, "Machine attic", "0/1", cluster.attic.sandbox_level, `giac ${cluster.attic.engines.giac}`, cluster.attic.uuid,
    `${FUNCTIONS} functions, `);
  await close(page);
});

test("a function's view has the words of motzkin show", async () => {
  const [[index]] = cluster.sql("select min(index) from training_data_all where job = 'plain' and outcome = 'integrated'");
  const page = await open(`#/function/plain/${index}`);
  const shown = cluster.motzkin("show", `plain/${index}`);
  const text = await textOf(page);
  const check = shown.verification;
  assertHas(text, shown.integrand_infix, shown.integral_infix, `by attic, attempt ${shown.attempt}`, shown.split,
    `${check.verdict}: ${check.points_agreed} points agree, ${check.points_differed} differ, ${check.precision_bits} bits`,
    `${shown.engine}, ${shown.answer_class}`);
  assert.equal(await page.locator("dd math").count(), 2);
  const steps = await rowsOf(page, "Steps of the ladder");
  assert.deepEqual(steps.map((cells) => cells[1]), shown.steps.map((step) => step.outcome));
  await page.getByRole("link", { name: "Next function" }).click();
  await page.getByRole("heading", { name: `Function plain/${Number(index) + 1}` }).waitFor();
  await close(page);
});

test("infix on the page is that of motzkin for every function", async () => {
  const page = await open("#/function/plain/0");
  for (let index = 0; index < FUNCTIONS; ++index) {
    const shown = cluster.motzkin("show", `plain/${index}`);
    await page.evaluate((hash) => { location.hash = hash; }, `#/function/plain/${index}`);
    await page.getByRole("heading", { name: `Function plain/${index}`, exact: true }).waitFor();
    await page.locator("code.infix").first().waitFor();
    const infix = await page.locator("code.infix").allTextContents();
    assert.deepEqual(infix, [shown.integrand_infix, ...(shown.integral_infix ? [shown.integral_infix] : [])], `plain/${index}`);
  }
  await close(page);
});

test("the events are those of motzkin events, the latest first", async () => {
  const page = await open("#/events");
  const events = cluster.motzkin("events").map((event) => event.text);
  const texts = await page.locator(".events li > span:last-child").allTextContents();
  assert.deepEqual(texts, [...events].reverse());
  await page.getByLabel("Search events").fill("job plain completed");
  await waitFor("the search", async () => (await page.locator(".events li").count()) === 1);
  await close(page);
});

test("what a worker says is text", async () => {
  for (const view of ["", "#/job/hostile", `#/machine/${hostile.uuid}`, "#/events", "#/function/hostile/0", "#/function/hostile/1",
    "#/function/hostile/2"]) {
    const page = await open(view);
    const title = await page.title();
    assert.notEqual(title, "owned", view);
    assert.equal(await page.locator("main script, main img, main b").count(), 0, view);
    assert.ok(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(await page.locator("main").textContent()), view);
    if (view !== "#/events") assert.ok((await page.locator("main").textContent()).includes("<script>"), view);
    await close(page);
  }
});

test("a page that is open follows the cluster, also when its coordinator is started again", async () => {
  cluster.motzkin("start", JOB, "--name", "long", "--target", "1000000");
  const page = await open("#/job/long");
  await page.evaluate(() => { window.stillTheSamePage = true; });
  const functions = async () => Number(/([\d,]+) functions {3}sealed/.exec(await textOf(page))?.[1].replaceAll(",", "") ?? 0);
  const first = await waitFor("functions show", functions);
  await waitFor("they become more", async () => (await functions()) > first);
  cluster.motzkin("pause", "long");
  await waitFor("the page equals SQL", async () =>
    (await functions()) === Number(cluster.sql("select functions from progress where job = 'long'")[0][0]));
  assert.deepEqual(page.complaints, []);

  await cluster.stopCoordinator("SIGKILL");
  await page.locator("#connection.lost", { hasText: "does not answer" }).waitFor();
  await cluster.startCoordinator();
  await page.locator("#connection.live").waitFor();
  cluster.motzkin("cancel", "long");
  await page.locator(".state.cancelled").waitFor();
  assert.equal(await page.evaluate(() => window.stillTheSamePage), true);
  // Refused connections are the browser's own words, and no error of the page.
  page.complaints = page.complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/.test(text));
  await close(page);
});

test("nothing is shown wider than a telephone, and axe finds nothing serious", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const view of views()) {
      const page = await open(view, { viewport: { width: 360, height: 740 }, colorScheme, bypassCSP: true });
      await assertAccessible(page, axeSource, `${view} ${colorScheme}`);
      await close(page);
    }
  }
});

test("all of it can be done with keys alone", async () => {
  const page = await open();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
  await page.keyboard.press("Tab");
  await page.keyboard.type("pla");
  await waitFor("one job is left", async () => (await page.locator("article.job").count()) === 1);
  assert.equal(await page.evaluate(() => [document.activeElement.id, document.activeElement.value].join()), "jobs-search,pla");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Job plain" }).waitFor();
  await page.getByLabel("Function", { exact: true }).focus();
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Function plain/7" }).waitFor();
  await close(page);
});

test("rows that were taken back count no more in the statistics", async () => {
  // The page has counted all rows of the job by now, and none is open while they are replaced.
  cluster.motzkin("void", "attic");
  cluster.worker.kill("SIGKILL");
  cluster.worker = cluster.startWorker("cellar");
  await waitFor("the job is filled again", () => cluster.job("plain").state === "completed" && cluster.job("plain").sealed_below === FUNCTIONS, 300);
  const page = await open("#/job/plain");
  await waitFor("all rows are counted", async () => /60 sealed rows, \d+ duplicates/.test(await textOf(page)));
  const [engine] = cluster.motzkin("stats", "plain").engines;
  const shown = (await rowsOf(page, "CPU, ms"))[0];
  assert.deepEqual(shown.slice(0, 3), [engine.engine, String(engine.steps), String(engine.integrated)]);
  assert.equal(shown[3], (Object.entries(engine.cpu).find(([name]) => /^p.*_us$/.test(name))[1] / 1e3).toFixed(2));
  await close(page);
});

test("many machines and jobs come in pages, and can be searched", async () => {
  cluster.worker.kill("SIGKILL");
  cluster.sqlAsOwner(`INSERT INTO worker (uuid, name, instance, state, slots)
    SELECT gen_random_uuid(), 'm' || to_char(n, 'FM0000'), 1, 'away', 4 FROM generate_series(1, 1000) n`);
  for (let n = 1; n <= 25; ++n) cluster.motzkin("start", JOB, "--name", `many-${n}`);
  const page = await open();
  assert.equal((await rowsOf(page, "Machines")).length, 50);
  assert.ok((await textOf(page)).includes("1 to 50 of 1003"));
  await page.getByRole("button", { name: "Next machines" }).click();
  await waitFor("the second page", async () => (await textOf(page)).includes("51 to 100 of 1003"));
  await page.getByLabel("Search machines").fill("m0777");
  await waitFor("the machine", async () => (await rowsOf(page, "Machines"))[0]?.[0] === "m0777");
  assert.equal((await rowsOf(page, "Machines")).length, 1);
  assert.equal(await page.locator("article.job h3 a").first().textContent(), "many-25");
  await page.getByRole("button", { name: "Next jobs" }).click();
  await waitFor("older jobs", async () => (await page.locator("article.job h3 a").first().textContent()) === "many-15");
  await page.getByRole("button", { name: "Previous jobs" }).click();
  await waitFor("the newest jobs", async () => (await page.locator("article.job h3 a").first().textContent()) === "many-25");
  await close(page);
});

test("it answers only to this machine's names, only to its own page, and only to look", async () => {
  const home = await ask("/");
  assert.equal(home.status, 200);
  assert.match(home.headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(home.headers["x-content-type-options"], "nosniff");
  assert.equal((await ask("/", { headers: { "If-None-Match": home.headers.etag } })).status, 304);
  assert.equal((await ask("/api/GetStatus", { headers: { Host: "evil.example:8080" } })).status, 403);
  assert.equal((await ask("/", { headers: { Host: "127.0.0.1.evil.example" } })).status, 403);
  assert.equal((await ask("/api/GetStatus", { headers: { "Sec-Fetch-Site": "cross-site" } })).status, 403);
  assert.equal((await ask("/", { headers: { "Sec-Fetch-Site": "cross-site" } })).status, 200, "another site may link to it");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal((await ask("/api/GetStatus", { method })).status, 405, method);
  assert.equal((await ask("/nothing")).status, 404);
  assert.equal((await ask("/../../etc/passwd")).status, 404);
  for (const method of ["ControlJob", "StartJob", "VoidRows", "Nothing"]) assert.equal((await ask(`/api/${method}`)).status, 400, method);
  assert.equal((await ask("/api/ListJobs?nothing=1")).status, 400);
  assert.equal((await ask("/api/GetResult?job=plain&index=12345678")).status, 404);
  const status = JSON.parse((await ask("/api/GetStatus?page_size=1")).body);
  assert.equal(status.reader_uri, "");
  assert.ok(!status.psql.includes("password") && !status.psql.includes("postgresql://"), status.psql);
  assert.ok(JSON.parse((await ask("/api/ListWorkers")).body).workers.length <= 100);
});

test("neither crowds nor slow readers keep others from it", async () => {
  const sockets = [];
  const connect = (text) => new Promise((resolve, reject) => {
    const socket = net.connect(cluster.webPort, "127.0.0.1", () => { socket.write(text); resolve(socket); });
    socket.on("error", reject);
    socket.pause(); // It never reads.
    sockets.push(socket);
  });
  try {
    for (let i = 0; i < 200; ++i) await connect("");
    assert.equal((await ask("/")).status, 200, "idle connections");
    const listen = `GET /live?q=ListWorkers%3Fpage_size%3D100&q=ListEvents HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    for (let i = 0; i < 40; ++i) await connect(listen);
    assert.equal((await waitFor("more listeners are refused", async () => {
      const answer = await ask("/live?q=GetStatus", { method: "HEAD" });
      return answer.status === 503 ? answer : null;
    })).status, 503);
    assert.equal((await ask("/api/ListWorkers?page_size=1")).status, 200, "listeners that do not read");
    for (const text of ["GET", "GET / HTTP/1.1\r\nX: " + "x".repeat(20_000), "\x16\x03\x01", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n"]) {
      await connect(text).catch(() => undefined);
    }
    assert.equal((await ask("/api/ListJobs?page_size=1")).status, 200, "what is no request");
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  await waitFor("listeners that are gone are forgotten", async () => {
    const page = await open();
    const live = await page.locator("#connection.live").isVisible();
    await page.context().close();
    return live;
  });
});

test("reads of rows that wait do not hold up the views", async () => {
  const unlock = await cluster.lockTable("engine");
  const waiting = [1, 2, 3, 4].map(() => ask("/api/Statistics?job=plain"));
  try {
    for (const question of ["GetStatus?page_size=1", "ListJobs", "ListWorkers"]) {
      const answer = await Promise.race([ask(`/api/${question}`), ...waiting]);
      assert.ok(answer.status === 200 && !answer.body.includes("success_by_size"), question);
    }
  } finally {
    await unlock();
  }
  for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 200, answer.body);
});

test("a port that is taken is one plain line", async () => {
  const port = await freePort();
  const taken = net.createServer().listen(port, "127.0.0.1");
  const other = new Cluster(bin);
  try {
    const child = other.program("coordinator", ["--listen", `127.0.0.1:${await freePort()}`, "--data-dir", other.data, "--web", `127.0.0.1:${port}`]);
    assert.equal(await child.ended, 1);
    const log = fs.readFileSync(path.join(other.folder, "coordinator.log"), "utf8");
    assert.match(log, new RegExp(`coordinator: cannot serve the page on 127.0.0.1:${port}: .*in use.*--web off`));
    for (const web of ["0.0.0.0:8080", "8080"]) {
      const refused = other.program("coordinator", ["--data-dir", other.data, "--web", web]);
      assert.equal(await refused.ended, 2, web);
    }
  } finally {
    taken.close();
    await other.end();
  }
});
