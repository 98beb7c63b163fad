// The cluster: what blocks it, its jobs and machines, and the latest integrals.
import { Job, Jobs, question, Status, Worker, Workers } from "./api";
import { Child, h } from "./dom";
import { jobState, labelFlips, latest, outcomeGroups, sizes, target } from "./job_parts";
import { approveOrder, jobOrders, startForm } from "./orders";
import { Owner } from "./owner";
import { jobLink, machineLink, Pages, shown, table, View } from "./view";
import { bytes, num, span } from "./words";

function job(it: Job, owner: Owner): HTMLElement {
  return h("article", { class: "job", "data-key": it.uuid },
    h("h3", {}, jobLink(it.spec.name), " ", jobState(it)),
    it.reason !== "" && h("p", { class: "reason" }, it.reason),
    target(it),
    h("p", { class: "sizes" }, sizes(it)),
    outcomeGroups(it),
    labelFlips(it.label_flips),
    jobOrders(owner.mayAct, it));
}

const perSecond = (minute: number): string => `${(minute / 60).toFixed(1)}/s`;

function machineRow(it: Worker, owner: Owner): { key: string; cells: Child[] } {
  return {
    key: it.uuid,
    cells: [
      machineLink(it.uuid, it.name),
      [h("span", { class: `state ${it.state}` }, it.state), it.reason !== "" && [" ", h("span", { class: "reason" }, it.reason)], " ", approveOrder(owner.mayAct, it)],
      `${it.slots_busy}/${it.slots}`,
      perSecond(it.functions_per_minute),
      perSecond(it.integrated_per_minute),
      it.temperature > 0 ? `${it.temperature.toFixed(0)} \u00b0C` : "-",
      `${span(it.seconds_since_seen)} ago`,
    ],
  };
}

// How to let a machine in, with the address that it needs.
function addMachine(status: Status): HTMLElement {
  const port = status.listen.slice(status.listen.lastIndexOf(":") + 1);
  const host = status.listen.slice(0, status.listen.lastIndexOf(":"));
  const loopback = /^(localhost|127\..*|\[::1\])$/.test(host);
  return h("details", { "data-key": "add-machine" },
    h("summary", {}, "Let another machine in"),
    loopback && h("p", {}, "This coordinator listens on loopback, so only this machine reaches it. Start it with ",
      h("code", {}, `--listen 0.0.0.0:${port}`), " for others."),
    h("ol", {},
      h("li", {}, "On the new machine: ", h("code", {}, `worker --connect ${loopback || /^(0\.0\.0\.0|\[::\])$/.test(host) ? "HOST" : host}:${port}`)),
      h("li", {}, "It shows a code, and appears here as waiting-approval with the same code."),
      h("li", {}, "If both are the same, type here: ", h("code", {}, "motzkin approve CODE"))));
}

function disk(status: Status): string {
  return num(status.disk_total_bytes) === 0
    ? "not watched: the coordinator has --postgres without --database-max"
    : `${bytes(status.disk_free_bytes)} free of ${bytes(status.disk_total_bytes)}`;
}

export class ClusterView implements View {
  readonly title = "Cluster";
  private readonly jobs = new Pages("jobs", 10);
  private readonly machines = new Pages("machines", 50);

  get questions(): string[] {
    return [
      question("GetStatus", { page_size: 1 }),
      question("ListJobs", { newest_first: "true", ...this.jobs.parameters() }),
      question("ListWorkers", this.machines.parameters()),
    ];
  }

  act(action: string, value: string): boolean {
    return this.jobs.act(action, value) || this.machines.act(action, value);
  }

  draw([status, jobs, workers]: unknown[], owner: Owner): Child[] {
    return [
      h("h1", {}, "Cluster"),
      shown<Status>(status, (told) => told.blocked !== "" && h("p", { class: "blocked", role: "alert" }, `blocked: ${told.blocked}`)),
      h("section", { "aria-labelledby": "jobs-title" },
        h("h2", { id: "jobs-title" }, "Jobs"),
        this.jobs.field("Search jobs"),
        shown<Jobs>(jobs, (told) => [
          told.jobs.map((it) => job(it, owner)),
          told.total_size === 0 && !owner.mayAct && h("p", {}, "no jobs: ", h("code", {}, "motzkin start lample-charton")),
          this.jobs.buttons(told.jobs.length, told.total_size, told.next_page_token),
        ]),
        startForm(owner.mayAct)),
      h("section", { "aria-labelledby": "machines-title" },
        h("h2", { id: "machines-title" }, "Machines"),
        this.machines.field("Search machines"),
        shown<Workers>(workers, (told) => this.drawMachines(told, owner)),
        shown<Status>(status, addMachine)),
      h("section", { "aria-labelledby": "latest-title" },
        h("h2", { id: "latest-title" }, "Latest integrals"),
        shown<Status>(status, latest)),
      h("footer", {}, shown<Status>(status, (told) => [
        h("p", {}, `disk ${disk(told)}`),
        h("p", {}, `coordinator ${told.build}, data in ${told.data_directory}`),
        told.psql !== "" && h("p", {}, "SQL: ", h("code", {}, told.psql)),
      ])),
    ];
  }

  private drawMachines(told: Workers, owner: Owner): Child {
    if (told.total_size === 0) return h("p", {}, "no workers");
    const states = Object.entries(told.states).sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      h("p", {}, `${told.slots_busy} of ${told.slots} slots busy; ` + states.map(([state, count]) => `${count} ${state}`).join(", ")),
      table("Machines", ["machine", "state", "slots", "functions", "integrated", "heat", "seen"], told.workers.map((it) => machineRow(it, owner))),
      this.machines.buttons(told.workers.length, told.total_size, told.next_page_token),
    ];
  }
}
