// owner_test.mjs BIN TOOLS: signs in on the coordinator's page in headless Chromium, gives every order there, and
// looks with motzkin and SQL whether a cluster of real programs obeys. And it tries to act without having signed in.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { Cluster, waitFor } from "./cluster.mjs";
import { ask as request, assertAccessible, closePage, openPage } from "./pages.mjs";
import { installTools, launch } from "./tools.mjs";

const [bin, tools] = process.argv.slice(2).map((argument) => path.resolve(argument));
const { chromium, axeSource } = installTools(tools);
const PASSWORD = "correct horse \u00e4\"\\";

let cluster;
let browser;

const ask = (target, options) => request(cluster.url, target, options);
const lastEvents = () => cluster.motzkin("events").map((event) => event.text);
const attic = () => cluster.motzkin("workers").find((worker) => worker.name === "attic");

async function signIn(page, password = PASSWORD) {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Password").fill(password);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
}

async function openSignedIn(view = "", options = {}) {
  const page = await openPage(browser, cluster, view, options);
  await signIn(page);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.evaluate((hash) => { location.hash = hash; }, view === "" ? "#/" : view);
  return page;
}

// A client that is no browser: it sends what it is told to.
const post = (action, body, { cookie = "", token = "", headers = {}, ...options } = {}) => ask(`/api/${action}`, {
  method: "POST", body: JSON.stringify(body), ...options,
  headers: { "Content-Type": "application/json", Origin: cluster.url, Cookie: cookie, "X-Motzkin-Token": token, ...headers },
});

// What a browser holds that is signed in.
async function admission(options = {}) {
  const answer = await post("SignIn", { password: PASSWORD }, options);
  assert.equal(answer.status, 200, answer.body);
  const cookies = answer.headers["set-cookie"];
  return { cookies, cookie: cookies.map((it) => it.split(";")[0]).join("; "), token: JSON.parse(answer.body).action_token };
}

const signedIn = async (cookie) => JSON.parse((await ask("/api/Session", { headers: { Cookie: cookie } })).body).signed_in;

before(async () => {
  browser = await launch(chromium);
  cluster = new Cluster(bin);
  await cluster.startCoordinator();
  cluster.worker = cluster.startWorker("attic");
  await waitFor("the worker is there", attic);
});

after(async () => {
  await browser?.close();
  await cluster?.end();
});

test("without a password the page is for looking, and says how to get one", async () => {
  const page = await openPage(browser, cluster, "#/sign-in");
  assert.match(await page.locator("main").innerText(), /motzkin web-password/);
  assert.equal(await page.getByRole("link", { name: "Sign in" }).count(), 0);
  assert.equal((await post("SignIn", { password: "" })).status, 409);
  await closePage(page);
  assert.equal(cluster.webPassword("short"), null);
  assert.ok(cluster.webPassword(PASSWORD));
  const [[hash]] = cluster.sqlAsOwner("select hash from page_password");
  assert.match(hash, /^\$scrypt\$/);
});

test("there are buttons only for who is signed in, also when the page is loaded again", async () => {
  const page = await openPage(browser, cluster);
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.equal(await page.locator("[data-order], [data-form]").count(), 0);
  await signIn(page, "wrong horse");
  await page.locator("#notice.problem", { hasText: "this is not the password" }).waitFor();
  page.complaints = page.complaints.filter((text) => !/status of 401/.test(text));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Password").press("Enter");
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  await page.getByText("Start a job").waitFor();
  await page.reload();
  await page.getByText("Start a job").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.equal(await page.locator("[data-order], [data-form]").count(), 0);
  await closePage(page);
});

