// Charts, drawn as SVG. Each says in words what it shows, and has its numbers in a table beside or
// below it.
import { Throughput } from "./api";
import { Child, h, svg } from "./dom";
import { grouped, localTime, percent } from "./words";

// A bar of parts that are not negative, with a legend.
export function stackedBar(parts: { name: string; value: number; style: string }[]): HTMLElement {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  let at = 0;
  const bars: Child[] = parts.map((part) => {
    const width = total === 0 ? 0 : (100 * part.value) / total;
    const bar = svg("rect", { class: part.style, x: at, y: 0, width, height: 10 });
    at += width;
    return bar;
  });
  const words = parts.map((part) => `${grouped(part.value)} ${part.name} (${percent(part.value, total)})`);
  return h("div", { class: "stacked" },
    svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": words.join(", ") },
      svg("rect", { class: "empty", x: 0, y: 0, width: 100, height: 10 }), bars),
    h("ul", { class: "legend" },
      parts.map((part, place) => h("li", {}, h("span", { class: `swatch ${part.style}` }), " ", words[place]))));
}

// One bar for each x, from 0 to 1, such as shares.
export function shares(points: { x: number; share: number; of: number }[], unit: string): HTMLElement {
  const [width, height, left, below] = [600, 180, 36, 26];
  const largest = Math.max(1, ...points.map((point) => point.x));
  const step = (width - left) / (largest + 1);
  const label = `Share of labels that are true by ${unit}, ` +
    points.map((point) => `${point.x}: ${percent(point.share, 1)}`).join(", ");
  return h("div", { class: "chart" },
    svg("svg", { viewBox: `0 0 ${width} ${height + below}`, role: "img", "aria-label": label },
      [0, 0.25, 0.5, 0.75, 1].map((share) => [
        svg("line", { class: "grid", x1: left, x2: width, y1: height * (1 - share) + 4, y2: height * (1 - share) + 4 }),
        svg("text", { class: "axis end", x: left - 5, y: height * (1 - share) + 9 }, `${100 * share}`),
      ]),
      points.map((point) =>
        svg("rect", {
          class: "integrated", x: left + point.x * step + step * 0.12, width: step * 0.76,
          y: height * (1 - point.share) + 4, height: height * point.share,
        })),
      points.filter((point) => largest < 16 || point.x % 2 === 0).map((point) =>
        svg("text", { class: "axis middle", x: left + (point.x + 0.5) * step, y: height + 21 }, point.x))));
}

// A scale whose top is a round number.
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return step * power;
}

// What was stored over the last hours, a bar a period: functions, and in front the integrated ones.
export function throughput(told: Throughput, now: number): HTMLElement {
  const [width, height, left, below] = [600, 160, 46, 24];
  const seconds = told.minutes * 60;
  const count = Math.ceil((told.hours * 3600) / seconds);
  const last = Math.floor(now / 1000 / seconds) * seconds;
  const first = last - (count - 1) * seconds;
  const periods = told.periods.filter((period) => period.begin_s >= first);
  // The period that is not over yet would look like a slow one.
  const rate = (period: { begin_s: number }, value: number): number =>
    value / Math.max(1, (period.begin_s === last ? now / 1000 - last : seconds) / 60);
  const top = roundUp(Math.max(0, ...periods.map((period) => rate(period, period.functions))));
  const step = (width - left) / count;
  const bar = (style: string, period: { begin_s: number }, value: number): Element => {
    const tall = (height * rate(period, value)) / top;
    const x = left + ((period.begin_s - first) / seconds) * step;
    return svg("rect", { class: style, x, width: Math.max(0.5, step * 0.85), y: height - tall + 4, height: tall });
  };
  const functions = periods.reduce((sum, period) => sum + period.functions, 0);
  const integrated = periods.reduce((sum, period) => sum + period.integrated, 0);
  const words = `${grouped(functions)} functions, ${grouped(integrated)} integrated in ${told.hours} hours`;
  const marks = [0, 0.25, 0.5, 0.75].map((share) => {
    const time = new Date((first + share * told.hours * 3600) * 1000);
    return svg("text", { class: "axis", x: left + share * (width - left), y: height + 20 }, localTime(time).slice(11, 16));
  });
  return h("div", { class: "chart" },
    h("p", {}, words),
    svg("svg", { viewBox: `0 0 ${width} ${height + below}`, role: "img", "aria-label": `${words}; at most ${grouped(top)} a minute` },
      [0, 0.5, 1].map((share) => [
        svg("line", { class: "grid", x1: left, x2: width, y1: height * (1 - share) + 4, y2: height * (1 - share) + 4 }),
        svg("text", { class: "axis end", x: left - 5, y: height * (1 - share) + 9 },
          top < 10 ? (top * share).toFixed(1) : grouped(top * share)),
      ]),
      periods.map((period) => bar("functions", period, period.functions)),
      periods.map((period) => bar("integrated", period, period.integrated)),
      marks),
    h("ul", { class: "legend" },
      h("li", {}, h("span", { class: "swatch functions" }), " functions a minute"),
      h("li", {}, h("span", { class: "swatch integrated" }), " integrated a minute")));
}
