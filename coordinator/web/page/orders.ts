// The buttons and forms of what the owner may order. They are drawn only for him.
import { Job, Worker } from "./api";
import { Child, h } from "./dom";
import { Orders } from "./owner";
import { stateWord } from "./words";

// A button says its order, and what to ask before it is done.
function button<Name extends keyof Orders>(label: string, name: string, order: Name, body: Orders[Name], ask = ""): HTMLElement {
  return h("button", {
    type: "button", class: ask === "" || order === "ApproveWorker" ? "" : "danger", "aria-label": `${label} ${name}`,
    "data-order": order, "data-body": JSON.stringify(body), "data-ask": ask || undefined,
  }, label);
}

export function jobOrders(mayAct: boolean, job: Job): Child {
  const state = stateWord(job);
  if (!mayAct || !["running", "paused"].includes(state)) return null;
  const name = job.spec.name;
  return h("p", { class: "orders" },
    state === "running"
      ? button("Pause", name, "ControlJob", { job: name, verb: "VERB_PAUSE" })
      : button("Resume", name, "ControlJob", { job: name, verb: "VERB_RESUME" }),
    button("Cancel", name, "ControlJob", { job: name, verb: "VERB_CANCEL" },
      `Cancel job ${name} for good? Its results stay, and it cannot go on.`));
}

export function approveOrder(mayAct: boolean, it: Worker): Child {
  if (!mayAct || it.state !== "waiting-approval") return null;
  return button("Approve", it.name, "ApproveWorker", { code: it.join_code },
    `Does ${it.name} show the code ${it.join_code} on its own screen? Only then approve it.`);
}

export function machineOrders(mayAct: boolean, it: Worker): Child {
  if (!mayAct) return null;
  if (it.state === "waiting-approval") return h("p", { class: "orders" }, approveOrder(mayAct, it));
  const control = (label: string, verb: string, ask = ""): HTMLElement =>
    button(label, it.name, "ControlWorker", { worker: it.uuid, verb }, ask);
  return [
    h("p", { class: "orders" },
      control("Suspend", "VERB_SUSPEND"),
      control("Drain", "VERB_DRAIN"),
      control("Resume", "VERB_RESUME"),
      control("Remove", "VERB_REMOVE", `Remove ${it.name} from the cluster? It has to be approved again before it may work.`)),
    h("form", { class: "orders", "data-form": "suspend-until", "data-worker": it.uuid },
      h("label", { for: `until-${it.uuid}` }, "Until"), " ",
      h("input", { id: `until-${it.uuid}`, name: "until", type: "time", required: true }), " ",
      h("button", {}, "Suspend until then")),
  ];
}

// The presets of `motzkin start`.
const PRESETS = ["lample-charton", "lample-charton-paper", "intclass", "hebisch"];

export function startForm(mayAct: boolean): Child {
  if (!mayAct) return null;
  // With a key it stays the same form, open and filled in, when jobs appear before it.
  return h("details", { "data-key": "start" },
    h("summary", {}, "Start a job"),
    h("form", { class: "orders", "data-form": "start" },
      h("label", { for: "preset" }, "Preset"), " ",
      h("select", { id: "preset", name: "preset" }, PRESETS.map((name) => h("option", { value: name }, name))), " ",
      h("label", { for: "job-name" }, "Name"), " ",
      h("input", { id: "job-name", name: "name", autocomplete: "off", maxlength: 64, placeholder: "the preset's" }), " ",
      h("label", { for: "job-target" }, "Target"), " ",
      h("input", { id: "job-target", name: "target", autocomplete: "off", maxlength: 20, placeholder: "1M" }), " ",
      h("button", {}, "Start")));
}

// The next time after now at which the clock here shows HH:MM.
function nextTime(clock: string): string {
  const [hours, minutes] = clock.split(":").map(Number);
  const time = new Date();
  time.setHours(hours ?? 0, minutes ?? 0, 0, 0);
  if (time.getTime() <= Date.now()) time.setDate(time.getDate() + 1);
  return time.toISOString();
}

export type Give = <Name extends keyof Orders>(name: Name, order: Orders[Name]) => void;

// Gives the order of a form. Returns false if it is none of ours.
export function submitted(form: HTMLFormElement, give: Give): boolean {
  const field = (name: string): string => String(new FormData(form).get(name) ?? "").trim();
  if (form.dataset.form === "suspend-until") {
    give("ControlWorker", { worker: form.dataset.worker ?? "", verb: "VERB_SUSPEND", until: nextTime(field("until")) });
  } else if (form.dataset.form === "start") {
    give("StartPreset", { preset: field("preset"), name: field("name"), target: field("target") });
  } else {
    return false;
  }
  return true;
}

// Asks in a dialog, whose first choice is to leave all as it is.
function confirmed(question: string, yes: string): Promise<boolean> {
  const dialog = h("dialog", { "aria-labelledby": "question" },
    h("p", { id: "question" }, question),
    h("form", { method: "dialog", class: "orders" },
      h("button", { value: "" }, "Leave it"),
      h("button", { value: "yes", class: "danger" }, yes))) as HTMLDialogElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

// Gives the order of a button, once the owner has said yes where it asks.
export async function pressed(button: HTMLButtonElement, give: Give): Promise<void> {
  const name = button.dataset.order as keyof Orders;
  const body = JSON.parse(button.dataset.body ?? "{}") as Orders[typeof name];
  const ask = button.dataset.ask ?? "";
  if (ask !== "" && !(await confirmed(ask, button.textContent ?? "Yes"))) return;
  give(name, body);
}
