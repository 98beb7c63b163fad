// Numbers, times and outcomes in the words of `motzkin` (cli/text/words.cc, common/words).
import { Job } from "./api";

// int64 comes as a text, as protobuf's mapping wants it.
export function num(value: string | number | undefined): number {
  return value === undefined ? 0 : Number(value);
}

// 1234567 as "1,234,567".
export function grouped(value: string | number): string {
  return String(Math.trunc(num(value))).replace(/\B(?=(\d{3})+$)/g, ",");
}

// A share as "54.7 %"; "-" if there is no whole.
export function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

// Bytes as "1.2 GB", in powers of 1000.
export function bytes(value: string | number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = num(value);
  let unit = 0;
  while (Math.abs(size) >= 1000 && unit + 1 < units.length) {
    size /= 1000;
    ++unit;
  }
  return `${size.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

// Seconds as "3 d 4 h", "2 h 5 min" or "40 s".
export function span(seconds: number): string {
  if (!(seconds >= 0)) return "unknown";
  if (seconds < 60) return `${seconds.toFixed(0)} s`;
  const minutes = Math.floor(Math.min(seconds / 60, 1e12));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / (24 * 60))} d ${Math.floor(minutes / 60) % 24} h`;
}

// The value of an enum as SQL and the docs have it: JOB_STATE_RUNNING is "running".
export function word(value: string, prefix: string): string {
  return value.startsWith(prefix) ? value.slice(prefix.length).toLowerCase() : value.toLowerCase();
}
export const stateWord = (job: Job): string => word(job.state, "JOB_STATE_");
export const outcomeWord = (outcome: string): string => word(outcome, "OUTCOME_");

// A time as "2026-01-31 22:00:05" here.
export function localTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export interface Groups {
  integrated: number;
  noAnswer: number; // labelled false
  broken: number; // without a label
  total: number;
}

// The outcomes of a job in the three groups in which they are shown at first.
export function groupsOf(job: Job): Groups {
  const groups: Groups = { integrated: 0, noAnswer: 0, broken: 0, total: 0 };
  for (const [outcome, text] of Object.entries(job.outcomes)) {
    const count = num(text);
    groups.total += count;
    if (outcome === "integrated") groups.integrated += count;
    else if (["unsolved", "nonelementary", "timed_out"].includes(outcome)) groups.noAnswer += count;
    else groups.broken += count;
  }
  return groups;
}

// What counts towards the target of a job.
export function done(job: Job): number {
  return job.spec.target_integrated ? groupsOf(job).integrated : num(job.stored);
}
