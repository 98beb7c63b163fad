// open_test.mjs BIN TOOLS: opens the coordinator's page to other machines, with TLS by the key of the cluster and by files
// of the owner, and tries it by hand and in headless Chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { after, before, test } from "node:test";
import { Cluster, freePort, waitFor } from "./cluster.mjs";
import { ask as request, assertAccessible, closePage, openPage } from "./pages.mjs";
import { installTools, launch } from "./tools.mjs";

const [bin, tools] = process.argv.slice(2).map((argument) => path.resolve(argument));
const { chromium, axeSource } = installTools(tools);
const PASSWORD = "correct horse";
const HOST = os.hostname().toLowerCase();

let cluster;
let browser;
let ca; // what an owner has his browser trust

const ask = (target, options = {}) => request(cluster.url, target, { ca, ...options });

const post = (action, body, { cookie = "", token = "" } = {}) => ask(`/api/${action}`, {
  method: "POST", body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", Origin: cluster.url, Cookie: cookie, "X-Motzkin-Token": token },
});

async function admission() {
  const answer = await post("SignIn", { password: PASSWORD });
  assert.equal(answer.status, 200, answer.body);
  const cookies = answer.headers["set-cookie"];
  return { cookies, cookie: cookies.map((it) => it.split(";")[0]).join("; "), token: JSON.parse(answer.body).action_token };
}

// The line with which a coordinator refuses to start, and its exit code.
async function refusal(...flags) {
  const other = new Cluster(bin);
  try {
    const child = other.program("coordinator", ["--listen", `127.0.0.1:${await freePort()}`, "--data-dir", other.data, ...flags]);
    const code = await child.ended;
    const lines = fs.readFileSync(path.join(other.folder, "coordinator.log"), "utf8").trimEnd().split("\n");
    return { code, line: lines.filter((line) => line.startsWith("coordinator: ")).join("\n") };
  } finally {
    await other.end();
  }
}

before(async () => {
  browser = await launch(chromium);
  cluster = new Cluster(bin);
  await cluster.startCoordinator();
  cluster.webPassword(PASSWORD);
  cluster.motzkin("start", "lample-charton", "--name", "shown", "--target", "1000");
  await cluster.stopCoordinator();
  cluster.webHost = "0.0.0.0";
  await cluster.startCoordinator("--web-names", "Kitchen.example");
  assert.equal(cluster.url, `https://${HOST}:${cluster.webPort}`);
  cluster.url = `https://localhost:${cluster.webPort}`;
});

after(async () => {
  await browser?.close();
  await cluster?.end();
});

test("without a password or TLS it does not start, and one line says what to do", async () => {
  const web = `0.0.0.0:${await freePort()}`;
  const open = await refusal("--web", web);
  assert.equal(open.code, 2);
  assert.match(open.line, /^coordinator: --web .* no password: start .* --web 127\.0\.0\.1:8080, type motzkin web-password, then start it like this again$/);
  const plain = await refusal("--web", web, "--insecure", "yes");
  assert.equal(plain.code, 2);
  assert.match(plain.line, /^coordinator: --web .* needs TLS, .*--web-certificate and --web-key/);
  const nowhere = await refusal("--web-certificate", "/nowhere.pem", "--web-key", "/nowhere.pem", "--web", `127.0.0.1:${await freePort()}`);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.line, /cannot read \/nowhere\.pem/);
  assert.equal(cluster.webPassword(null), null, "the password has to stay");
});

test("the certificate is one of the cluster's key, for the names and addresses of this host", async () => {
  ca = (await ask("/page-authority.pem", { rejectUnauthorized: false })).body;
  assert.equal(ca, fs.readFileSync(path.join(cluster.data, "identity/page-authority.pem"), "utf8"));
  const addresses = Object.values(os.networkInterfaces()).flat().map((it) => it.address.split("%")[0]);
  for (const name of ["localhost", HOST, `${HOST.split(".")[0]}.local`, "kitchen.example"]) {
    assert.equal((await ask("/", { servername: name })).status, 200, name);
  }
  const reachable = addresses.filter((address) => net.isIPv4(address));
  for (const address of reachable) {
    assert.equal((await request(`https://${address}:${cluster.webPort}`, "/", { ca })).status, 200, address);
  }
  await assert.rejects(ask("/", { servername: "evil.example" }), /altnames/);
  await assert.rejects(ask("/", { ca: undefined }), /self-signed|unable to verify/);
  await assert.rejects(ask("/", { maxVersion: "TLSv1.2" }), /version|handshake/i);
  await assert.rejects(request(`http://localhost:${cluster.webPort}`, "/"), "plain text");
  // Another start has another certificate, which the same authority has signed.
  await cluster.stopCoordinator();
  await cluster.startCoordinator("--web-names", "Kitchen.example");
  cluster.url = `https://localhost:${cluster.webPort}`;
  assert.equal((await ask("/")).status, 200);
});

test("it answers to its own names and addresses, and to no other", async () => {
  for (const [host, status] of [[HOST, 200], [`${HOST}:1`, 200], ["192.168.77.5:8080", 200], ["KITCHEN.example", 200], ["[fd00::5]", 200],
    ["evil.example", 403], [`${HOST}.evil.example`, 403]]) {
    assert.equal((await ask("/", { servername: "localhost", headers: { Host: host } })).status, status, host);
  }
});

