// The owner, who may sign in, and what he then orders.
//
// The session is in a cookie that no script sees. The token of its actions is told once, to the page that signed in.
// It is kept for this address and port alone, so another tab and a page that was loaded again act as well.
import { Job, Worker } from "./api";
import { stateWord, word } from "./words";

const TOKEN = "motzkin-action-token";

interface Refusal {
  error?: { code: string; message: string };
}
export interface Orders {
  ControlWorker: { worker: string; verb: string; until?: string };
  ControlJob: { job: string; verb: string };
  ApproveWorker: { code: string };
  StartPreset: { preset: string; name: string; target: string };
}
interface Done extends Refusal {
  worker?: Worker;
  job?: Job;
  worker_name?: string;
}

// What became of an order, in the words of motzkin.
export interface Outcome {
  done: boolean;
  words: string;
}

async function post<T>(action: string, body: object): Promise<T & Refusal> {
  try {
    const answer = await fetch(`api/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Motzkin-Token": localStorage.getItem(TOKEN) ?? "" },
      body: JSON.stringify(body),
    });
    return await answer.json() as T & Refusal;
  } catch {
    return { error: { code: "UNAVAILABLE", message: "the coordinator does not answer" } } as T & Refusal;
  }
}

function wordsOf(order: { verb?: string }, done: Done): string {
  if (done.worker_name !== undefined) return `worker ${done.worker_name} may work`;
  if (done.job) return `job ${done.job.spec.name} ${stateWord(done.job)}`;
  if (order.verb === "VERB_REMOVE") return `worker ${done.worker?.name ?? ""} removed`;
  return `worker ${done.worker?.name ?? ""} ${word(order.verb ?? "", "VERB_")}: ${done.worker?.state ?? ""}`;
}

export class Owner {
  // Whether anyone can sign in at all, and whether this browser has.
  passwordSet = false;
  signedIn = false;
  // Whether it may look without that.
  mayLook = true;
  private shown = ""; // how it was when onChange was called

  constructor(private readonly onChange: () => void) {}

  get mayAct(): boolean {
    return this.signedIn && localStorage.getItem(TOKEN) !== null;
  }

  // Asks the coordinator how things are.
  async refresh(): Promise<void> {
    try {
      const told = await (await fetch("api/Session")).json() as { password_set: boolean; signed_in: boolean; may_look: boolean };
      this.passwordSet = told.password_set;
      this.signedIn = told.signed_in;
      this.mayLook = told.may_look;
    } catch {
      return; // The page asks again once the coordinator answers.
    }
    const now = [this.passwordSet, this.mayAct, this.mayLook].join();
    if (this.shown === now) return;
    this.shown = now;
    this.onChange();
  }

  async signIn(password: string): Promise<Outcome> {
    const told = await post<{ action_token?: string }>("SignIn", { password });
    if (told.action_token === undefined) return { done: false, words: told.error?.message ?? "" };
    localStorage.setItem(TOKEN, told.action_token);
    await this.refresh();
    return { done: true, words: "signed in" };
  }

  async signOut(): Promise<Outcome> {
    await post("SignOut", {});
    localStorage.removeItem(TOKEN);
    await this.refresh();
    return { done: !this.signedIn, words: this.signedIn ? "the coordinator does not answer" : "signed out" };
  }

  async order<Name extends keyof Orders>(name: Name, order: Orders[Name]): Promise<Outcome> {
    const done = await post<Done>(name, order);
    if (done.error === undefined) return { done: true, words: wordsOf(order as { verb?: string }, done) };
    if (["UNAUTHENTICATED", "PERMISSION_DENIED"].includes(done.error.code)) {
      localStorage.removeItem(TOKEN);
      await this.refresh();
    }
    return { done: false, words: done.error.message };
  }
}
