// One function, with the words of `motzkin show`.
import { question, StoredResult, Verification } from "./api";
import { Child, h } from "./dom";
import { formula, shortened, text } from "./expression";
import { facts, functionLink, jobLink, shown, table, View } from "./view";
import { grouped, localTime, num, outcomeWord, word } from "./words";

function expression(prefix: string): Child {
  return [
    h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "formula" }, formula(prefix)),
    h("code", { class: "infix" }, shortened(text(prefix))),
  ];
}

function check(it: Verification): Child {
  return [
    h("p", {}, `${word(it.verdict, "VERDICT_")}: ${it.points_agreed} points agree, ${it.points_differed} differ, ${it.precision_bits} bits`),
    it.counterexample !== "" && h("p", {}, `differs at x = ${it.counterexample}`),
    it.valid_on.map((part) => h("p", {}, `right on [${part.lower}, ${part.upper}]`)),
  ];
}

function found(told: StoredResult): Child {
  const it = told.result;
  const pairs: [string, Child][] = [
    ["integrand", expression(it.integrand)],
    ["outcome", outcomeWord(it.outcome)],
  ];
  if (it.integral !== "") {
    pairs.push(["integral", expression(it.integral)]);
    pairs.push(["answer", `${it.engine}, ${word(it.answer_class, "ANSWER_CLASS_")}${it.has_abs ? ", with abs or sign" : ""}`]);
    if (it.verification) pairs.push(["check", check(it.verification)]);
  }
  pairs.push(["computed", `by ${told.worker}, attempt ${told.attempt}, speed factor ${it.speed_factor.toFixed(2)}, ` +
    localTime(new Date(told.create_time))]);
  if (told.split !== "") pairs.push(["split", told.split]);
  return [
    facts(pairs),
    h("h2", {}, "Steps of the ladder"),
    table("Steps of the ladder", ["step", "outcome", "CPU", "memory", "verifier", "message"],
      it.steps.map((step, place) => ({
        key: String(place),
        cells: [
          `${step.engine} ${step.version}`.trim(), outcomeWord(step.outcome), `${(num(step.cpu_us) / 1e3).toFixed(1)} ms`,
          `${grouped(step.rss_kb)} kB`, `${(num(step.verifier_us) / 1e3).toFixed(2)} ms`, step.message || "-",
        ],
      }))),
    h("details", {}, h("summary", {}, "Prefix tokens"),
      facts([["integrand", h("code", {}, it.integrand)], ["integral", h("code", {}, it.integral || "-")]])),
  ];
}

export class FunctionView implements View {
  readonly title: string;
  readonly questions: string[];

  constructor(private readonly job: string, private readonly index: string) {
    this.title = `Function ${job}/${index}`;
    this.questions = [question("GetResult", { job, index })];
  }

  draw([told]: unknown[]): Child[] {
    const index = Number(this.index);
    return [
      h("h1", {}, this.title),
      h("nav", { class: "pages", "aria-label": "Functions" },
        index > 0 && functionLink(this.job, index - 1, "Previous function"), " ",
        jobLink(this.job), " ",
        functionLink(this.job, index + 1, "Next function")),
      shown<StoredResult>(told, found),
    ];
  }
}