test("it tells nothing to who is not signed in", async () => {
  for (const target of ["/api/GetStatus", "/api/ListWorkers", "/api/Statistics?job=shown", "/live?q=GetStatus"]) {
    const { status, body } = await ask(target);
    assert.equal(status, 401, target);
    assert.ok(!body.includes("shown"), body);
  }
  assert.deepEqual(JSON.parse((await ask("/api/Session")).body), { password_set: true, signed_in: false, may_look: false });
  const { cookies, cookie, token } = await admission();
  assert.match(cookies[0], /^__Host-motzkin_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/);
  const headers = { Cookie: cookie };
  assert.equal((await ask("/api/GetStatus", { headers })).status, 200);
  assert.equal((await post("ControlJob", { job: "shown", verb: "VERB_PAUSE" }, { cookie, token })).status, 200);
  assert.equal(cluster.job("shown").state, "paused");
  assert.equal((await post("SignOut", {}, { cookie, token })).status, 200);
  assert.equal((await ask("/api/GetStatus", { headers })).status, 401);
});

test("metrics are for a Prometheus on this machine alone", async () => {
  const local = await ask("/metrics");
  assert.equal(local.status, 200);
  assert.match(local.body, /^motzkin_build_info\{/m);
  // What comes to another address of ours has that address, too.
  for (const { address, internal } of Object.values(os.networkInterfaces()).flat()) {
    if (internal || !net.isIPv4(address)) continue;
    const far = await request(`https://${address}:${cluster.webPort}`, "/metrics", { ca });
    assert.equal(far.status, 401, address);
    assert.ok(!far.body.includes("motzkin_build_info"), address);
  }
});

test("a browser signs in, sees what it asked for, and sees nothing once the password is another", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const options = { ignoreHTTPSErrors: true, bypassCSP: true, viewport: { width: 360, height: 740 }, colorScheme };
    const page = await openPage(browser, cluster, "#/job/shown", options);
    await page.getByLabel("Password").waitFor();
    await assertAccessible(page, axeSource, "signing in");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Job shown" }).waitFor();
    await page.locator("#connection.live").waitFor();
    await page.locator("main [data-order]").first().waitFor();
    await assertAccessible(page, axeSource, "signed in");
    cluster.webPassword(PASSWORD); // It is the same, and a new one all the same.
    await page.getByLabel("Password").waitFor();
    assert.ok(!(await page.locator("main").innerText()).includes("shown"));
    page.complaints = page.complaints.filter((text) => !/status of 401|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(text));
    await closePage(page);
  }
});

test("clients that do not shake hands keep no other from it", async () => {
  const sockets = [];
  const connect = (text, localAddress = "127.0.0.1") => new Promise((resolve, reject) => {
    const socket = net.connect({ port: cluster.webPort, host: "127.0.0.1", localAddress }, () => { socket.write(text); resolve(socket); });
    socket.on("error", reject);
    socket.pause();
    sockets.push(socket);
  });
  try {
    for (let i = 0; i < 200; ++i) await connect(["", "\x16\x03\x01", "GET / HTTP/1.1\r\n\r\n"][i % 3]);
    assert.equal((await ask("/")).status, 200);
    const first = sockets[0];
    first.resume();
    await waitFor("it gives up", () => first.destroyed || first.readableEnded, 30);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("one address cannot take all connections", async () => {
  const sockets = [];
  const half = () => new Promise((resolve) => {
    const socket = tls.connect({ port: cluster.webPort, host: "localhost", localAddress: "127.0.0.3", ca }, () => { socket.write("GET / HT"); resolve(); });
    socket.on("error", resolve);
    socket.on("close", resolve);
    sockets.push(socket);
  });
  try {
    for (let i = 0; i < 80; ++i) await half();
    assert.ok(sockets.filter((socket) => !socket.destroyed && socket.readyState === "open").length <= 24);
    assert.equal((await ask("/")).status, 200);
    await assert.rejects(ask("/", { localAddress: "127.0.0.3" }));
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("a certificate of the owner serves, also on loopback, where it is for looking without a password", async () => {
  await cluster.stopCoordinator();
  const [certificate, key] = ["own.pem", "own.key"].map((name) => path.join(cluster.folder, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=own",
    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], { stdio: "ignore" });
  fs.chmodSync(key, 0o644);
  const careless = await refusal("--web", `127.0.0.1:${await freePort()}`, "--web-certificate", certificate, "--web-key", key);
  assert.equal(careless.code, 2);
  assert.match(careless.line, /chmod 600/);
  fs.chmodSync(key, 0o600);
  cluster.webHost = "localhost";
  await cluster.startCoordinator("--web-certificate", certificate, "--web-key", key);
  assert.equal(cluster.url, `https://localhost:${cluster.webPort}`);
  ca = fs.readFileSync(certificate, "utf8");
  assert.equal((await ask("/api/GetStatus")).status, 200);
  assert.equal((await ask("/page-authority.pem")).status, 404);
  await admission();
});
