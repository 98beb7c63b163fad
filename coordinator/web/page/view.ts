// What a view is, and the parts that several views share.
import { Answer } from "./api";
import { Child, h } from "./dom";
import { Owner } from "./owner";

export interface View {
  title: string;
  // Asked for as long as the view is shown.
  questions: string[];
  // Draws what is known. `answers` has those of the questions, in their order; undefined until one came.
  draw(answers: unknown[], owner: Owner): Child[];
  // Called when a reader types into a field or presses a button that has this data-action. True: the
  // questions may be others now.
  act?(action: string, value: string): boolean;
}

// Returns what draws an answer, or the words for one that is missing or an error.
export function shown<T>(answer: unknown, draw: (told: T) => Child): Child {
  if (answer === undefined) return h("p", { class: "waiting" }, "waiting for the coordinator");
  const told = answer as Answer<T>;
  if (told.error !== undefined) return h("p", { class: "problem" }, told.error.message);
  return draw(told);
}

// A narrower table has room on a telephone.
const COLUMNS_ON_TELEPHONE = 4;

// A table that turns into a list of cards where there is no room for it.
export function table(caption: string, heads: string[], rows: { key: string; cells: Child[] }[]): HTMLElement {
  return h("table", { class: heads.length > COLUMNS_ON_TELEPHONE ? "cards" : "" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {},
      rows.map(({ key, cells }) =>
        h("tr", { "data-key": key },
          cells.map((cell, place) =>
            place === 0
              ? h("th", { scope: "row" }, cell)
              : h("td", { "data-head": heads[place] ?? "" }, h("span", {}, cell)))))));
}

// Names with their values, as `motzkin show` has them.
export function facts(pairs: [string, Child][]): HTMLElement {
  return h("dl", { class: "facts" }, pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

// A list of which the coordinator gives a page at a time, with a search.
export class Pages {
  private search = "";
  private tokens: string[] = [""]; // of the pages up to the one that is shown

  constructor(private readonly name: string, private readonly size: number) {}

  parameters(): Record<string, string | number> {
    return { page_size: this.size, search: this.search, page_token: this.tokens[this.tokens.length - 1] ?? "" };
  }

  // Returns whether the action was one of this list.
  act(action: string, value: string): boolean {
    if (action === `${this.name}-search`) {
      this.search = value.trim();
      this.tokens = [""];
    } else if (action === `${this.name}-next`) {
      this.tokens.push(value);
    } else if (action === `${this.name}-previous`) {
      this.tokens.pop();
    } else {
      return false;
    }
    return true;
  }

  field(label: string): HTMLElement {
    const id = `${this.name}-search`;
    return h("p", { class: "search" }, h("label", { for: id }, label), " ",
      h("input", { id, type: "search", "data-action": id, autocomplete: "off", maxlength: 60 }));
  }

  buttons(shownRows: number, total: number, nextToken: string): Child {
    const before = (this.tokens.length - 1) * this.size;
    if (total <= shownRows && before === 0) return null;
    return h("p", { class: "pages" },
      h("button", { type: "button", "data-action": `${this.name}-previous`, disabled: before === 0 }, `Previous ${this.name}`),
      h("span", {}, shownRows === 0 ? "none here" : ` ${before + 1} to ${before + shownRows} of ${total} `),
      h("button", { type: "button", "data-action": `${this.name}-next`, value: nextToken, disabled: nextToken === "" }, `Next ${this.name}`));
  }
}

export const jobLink = (name: string): HTMLElement => h("a", { href: `#/job/${encodeURIComponent(name)}` }, name);
export const machineLink = (uuid: string, name: string): HTMLElement =>
  h("a", { href: `#/machine/${encodeURIComponent(uuid)}` }, name);
export const functionLink = (job: string, index: string | number, ...text: Child[]): HTMLElement =>
  h("a", { href: `#/function/${encodeURIComponent(job)}/${index}` }, ...(text.length > 0 ? text : [`${job}/${index}`]));
