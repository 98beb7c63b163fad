// Rows of functions that did not end as integrated.
import { Failure } from "./api";
import { Child, h } from "./dom";
import { shortened, text } from "./expression";
import { functionLink, table } from "./view";
import { localTime } from "./words";

const HEADS = ["function", "outcome", "engine", "message", "integrand", "machine", "time"];

export function failureTable(failures: Failure[]): HTMLElement {
  if (failures.length === 0) return h("p", { class: "none" }, "none");
  const cellsOf = (it: Failure): Child[] => [
    functionLink(it.job, it.index), it.outcome, it.engine, shortened(it.message) || "-", shortened(text(it.integrand)), it.worker,
    localTime(new Date(it.time_s * 1000)),
  ];
  return table("Latest functions without an integral", HEADS,
    failures.map((it) => ({ key: `${it.job}/${it.index}`, cells: cellsOf(it) })));
}
