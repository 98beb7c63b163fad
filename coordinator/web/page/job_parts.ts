// Parts that show a job, in the cluster's view and in its own.
import { Job, LabelFlips, Status } from "./api";
import { stackedBar } from "./charts";
import { Child, h } from "./dom";
import { equation } from "./expression";
import { functionLink } from "./view";
import { bytes, done, grouped, groupsOf, num, percent, span, stateWord } from "./words";

const isOver = (job: Job): boolean => ["completed", "cancelled", "failed"].includes(stateWord(job));

// How far the job is: its bar, rate and time to go.
export function target(job: Job): Child {
  const rate = `${(job.functions_per_minute / 60).toFixed(1)}/s`;
  const wanted = num(job.spec.target);
  if (wanted === 0) return h("p", {}, `endless, ${rate}`);
  const share = done(job) / wanted;
  const text = `${(100 * share).toFixed(1)} % of ${grouped(wanted)}${job.spec.target_integrated ? " integrated" : ""}`;
  return [
    h("progress", { max: 1, value: Math.min(1, share), "aria-label": `${job.spec.name}: ${text}` }),
    h("p", {}, isOver(job) ? text : `${text}   ${rate}   ${span(job.eta_seconds)} to go`),
  ];
}

// The sizes of a job, as the first line of `motzkin status` has them.
export function sizes(job: Job): string {
  const archived = job.archive_time ? `rows archived on ${job.archive_time.slice(0, 10)}` : "";
  return `${grouped(job.stored)} functions   sealed below ${grouped(job.sealed_below)}   ${archived || bytes(job.bytes)}`;
}

export function outcomeGroups(job: Job): HTMLElement {
  const groups = groupsOf(job);
  return stackedBar([
    { name: "integrated", value: groups.integrated, style: "integrated" },
    { name: "no answer", value: groups.noAnswer, style: "no-answer" },
    { name: "broken", value: groups.broken, style: "broken" },
  ]);
}

// How far the negative labels of the job can be trusted.
export function labelFlips(flips: LabelFlips | undefined): Child {
  if (flips === undefined || num(flips.audited) === 0) return null;
  const share = (value: number): string => (100 * value).toFixed(1);
  return h("p", {},
    `label flips ${grouped(flips.flips)} of ${grouped(flips.audited)} audited (${share(flips.share)} %, ` +
      `95 % interval ${share(flips.lower)} to ${share(flips.upper)} %)`);
}

export function jobState(job: Job): HTMLElement {
  return h("span", { class: `state ${stateWord(job)}` }, stateWord(job));
}

// The table of all outcomes by their names.
export function outcomeRows(job: Job): { key: string; cells: Child[] }[] {
  const total = groupsOf(job).total;
  return Object.entries(job.outcomes).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([outcome, count]) => ({ key: outcome, cells: [outcome, grouped(count), percent(num(count), total)] }));
}

// The latest integrals, typeset.
export function latest(status: Status): Child {
  if (status.latest.length === 0) return h("p", { class: "none" }, "none yet");
  return h("ol", { class: "latest" },
    status.latest.map((result, place) => {
      const job = status.latest_jobs[place] ?? "";
      return h("li", { "data-key": `${job}/${result.index}` },
        h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `integral ${job}/${result.index}` }, equation(result.integrand, result.integral)),
        h("p", { class: "source" }, functionLink(job, result.index), ` by ${result.engine}`));
    }));
}
