// One job: how far it is, its outcomes, speed and statistics, its latest integrals and failures.
import { Failures, Job, Jobs, Lengths, question, Statistics, Status, Throughput } from "./api";
import { shares, throughput } from "./charts";
import { Child, h } from "./dom";
import { failureTable } from "./failures";
import { jobState, labelFlips, latest, outcomeGroups, outcomeRows, sizes, target } from "./job_parts";
import { jobOrders } from "./orders";
import { Owner } from "./owner";
import { facts, shown, table, View } from "./view";
import { grouped, num, percent, word } from "./words";

const OPERATORS_SHOWN = 20;

function spec(job: Job): HTMLElement {
  const { spec: it } = job;
  return facts([
    ["preset", it.preset || "-"],
    ["kind", it.generator ? word(it.generator.kind, "KIND_") : "-"],
    ["seed", it.seed],
    ["target", num(it.target) === 0 ? "endless" : `${grouped(it.target)}${it.target_integrated ? " integrated" : ""}`],
    ["answers", word(it.answers, "ANSWERS_")],
    ["ladder", it.ladder.map((step) => `${step.engine} ${grouped(step.budget_ms)} ms`).join(", ")],
    ["started", job.create_time ?? "-"],
    ["UUID", job.uuid],
  ]);
}

function lengthCells(it: Lengths): Child[] {
  return [it.mean, it.p50, it.p90, it.p99, it.max];
}

function cpuCells(cpu: Record<string, number>): Child[] {
  return Object.entries(cpu).filter(([name]) => /^p.*_us$/.test(name)).map(([, us]) => (us / 1e3).toFixed(2));
}

function cpuHeads(cpu: Record<string, number>): string[] {
  return Object.keys(cpu).filter((name) => /^p.*_us$/.test(name)).map((name) => `${name.slice(1, -3)} %`);
}

function success(it: Statistics): Child {
  const sizesOf = it.success_by_size.map((row) => ({ x: row.operators, of: row.true + row.false, share: row.true / (row.true + row.false) }));
  return [
    h("h3", {}, "Success by size"),
    shares(sizesOf, "number of operators"),
    h("details", { "data-key": "numbers" }, h("summary", {}, "The numbers"),
      table("Success by size", ["operators", "labelled", "true"],
        sizesOf.map((row) => ({ key: String(row.x), cells: [row.x, grouped(row.of), percent(row.share * row.of, row.of)] })))),
  ];
}

function operators(it: Statistics): HTMLElement {
  const mean = (count: number, rows: number): string => (rows === 0 ? 0 : count / rows).toFixed(3);
  const most = Object.entries(it.integrand_operators).sort(([, a], [, b]) => b - a).slice(0, OPERATORS_SHOWN);
  return h("details", { "data-key": "operators" }, h("summary", {}, "Operators"),
    table("Operators", ["operator", "an integrand", "an integral"],
      most.map(([name, count]) => ({
        key: name,
        cells: [name, mean(count, it.rows), mean(it.integral_operators[name] ?? 0, it.integral_tokens.count)],
      }))));
}

// What `motzkin stats` prints.
function statistics(it: Statistics): Child {
  const counting = it.counted < it.sealed ? `, counted up to ${grouped(it.counted)} so far` : "";
  const labels = ["train", "valid", "test"].map((split) => {
    const counts = it.labels[split] as { true: number; false: number };
    return { key: split, cells: [split, grouped(counts.true + counts.false), grouped(counts.true), grouped(counts.false)] };
  });
  labels.push({ key: "none", cells: ["no label", grouped(it.labels.none as number), "", ""] });
  return [
    h("p", {}, `${grouped(it.sealed)} sealed rows${counting}, ${grouped(it.duplicates)} duplicates`),
    it.success_by_size.length > 0 && success(it),
    h("h3", {}, "Labels and lengths"),
    table("Labels", ["split", "rows", "true", "false"], labels),
    table("Prefix tokens", ["prefix tokens", "mean", "50 %", "90 %", "99 %", "longest"], [
      { key: "integrands", cells: ["integrands", ...lengthCells(it.integrand_tokens)] },
      { key: "integrals", cells: ["integrals", ...lengthCells(it.integral_tokens)] },
    ]),
    operators(it),
    h("details", { "data-key": "cpu" }, h("summary", {}, "CPU"),
      table("CPU, ms", ["CPU, ms", "steps", "integrated", ...cpuHeads(it.engine_cpu)], [
        ...it.engines.map((engine) => ({
          key: engine.engine, cells: [engine.engine, grouped(engine.steps), grouped(engine.integrated), ...cpuCells(engine.cpu)],
        })),
        { key: "all", cells: ["all, a function", grouped(it.rows), "", ...cpuCells(it.engine_cpu)] },
        { key: "verifier", cells: ["verifier", grouped(it.rows), "", ...cpuCells(it.verifier_cpu)] },
      ])),
  ];
}

export class JobView implements View {
  readonly title: string;

  constructor(private readonly name: string) {
    this.title = `Job ${name}`;
  }

  get questions(): string[] {
    const job = this.name;
    return [
      question("ListJobs", { job }),
      question("GetStatus", { job, page_size: 1 }),
      question("Throughput", { job, hours: 24, minutes: 15 }),
      question("Statistics", { job }),
      question("Failures", { job, limit: 20 }),
    ];
  }

  draw([jobs, status, speed, counted, failures]: unknown[], owner: Owner): Child[] {
    return [
      h("h1", {}, this.title),
      shown<Jobs>(jobs, (told) => {
        const job = told.jobs[0];
        return job === undefined ? h("p", { class: "problem" }, `no job named '${this.name}'`) : this.drawJob(job, owner);
      }),
      h("section", { "aria-labelledby": "speed-title" },
        h("h2", { id: "speed-title" }, "The last day"),
        shown<Throughput>(speed, (told) => throughput(told, Date.now()))),
      h("section", { "aria-labelledby": "statistics-title" },
        h("h2", { id: "statistics-title" }, "Statistics of the sealed rows"),
        shown<Statistics>(counted, statistics)),
      h("section", { "aria-labelledby": "latest-title" },
        h("h2", { id: "latest-title" }, "Latest integrals"),
        shown<Status>(status, latest)),
      h("section", { "aria-labelledby": "failures-title" },
        h("h2", { id: "failures-title" }, "Latest functions without an integral"),
        shown<Failures>(failures, (told) => failureTable(told.failures))),
    ];
  }

  private drawJob(job: Job, owner: Owner): Child {
    return [
      h("section", { class: "job", "aria-label": "Progress" },
        h("p", {}, jobState(job), job.reason !== "" && [" ", h("span", { class: "reason" }, job.reason)]),
        jobOrders(owner.mayAct, job),
        target(job),
        h("p", { class: "sizes" }, sizes(job)),
        outcomeGroups(job),
        labelFlips(job.label_flips),
        table("Outcomes", ["outcome", "rows", "share"], outcomeRows(job)),
        h("details", { "data-key": "spec" }, h("summary", {}, "What was asked for"), spec(job))),
      h("form", { class: "search", "data-action": "go-to-function", "data-job": job.spec.name },
        h("label", { for: "index" }, "Function"), " ",
        h("input", { id: "index", name: "index", inputmode: "numeric", pattern: "[0-9]+", required: true, autocomplete: "off" }), " ",
        h("button", {}, "Show")),
    ];
  }
}
