// One machine: its slots, heat, speed and engines, what it stored in the last day, and its failures.
import { Failures, question, Throughput, Worker, Workers } from "./api";
import { throughput } from "./charts";
import { Child, h } from "./dom";
import { failureTable } from "./failures";
import { machineOrders } from "./orders";
import { Owner } from "./owner";
import { facts, shown, View } from "./view";
import { grouped, num, span } from "./words";

function machine(it: Worker, owner: Owner): Child {
  const engines = Object.entries(it.engines).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, version]) => `${name} ${version}`);
  const each = it.slots > 0 ? ` (${(it.functions_per_minute / 60 / it.slots).toFixed(2)}/s a slot)` : "";
  return [
    h("p", {}, h("span", { class: `state ${it.state}` }, it.state), it.reason !== "" && [" ", h("span", { class: "reason" }, it.reason)]),
    machineOrders(owner.mayAct, it),
    facts([
      ["slots", `${it.slots_busy}/${it.slots}`],
      ["speed", `${(it.functions_per_minute / 60).toFixed(1)}/s${each}`],
      ["integrated", `${(it.integrated_per_minute / 60).toFixed(1)}/s`],
      ["temperature", it.temperature > 0 ? `${it.temperature.toFixed(1)} \u00b0C` : "unknown"],
      ["seen", `${span(it.seconds_since_seen)} ago`],
      ["batches", it.batches],
      ["results", `${it.results_way || "-"}; ${grouped(num(it.rows_waiting))} rows wait in memory, ${grouped(num(it.rows_spooled))} on disk`],
      ["sandbox", it.sandbox_level || "-"],
      ["engines", engines.join(", ") || "-"],
      ["build", it.build || "-"],
      ["UUID", it.uuid],
    ]),
    it.state === "waiting-approval" && !owner.mayAct && h("p", {}, "If it shows the same code, type here: ", h("code", {}, "motzkin approve CODE")),
  ];
}

export class MachineView implements View {
  readonly title: string;

  constructor(private readonly worker: string) {
    this.title = "Machine";
  }

  get questions(): string[] {
    const worker = this.worker;
    return [
      question("ListWorkers", { worker }),
      question("Throughput", { worker, hours: 24, minutes: 15 }),
      question("Failures", { worker, limit: 20 }),
    ];
  }

  draw([workers, speed, failures]: unknown[], owner: Owner): Child[] {
    return [
      shown<Workers>(workers, (told) => {
        const title = told.workers.length === 1 ? told.workers[0]?.name ?? "" : this.worker;
        return [
          h("h1", {}, `Machine ${title}`),
          told.workers.length === 0 && h("p", { class: "problem" }, `no worker ${this.worker}`),
          told.workers.map((it) => h("section", { "data-key": it.uuid, "aria-label": it.name }, machine(it, owner))),
        ];
      }),
      h("section", { "aria-labelledby": "speed-title" },
        h("h2", { id: "speed-title" }, "The last day"),
        shown<Throughput>(speed, (told) => throughput(told, Date.now()))),
      h("section", { "aria-labelledby": "failures-title" },
        h("h2", { id: "failures-title" }, "Its latest functions without an integral"),
        shown<Failures>(failures, (told) => failureTable(told.failures))),
    ];
  }
}
