// The page: one view at a time, by the part of the address behind the #, kept up to date by the
// coordinator.
import { ConnectionState, Live } from "./api";
import { h, morph } from "./dom";
import { pressed, submitted } from "./orders";
import { Outcome, Owner } from "./owner";
import { View } from "./view";
import { ClusterView } from "./view_cluster";
import { EventsView } from "./view_events";
import { FunctionView } from "./view_function";
import { JobView } from "./view_job";
import { MachineView } from "./view_machine";
import { SignInView } from "./view_sign_in";
import { localTime } from "./words";

const owner = new Owner(() => {
  drawOwner();
  if (owner.mayLook === view instanceof SignInView && location.hash !== "#/sign-in") open();
  else drawSoon();
});

function viewOf(hash: string): View {
  const [name, ...parts] = hash.replace(/^#\/?/, "").split("/").map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part; // typed by hand
    }
  });
  const [first, second] = parts;
  if (name === "sign-in" || !owner.mayLook) return new SignInView(owner);
  if (name === "job" && first) return new JobView(first);
  if (name === "machine" && first) return new MachineView(first);
  if (name === "function" && first && second && /^\d{1,18}$/.test(second)) return new FunctionView(first, second);
  return name === "events" ? new EventsView() : new ClusterView();
}

const content = document.getElementById("content") as HTMLElement;
const connection = document.getElementById("connection") as HTMLElement;
let view: View = viewOf(location.hash);
let answers: unknown[] = [];
let lastAnswer: Date | null = null;
let waiting = false;

function draw(): void {
  waiting = false;
  morph(content, h("main", { id: "content", tabindex: -1 }, view.draw(answers, owner)));
}

// Several answers come at once; they are drawn once.
function drawSoon(): void {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(draw);
}

function showState(state: ConnectionState): void {
  const since = lastAnswer === null ? "" : `; what you see is from ${localTime(lastAnswer).slice(11)}`;
  const words = state === "lost" ? `the coordinator does not answer, trying again${since}` : state === "none" ? "" : state;
  connection.className = state;
  if (connection.textContent !== words) connection.textContent = words;
}

// Says what became of an order; a screen reader reads it.
function notify(outcome: Outcome): void {
  const notice = document.getElementById("notice") as HTMLElement;
  notice.className = outcome.done ? "" : "problem";
  notice.textContent = outcome.words;
}

function drawOwner(): void {
  const place = document.getElementById("owner") as HTMLElement;
  morph(place, h("p", { id: "owner" },
    owner.mayAct
      ? h("button", { type: "button", id: "sign-out" }, "Sign out")
      : owner.passwordSet && h("a", { href: "#/sign-in" }, "Sign in")));
}

// A stream that comes anew may be of another session, or of none.
const live = new Live((state) => {
  showState(state);
  if (state !== "connecting" && state !== "none") void owner.refresh();
});

function ask(): void {
  answers = view.questions.map((_, place) => answers[place]);
  live.ask(view.questions, (place, answer) => {
    answers[place] = answer;
    lastAnswer = new Date();
    drawSoon();
  });
}

function markNavigation(): void {
  const here = location.hash === "#/events" ? "#/events" : location.hash === "" || location.hash === "#/" ? "#/" : "";
  for (const link of Array.from(document.querySelectorAll("header nav a"))) {
    if (link.getAttribute("href") === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function open(): void {
  view = viewOf(location.hash);
  answers = [];
  notify({ done: true, words: "" });
  document.title = `${view.title} - Motzkin`;
  content.replaceChildren();
  markNavigation();
  draw();
  ask();
}

function act(action: string, value: string): void {
  if (!view.act?.(action, value)) return;
  draw();
  ask();
}

let typing = 0;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
  const action = field.dataset.action;
  if (action === undefined) return;
  // A search begins when the reader pauses.
  window.clearTimeout(typing);
  typing = window.setTimeout(() => act(action, field.value), 200);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-action]") : null;
  if (button instanceof HTMLButtonElement) act(button.dataset.action ?? "", button.value);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.id === "sign-out") void owner.signOut().then(notify);
  if (button?.dataset.order !== undefined) void pressed(button, (name, order) => void owner.order(name, order).then(notify));
});

async function signIn(form: HTMLFormElement): Promise<void> {
  const field = form.elements.namedItem("password") as HTMLInputElement;
  const outcome = await owner.signIn(field.value);
  field.value = "";
  if (!outcome.done) field.focus();
  else if (location.hash === "#/sign-in") location.hash = "#/";
  notify(outcome);
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.dataset.form === "sign-in") void signIn(form);
  if (submitted(form, (name, order) => void owner.order(name, order).then(notify))) return;
  const index = new FormData(form).get("index");
  if (form.dataset.action === "go-to-function" && typeof index === "string") {
    location.hash = `#/function/${encodeURIComponent(form.dataset.job ?? "")}/${index}`;
  }
});

// The link that skips the navigation is no view.
document.querySelector("a.skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  content.focus();
});

window.addEventListener("hashchange", () => {
  open();
  content.focus(); // A screen reader begins at the new view.
  window.scrollTo(0, 0);
});

open();
void owner.refresh();
