// What the coordinator says (proto/motzkin/v1, and coordinator/web/web_api.h for the rest), and how to
// ask it. Only the fields that are shown are written down.

export interface JobSpec {
  name: string;
  preset: string;
  seed: string;
  target: string;
  target_integrated: boolean;
  answers: string;
  generator?: { kind: string };
  ladder: { engine: string; budget_ms: number }[];
}
export interface LabelFlips {
  open: string;
  audited: string;
  flips: string;
  share: number;
  lower: number;
  upper: number;
}
export interface Job {
  uuid: string;
  spec: JobSpec;
  state: string;
  reason: string;
  stored: string;
  sealed_below: string;
  outcomes: Record<string, string>;
  functions_per_minute: number;
  eta_seconds: number;
  bytes: string;
  label_flips?: LabelFlips;
  archive_time?: string;
  create_time?: string;
}
export interface Worker {
  uuid: string;
  name: string;
  state: string;
  reason: string;
  slots: number;
  slots_busy: number;
  functions_per_minute: number;
  integrated_per_minute: number;
  seconds_since_seen: number;
  temperature: number;
  sandbox_level: string;
  build: string;
  engines: Record<string, string>;
  rows_waiting: string;
  rows_spooled: string;
  results_way: string;
  batches: number;
  join_code: string;
}
export interface Step {
  engine: string;
  version: string;
  outcome: string;
  cpu_us: string;
  rss_kb: string;
  verifier_us: string;
  message: string;
}
export interface Verification {
  verdict: string;
  points_agreed: number;
  points_differed: number;
  precision_bits: number;
  counterexample: string;
  valid_on: { lower: number; upper: number }[];
}
export interface Result {
  index: string;
  outcome: string;
  integrand: string;
  integral: string;
  engine: string;
  answer_class: string;
  has_abs: boolean;
  steps: Step[];
  verification?: Verification;
  speed_factor: number;
}
export interface Status {
  cluster_uuid: string;
  build: string;
  blocked: string;
  disk_free_bytes: string;
  disk_total_bytes: string;
  data_directory: string;
  psql: string;
  listen: string;
  latest: Result[];
  latest_jobs: string[];
}
export interface Jobs {
  jobs: Job[];
  next_page_token: string;
  total_size: number;
}
export interface Workers {
  workers: Worker[];
  next_page_token: string;
  total_size: number;
  states: Record<string, number>;
  slots: number;
  slots_busy: number;
}
export interface StoredResult {
  job: Job;
  result: Result;
  worker: string;
  attempt: number;
  create_time: string;
  split: string;
}
export interface Events {
  events: { time: string; text: string; kind: string }[];
  left_out: number;
}
export interface Throughput {
  minutes: number;
  hours: number;
  periods: {
    begin_s: number;
    functions: number;
    integrated: number;
    cas_seconds: number;
    verifier_seconds: number;
  }[];
}
export interface Failure {
  time_s: number;
  job: string;
  index: number;
  outcome: string;
  engine: string;
  message: string;
  integrand: string;
  worker: string;
}
export interface Failures {
  failures: Failure[];
}
export interface Lengths {
  count: number;
  mean: string;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}
export interface Statistics {
  sealed: number;
  counted: number;
  rows: number;
  duplicates: number;
  outcomes: Record<string, number>;
  labels: Record<string, { true: number; false: number } | number>;
  integrand_tokens: Lengths;
  integral_tokens: Lengths;
  integrand_operators: Record<string, number>;
  integral_operators: Record<string, number>;
  success_by_size: { operators: number; true: number; false: number }[];
  engines: { engine: string; steps: number; integrated: number; cpu: Record<string, number> }[];
  engine_cpu: Record<string, number>;
  verifier_cpu: Record<string, number>;
}

// An answer, or why there is none.
export type Answer<T> = T & { error?: { code: string; message: string } };

// Writes a question: a method and its parameters. Empty ones are left out.
export function question(method: string, parameters: Record<string, string | number> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? method : `${method}?${text}`;
}

export type ConnectionState = "connecting" | "live" | "lost" | "none";

// Keeps asking questions for as long as the page is in sight. A browser keeps few connections to one
// server, so a page that is out of sight has none. The stream comes back by itself after the
// coordinator was started again.
export class Live {
  private source: EventSource | null = null;
  private retry = 0;
  private questions: string[] = [];
  private onAnswer: (place: number, answer: unknown) => void = () => undefined;

  constructor(private readonly onState: (state: ConnectionState) => void) {
    document.addEventListener("visibilitychange", () => this.connect());
    window.addEventListener("pagehide", () => this.close());
  }

  // Asks these questions instead of those before. An answer comes with the place of its question.
  ask(questions: string[], onAnswer: (place: number, answer: unknown) => void): void {
    this.questions = questions;
    this.onAnswer = onAnswer;
    this.connect();
  }

  private close(): void {
    window.clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  private connect(): void {
    this.close();
    if (this.questions.length === 0) return this.onState("none");
    if (document.hidden) return;
    this.onState("connecting");
    const query = this.questions.map((text) => `q=${encodeURIComponent(text)}`).join("&");
    const source = new EventSource(`live?${query}`);
    this.source = source;
    source.onopen = () => this.onState("live");
    source.onerror = () => {
      this.onState("lost");
      // The browser tries again by itself, unless it got an answer that is no stream.
      if (source.readyState !== EventSource.CLOSED) return;
      window.clearTimeout(this.retry);
      this.retry = window.setTimeout(() => this.connect(), 2000);
    };
    this.questions.forEach((_, place) => {
      source.addEventListener(String(place), (event) => {
        if (this.source === source) this.onAnswer(place, JSON.parse((event as MessageEvent<string>).data));
      });
    });
  }
}
