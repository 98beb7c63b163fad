// What happened, one sentence in a line, the latest first.
import { Events, question } from "./api";
import { Child, h } from "./dom";
import { shown, View } from "./view";
import { localTime } from "./words";

const HOURS: [string, number][] = [["the last hour", 1], ["the last day", 24], ["the last week", 168], ["all", 24 * 366]];

export class EventsView implements View {
  readonly title = "Events";
  private hours = 24;
  private search = "";
  private since = "";

  constructor() {
    this.setSince();
  }

  get questions(): string[] {
    return [question("ListEvents", { since: this.since, limit: 1000 })];
  }

  act(action: string, value: string): boolean {
    if (action === "events-search") {
      this.search = value.toLowerCase();
      return true;
    }
    if (action !== "events-hours") return false;
    this.hours = Number(value);
    this.setSince();
    return true;
  }

  draw([events]: unknown[]): Child[] {
    return [
      h("h1", {}, "Events"),
      h("p", { class: "search" },
        h("label", { for: "events-hours" }, "Since"), " ",
        h("select", { id: "events-hours", "data-action": "events-hours" },
          HOURS.map(([name, hours]) => h("option", { value: hours, selected: hours === this.hours }, name))), " ",
        h("label", { for: "events-search" }, "Search events"), " ",
        h("input", { id: "events-search", type: "search", "data-action": "events-search", autocomplete: "off" })),
      shown<Events>(events, (told) => this.drawEvents(told)),
    ];
  }

  private setSince(): void {
    this.since = new Date(Date.now() - this.hours * 3600_000).toISOString();
  }

  private drawEvents(told: Events): Child {
    const wanted = told.events.filter((it) => this.search === "" || `${it.kind} ${it.text}`.toLowerCase().includes(this.search));
    return [
      told.left_out > 0 && h("p", {}, `${told.left_out} older events do not fit: see them with motzkin events, or in SQL`),
      wanted.length === 0 && h("p", {}, "nothing"),
      h("ol", { class: "events" },
        [...wanted].reverse().map((it) =>
          h("li", { "data-key": it.time + it.text },
            h("time", { datetime: it.time }, localTime(new Date(it.time))), " ",
            h("span", { class: "kind" }, it.kind), " ", h("span", {}, it.text)))),
    ];
  }
}