test("a job is started, paused, resumed and cancelled", async () => {
  const page = await openSignedIn();
  await page.getByText("Start a job").click();
  await page.getByLabel("Name").fill("mine");
  // A job that appears meanwhile takes neither the form nor what is in it.
  cluster.motzkin("start", "lample-charton", "--name", "another", "--target", "1k");
  await page.getByRole("link", { name: "another" }).first().waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "mine");
  await page.getByLabel("Target").fill("1k");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("#notice", { hasText: "job mine running" }).waitFor();
  const job = cluster.job("mine");
  assert.deepEqual([job.preset, Number(job.target), job.state], ["lample-charton", 1000, "running"]);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("#notice.problem", { hasText: "there is a job named mine already" }).waitFor();
  page.complaints = page.complaints.filter((text) => !/status of 409/.test(text));
  await page.getByRole("button", { name: "Pause mine" }).click();
  await page.getByRole("button", { name: "Resume mine" }).waitFor();
  assert.equal(cluster.sql("select state from progress where job = 'mine'")[0][0], "paused");
  await page.getByRole("link", { name: "mine", exact: true }).click();
  await page.getByRole("button", { name: "Resume mine" }).click();
  await page.getByRole("button", { name: "Pause mine" }).waitFor();
  assert.equal(cluster.job("mine").state, "running");

  await page.getByRole("button", { name: "Cancel mine" }).click();
  await page.getByRole("button", { name: "Leave it" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(cluster.job("mine").state, "running");
  await page.getByRole("button", { name: "Cancel mine" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.locator("#notice", { hasText: "job mine cancelled" }).waitFor();
  assert.equal(cluster.job("mine").state, "cancelled");
  await page.getByRole("button", { name: "Cancel mine" }).waitFor({ state: "detached" });
  const events = await waitFor("the event is written", () => lastEvents().includes("job mine cancelled, on the page") && lastEvents());
  for (const done of ["started", "paused", "resumed"]) assert.ok(events.includes(`job mine ${done}, on the page`), done);
  await closePage(page);
});

test("the presets are those of motzkin start", async () => {
  const page = await openSignedIn();
  const shown = await page.locator("#preset option").allTextContents();
  const { cookie, token } = await admission();
  const refused = JSON.parse((await post("StartPreset", { preset: "nothing" }, { cookie, token })).body).error.message;
  for (const preset of shown) assert.ok(refused.includes(preset), refused);
  assert.equal(shown.length, refused.split(":").pop().split(",").length, refused);
  await closePage(page);
});

test("a machine is suspended, resumed, drained, removed and let in again", async () => {
  const page = await openSignedIn(`#/machine/${attic().uuid}`);
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await press("Suspend attic");
  await page.locator("#notice", { hasText: "worker attic suspend" }).waitFor();
  await waitFor("it is suspended", () => attic().state === "suspended");
  await press("Resume attic");
  await waitFor("it is resumed", () => attic().state === "idle");
  await page.getByLabel("Until").fill("07:30");
  await press("Suspend until then");
  await waitFor("it is suspended until then", () => attic().state === "suspended" && attic().reason.includes("07:30"));
  const [[minutes]] = cluster.sqlAsOwner("select round(extract(epoch from suspended_until - now()) / 60) from worker where name = 'attic'");
  assert.ok(Number(minutes) >= 0 && Number(minutes) <= 24 * 60, minutes);
  await press("Drain attic");
  await waitFor("it drains", () => attic().state === "draining");

  await press("Remove attic");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(attic().state, "draining");
  await press("Remove attic");
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.locator("#notice", { hasText: "worker attic removed" }).waitFor();
  const events = await waitFor("the event is written", () => lastEvents().some((text) => /^worker attic removed by order of its owner, on the page$/.test(text)) && lastEvents());
  assert.ok(events.some((text) => /^worker attic suspended by order of its owner, until .*07:30.*, on the page$/.test(text)), events.join("\n"));
  await waitFor("it waits for approval", () => attic()?.state === "waiting-approval");

  await page.evaluate(() => { location.hash = "#/"; });
  const { join_code: code } = JSON.parse((await ask("/api/ListWorkers?worker=attic")).body).workers[0];
  assert.ok(attic().reason.includes(code), attic().reason);
  await press("Approve attic");
  await page.getByRole("dialog").getByText(code).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await page.locator("#notice", { hasText: "worker attic may work" }).waitFor();
  await waitFor("it is a member again", () => attic().state === "idle");
  assert.ok(lastEvents().some((text) => /^worker attic .* approved by the owner, on the page$/.test(text)));
  await closePage(page);
});

test("a telephone has room for all orders, and axe finds nothing serious", async () => {
  cluster.motzkin("start", "lample-charton", "--name", "shown");
  for (const colorScheme of ["light", "dark"]) {
    const options = { viewport: { width: 360, height: 740 }, colorScheme, bypassCSP: true };
    const page = await openPage(browser, cluster, "#/sign-in", options);
    await page.getByLabel("Password").waitFor();
    await assertAccessible(page, axeSource, `#/sign-in ${colorScheme}`);
    await signIn(page);
    for (const view of ["#/", "#/job/shown", `#/machine/${attic().uuid}`]) {
      await page.evaluate((hash) => { location.hash = hash; }, view);
      await page.locator("main [data-order]").first().waitFor();
      await assertAccessible(page, axeSource, `${view} ${colorScheme}`);
    }
    await page.getByRole("button", { name: "Remove attic" }).click();
    await assertAccessible(page, axeSource, `the question ${colorScheme}`);
    await closePage(page);
  }
});

test("all orders can be given with keys alone", async () => {
  const page = await openPage(browser, cluster);
  await page.getByRole("link", { name: "Sign in" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Password").focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Cancel shown" }).focus();
  await page.keyboard.press("Enter");
  // The first choice leaves all as it is.
  await waitFor("the question", () => page.evaluate(() => document.activeElement.textContent === "Leave it"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#notice", { hasText: "job shown cancelled" }).waitFor();
  assert.equal(cluster.job("shown").state, "cancelled");
  await closePage(page);
});

test("a program has to have both secrets, and another site has no use of them", async () => {
  const { cookies, cookie, token } = await admission();
  const session = cookies.find((it) => it.startsWith("motzkin_session="));
  assert.match(session, /^motzkin_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
  const order = { job: "mine", verb: "VERB_PAUSE" };
  const status = async (options) => (await post("ControlJob", order, options)).status;
  assert.equal(await status({ token }), 401, "no cookie");
  assert.equal(await status({ cookie }), 403, "no action token");
  assert.equal(await status({ cookie, token: "0".repeat(64) }), 403, "a forged action token");
  assert.equal(await status({ cookie, token: (await admission()).token }), 403, "that of another session");
  for (const headers of [{ Origin: "http://evil.example" }, { Origin: "null" }, { "Sec-Fetch-Site": "cross-site" },
    { Host: "evil.example", Origin: "http://evil.example" }]) {
    assert.equal(await status({ cookie, token, headers }), 403, JSON.stringify(headers));
  }
  assert.equal(await status({ cookie, token, headers: { "Content-Type": "text/plain" } }), 415);
  assert.equal(await status({ cookie, token }), 409, "allowed, and refused as the job is over");
  for (const [action, body] of [["ControlJob", { nothing: 1 }], ["ControlWorker", { worker: "x", verb: "VERB_EAT" }], ["StartPreset", []],
    ["ApproveWorker", { code: "1" }]]) {
    assert.equal((await post(action, body, { cookie, token })).status, 400, action);
  }
  assert.equal((await post("ControlJob", { job: "x".repeat(20_000) }, { cookie, token })).status, 400);
  assert.equal((await post("VoidRows", { worker: "attic" }, { cookie, token })).status, 405);
});

test("guesses are few, and do not lock the owner out", async () => {
  const { cookie } = await admission();
  // Another source than the one of the other tests.
  const guess = (options) => post("SignIn", { password: "wrong horse" }, { localAddress: "127.0.0.2", ...options });
  for (let n = 0; n < 5; ++n) assert.equal((await guess()).status, 401);
  const refused = await guess();
  assert.equal(refused.status, 429);
  assert.match(JSON.parse(refused.body).error.message, /^too many wrong passwords; try again in \d+ s$/);
  assert.equal((await post("SignIn", { password: PASSWORD }, { localAddress: "127.0.0.2" })).status, 429);
  await admission({ localAddress: "127.0.0.2", cookie });
  for (let n = 0; n < 30; ++n) await guess({ localAddress: `127.0.1.${n + 1}` });
  assert.equal((await post("SignIn", { password: PASSWORD }, { localAddress: "127.0.2.1" })).status, 429);
  await admission({ localAddress: "127.0.2.1", cookie });
  assert.ok(cluster.motzkin("status"), "the coordinator goes on");
  // A crowd of guesses at once waits for one thread, or is refused, and holds nothing else up.
  const crowd = Array.from({ length: 12 }, () => guess({ cookie }));
  assert.equal((await ask("/api/Session")).status, 200);
  for (const { status } of await Promise.all(crowd)) assert.ok([401, 429, 503].includes(status), String(status));
});

test("signing out, time, a new password and a restart end a session", async () => {
  await cluster.stopCoordinator(); // Tries are forgotten, too.
  await cluster.startCoordinator();
  const first = await admission();
  assert.equal((await post("SignOut", {}, first)).status, 200);
  assert.equal(await signedIn(first.cookie), false);
  assert.equal((await post("ControlJob", { job: "mine", verb: "VERB_PAUSE" }, first)).status, 401);

  const page = await openSignedIn();
  const second = await admission();
  cluster.webPassword("another horse");
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.equal(await page.locator("[data-order], [data-form]").count(), 0);
  assert.equal(await signedIn(second.cookie), false);
  assert.equal((await post("SignIn", { password: PASSWORD })).status, 401);
  page.complaints = page.complaints.filter((text) => !/ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(text));
  await closePage(page);

  cluster.webPassword(PASSWORD);
  const third = await admission();
  await cluster.stopCoordinator();
  await cluster.startCoordinator("--web-idle", "2s");
  assert.equal(await signedIn(third.cookie), false);
  const idle = await openSignedIn();
  await idle.getByRole("link", { name: "Sign in" }).waitFor();
  idle.complaints = idle.complaints.filter((text) => !/ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(text));
  await closePage(idle);
});

test("a backup has the password, and taking it away ends signing in", async () => {
  const { cookie } = await admission();
  const backup = path.join(cluster.folder, "backup");
  cluster.motzkin("backup", backup);
  assert.ok(cluster.webPassword(null));
  assert.equal(await signedIn(cookie), false);
  assert.equal((await post("SignIn", { password: PASSWORD })).status, 409);
  await cluster.stopCoordinator();
  cluster.data = path.join(cluster.folder, "restored");
  cluster.motzkin("restore", backup, "--data-dir", cluster.data);
  await cluster.startCoordinator();
  await admission();
});
