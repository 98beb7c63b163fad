// A cluster of real programs: a coordinator with its private Postgres, and workers.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { here } from "./tools.mjs";

export function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// Polls until `condition` returns something true, and returns that.
export async function waitFor(what, condition, seconds = 120) {
  const until = Date.now() + 1000 * seconds;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`not in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class Cluster {
  constructor(bin) {
    this.bin = bin;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "motzkin-page-"));
    fs.chmodSync(this.folder, 0o755); // Under root another user runs Postgres, who has to enter.
    this.data = path.join(this.folder, "data");
    this.processes = new Set();
  }

  program(name, args, options = {}) {
    const log = fs.openSync(path.join(this.folder, `${name}.log`), "a");
    const child = spawn(path.join(this.bin, name), args, { stdio: ["ignore", log, log], ...options });
    fs.closeSync(log);
    return this.watch(child);
  }

  watch(child) {
    this.processes.add(child);
    child.ended = new Promise((resolve) => child.on("exit", (code) => {
      this.processes.delete(child);
      resolve(code);
    }));
    return child;
  }

  async startCoordinator(...flags) {
    this.port ??= await freePort();
    this.webPort ??= await freePort();
    this.address = `127.0.0.1:${this.port}`;
    this.coordinator = this.program("coordinator", [
      "--listen", this.address, "--data-dir", this.data, "--web", `${this.webHost ?? "127.0.0.1"}:${this.webPort}`,
      "--disk-free-percent-min", "0", "--disk-free-min", "1MB", ...flags,
    ]);
    await waitFor("the coordinator serves", () => this.motzkin("jobs") !== null || this.coordinator.exitCode !== null);
    this.url = this.motzkin("status").page;
  }

  async stopCoordinator(signal = "SIGTERM") {
    this.coordinator.kill(signal);
    await this.coordinator.ended;
  }

  startWorker(name, engines = "giac") {
    return this.program("worker", [
      "--connect", this.address, "--name", name, "--state-dir", path.join(this.folder, name), "--slots", "1",
      "--engines", engines, "--idle-priority", "false", "--calibrate", "false",
    ]);
  }

  // Starts the worker that lies, and returns its UUID once its rows are stored.
  async startHostileWorker(proto) {
    const child = this.watch(spawn("/usr/bin/python3", [path.join(here, "hostile_worker.py"), this.bin, proto, this.address, this.data],
      { stdio: ["pipe", "pipe", "inherit"] }));
    const lines = readline.createInterface({ input: child.stdout });
    const first = await Promise.race([new Promise((resolve) => lines.once("line", resolve)), child.ended]);
    if (typeof first !== "string") throw new Error("the hostile worker ended");
    return { uuid: first.split(" ").pop(), said: first, end: async () => { child.stdin.end(); await child.ended; } };
  }

  // What motzkin answers in JSON, or null if it fails.
  motzkin(...words) {
    return this.run(words, "");
  }

  run(words, input) {
    try {
      const text = execFileSync(path.join(this.bin, "motzkin"), ["--coordinator", this.address, "--json", ...words],
        { encoding: "utf8", input, stdio: ["pipe", "pipe", "ignore"], timeout: 60_000 });
      return text.trim() === "" ? {} : JSON.parse(text);
    } catch {
      return null;
    }
  }

  // Sets the password of the page; null takes it away. Returns null if motzkin refuses it.
  webPassword(password) {
    const words = password === null ? ["--remove"] : [];
    return this.run(["web-password", ...words], password === null ? "" : `${password}\n`);
  }

  // The rows of a statement, run with the rights of the reader.
  sql(statement) {
    const text = execFileSync(path.join(this.bin, "motzkin"),
      ["--coordinator", this.address, "psql", "-At", "-F", "\t", "-c", statement], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    return text.trimEnd().split("\n").map((line) => line.split("\t"));
  }

  // How to run psql with the rights of the owner of the database, of which root may ask the private server.
  asOwner() {
    const [, , , port, sockets] = fs.readFileSync(path.join(this.data, "postgres/postmaster.pid"), "utf8").split("\n");
    return { args: ["-q", "-v", "ON_ERROR_STOP=1", "-h", sockets, "-p", port, "-U", "motzkin_owner", "motzkin"],
      env: { ...process.env, PGOPTIONS: "-c search_path=motzkin" } };
  }

  sqlAsOwner(statement) {
    const { args, env } = this.asOwner();
    const text = execFileSync("psql", [...args, "-At", "-F", "\t", "-c", statement], { encoding: "utf8", env });
    return text.trimEnd().split("\n").map((line) => line.split("\t"));
  }

  // Locks a table against all readers, and returns what gives it back.
  async lockTable(table) {
    const { args, env } = this.asOwner();
    const child = this.watch(spawn("psql", [...args, "-At"], { env, stdio: ["pipe", "pipe", "inherit"] }));
    child.stdin.write(`BEGIN; LOCK TABLE ${table}; SELECT 'locked';\n`);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    return async () => { child.stdin.end(); await child.ended; };
  }

  job(name) {
    return this.motzkin("jobs")?.find((job) => job.name === name);
  }

  async end() {
    for (const child of this.processes) if (child !== this.coordinator) child.kill("SIGKILL");
    if (this.coordinator && this.coordinator.exitCode === null) await this.stopCoordinator();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
