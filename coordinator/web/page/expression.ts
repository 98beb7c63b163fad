// Reads the prefix tokens of a stored expression, and writes it as infix, like `motzkin show`
// (common/expression/infix_writer.cc), and as MathML. Rows may hold anything: what is no expression, or
// is too large to be drawn, stays text.
import { Child, h, math } from "./dom";

export type Expr =
  | { kind: "number"; numerator: string; denominator: string }
  | { kind: "call"; op: string; children: Expr[] };

// The numbers of operands by prefix token. Other names have one, and leaves none.
const LEAVES: Record<string, string> = {
  x: "x",
  pi: "\u03c0",
  E: "e",
  I: "i",
  EulerGamma: "\u03b3",
  Catalan: "G",
  bound: "t",
};
const INFIX_LEAVES: Record<string, string> = { E: "e", I: "i", bound: "t" };
const ARITY: Record<string, number> = {
  add: 2, sub: 2, mul: 2, div: 2, pow: 2,
  polylog: 2, uppergamma: 2, lowergamma: 2, expint: 2, elliptic_f: 2, elliptic_e: 2, elliptic_pi: 3,
  besselj: 2, bessely: 2, besseli: 2, besselk: 2,
  weierstrassP: 3, weierstrassPPrime: 3, weierstrassPInverse: 3, weierstrassZeta: 3,
};
const UNARY = new Set(
  ("neg sqrt exp ln abs sign sin cos tan cot sec csc asin acos atan acot asec acsc sinh cosh tanh coth sech " +
    "csch asinh acosh atanh acoth asech acsch re im conj floor Ei li Si Ci Shi Chi erf erfc erfi fresnels " +
    "fresnelc gamma loggamma digamma LambertW dilog elliptic_k rootof").split(" "),
);
const INFIX_NAMES: Record<string, string> = { ln: "log", rootof: "rootOf" };

// A browser that draws something deeper may break, and a person cannot read it.
const DEPTH_MAX = 40;
const TOKENS_MAX = 1500;

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b);
}

// Two whole numbers that make a reduced fraction are one number, as in common/expression.
function quotient(a: Expr, b: Expr): Expr {
  const whole = (e: Expr): bigint | null =>
    e.kind === "number" && e.denominator === "1" ? BigInt(e.numerator) : null;
  const numerator = whole(a);
  const denominator = whole(b);
  if (numerator !== null && denominator !== null && denominator > 1n && gcd(numerator, denominator) === 1n) {
    return { kind: "number", numerator: String(numerator), denominator: String(denominator) };
  }
  return { kind: "call", op: "div", children: [a, b] };
}

// Returns null if the tokens are no expression, or one that is too large to be drawn.
export function parse(prefix: string): Expr | null {
  const tokens = prefix.split(" ");
  if (tokens.length > TOKENS_MAX) return null;
  let at = 0;
  const read = (depth: number): Expr | null => {
    const token = tokens[at++];
    if (token === undefined || depth > DEPTH_MAX) return null;
    if (token === "INT+" || token === "INT-") {
      let digits = "";
      while (/^[0-9]$/.test(tokens[at] ?? "")) digits += tokens[at++];
      if (digits === "") return null;
      const value = BigInt(digits);
      return { kind: "number", numerator: String(token === "INT-" ? -value : value), denominator: "1" };
    }
    if (Object.prototype.hasOwnProperty.call(LEAVES, token)) return { kind: "call", op: token, children: [] };
    if (token === "hyper") return readHyper(depth);
    const known = Object.prototype.hasOwnProperty.call(ARITY, token);
    const count = known ? ARITY[token] ?? 0 : UNARY.has(token) ? 1 : 0;
    if (count === 0) return null;
    const children: Expr[] = [];
    for (let i = 0; i < count; ++i) {
      const child = read(depth + 1);
      if (child === null) return null;
      children.push(child);
    }
    if (token === "div" && children[0] && children[1]) return quotient(children[0], children[1]);
    return { kind: "call", op: token, children };
  };
  // hyper p q, the p upper and the q lower parameters, and the argument. The first child is p.
  const readHyper = (depth: number): Expr | null => {
    const p = read(depth + 1);
    const q = read(depth + 1);
    if (p?.kind !== "number" || q?.kind !== "number") return null;
    const count = Number(p.numerator) + Number(q.numerator) + 1;
    if (!(count >= 1 && count <= 200)) return null;
    const children: Expr[] = [p];
    for (let i = 0; i < count; ++i) {
      const child = read(depth + 1);
      if (child === null) return null;
      children.push(child);
    }
    return { kind: "call", op: "hyper", children };
  };
  const whole = read(0);
  return at === tokens.length ? whole : null;
}

// How tightly the text of an expression binds, loosest first.
enum Binding { Sum, Product, Negation, Power, Atom }

function binding(e: Expr): Binding {
  if (e.kind === "number") {
    if (e.denominator !== "1") return Binding.Product;
    return e.numerator.startsWith("-") ? Binding.Negation : Binding.Atom;
  }
  if (e.op === "add" || e.op === "sub") return Binding.Sum;
  if (e.op === "mul" || e.op === "div") return Binding.Product;
  if (e.op === "neg") return Binding.Negation;
  return e.op === "pow" ? Binding.Power : Binding.Atom;
}

function leadsWithMinus(e: Expr): boolean {
  if (e.kind === "number") return e.numerator.startsWith("-");
  if (e.op === "neg") return true;
  const first = e.children[0];
  if (first === undefined || !["add", "sub", "mul", "div"].includes(e.op)) return false;
  return binding(first) >= binding(e) && leadsWithMinus(first);
}

// The operands of a call that has them.
const operand = (e: Expr, place: number): Expr => (e.kind === "call" ? e.children[place] ?? e : e);

export function infix(e: Expr): string {
  if (e.kind === "number") return e.denominator === "1" ? e.numerator : `${e.numerator}/${e.denominator}`;
  const brackets = (child: Expr): string => `(${infix(child)})`;
  const first = (child: Expr, least: Binding): string => (binding(child) < least ? brackets(child) : infix(child));
  const later = (child: Expr, least: Binding): string =>
    binding(child) < least || leadsWithMinus(child) ? brackets(child) : infix(child);
  const joined = (sign: string, atFirst: Binding, after: Binding): string =>
    first(operand(e, 0), atFirst) + sign + later(operand(e, 1), after);
  switch (e.op) {
    case "neg": {
      const child = operand(e, 0);
      return `-${child.kind === "number" ? brackets(child) : later(child, Binding.Power)}`;
    }
    case "add":
      return joined(" + ", Binding.Sum, Binding.Product);
    case "sub":
      return joined(" - ", Binding.Sum, Binding.Product);
    case "mul":
      return joined("*", Binding.Product, Binding.Negation);
    case "div":
      return joined("/", Binding.Product, Binding.Negation);
    case "pow":
      return joined("^", Binding.Atom, Binding.Atom);
    case "hyper": {
      const upper = e.children.slice(1, 1 + Number((e.children[0] as { numerator: string }).numerator));
      const lower = e.children.slice(1 + upper.length, -1);
      const list = (some: Expr[]): string => `[${some.map(infix).join(", ")}]`;
      return `hyper(${list(upper)}, ${list(lower)}, ${infix(operand(e, e.children.length - 1))})`;
    }
    default: {
      if (e.children.length === 0) return INFIX_LEAVES[e.op] ?? e.op;
      const unknown = e.op === "rootof" ? ", t" : "";
      return `${INFIX_NAMES[e.op] ?? e.op}(${e.children.map(infix).join(", ")}${unknown})`;
    }
  }
}

const mo = (text: string): Element => math("mo", {}, text);
const row = (...children: Child[]): Element => math("mrow", {}, ...children);
const APPLY = "\u2061";
const TIMES = "\u2062";

function inBrackets(...children: Child[]): Element {
  return row(mo("("), ...children, mo(")"));
}

// What stands before a power: a root or a fraction needs brackets that its drawing else does not.
function base(e: Expr): Element {
  const bare = e.kind === "number" ? binding(e) === Binding.Atom : e.children.length === 0 || e.op === "abs";
  return bare ? draw(e) : inBrackets(draw(e));
}

// Functions of which a power is written with the exponent behind the name.
const POWERS_AT_NAME = /^(sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|coth|sech|csch|ln)$/;

// Whether two factors would be read as one number if nothing stood between them.
function leadsWithDigit(e: Expr): boolean {
  if (e.kind === "number") return true;
  if (e.op === "div") return true;
  return (e.op === "mul" || e.op === "pow") && leadsWithDigit(operand(e, 0));
}

// Whether a factor begins with the name of a function, from which the one before has to be set off.
function leadsWithName(e: Expr): boolean {
  if (e.kind === "number") return false;
  if (e.op === "pow") return POWERS_AT_NAME.test((operand(e, 0) as { op?: string }).op ?? "");
  return e.children.length > 0 && !/^(add|sub|neg|mul|div|sqrt|exp|abs)$/.test(e.op);
}

function drawNumber(e: { numerator: string; denominator: string }): Element {
  const digits = e.numerator.replace("-", "");
  const size = math("mn", {}, digits);
  const value = e.denominator === "1" ? size : math("mfrac", {}, size, math("mn", {}, e.denominator));
  return e.numerator.startsWith("-") ? row(mo("\u2212"), value) : value;
}

function drawPower(e: Expr): Element {
  const [of, power] = [operand(e, 0), operand(e, 1)];
  // sin(x)^2 is written with the exponent behind the name.
  const plain = power.kind === "number" && power.denominator === "1" && !power.numerator.startsWith("-");
  if (plain && of.kind === "call" && POWERS_AT_NAME.test(of.op)) {
    return row(math("msup", {}, math("mi", {}, of.op), draw(power)), mo(APPLY), inBrackets(draw(operand(of, 0))));
  }
  return math("msup", {}, base(of), draw(power));
}

function draw(e: Expr): Element {
  if (e.kind === "number") return drawNumber(e);
  const first = operand(e, 0);
  const second = operand(e, 1);
  const loose = (child: Expr, least: Binding): Element =>
    binding(child) < least || leadsWithMinus(child) ? inBrackets(draw(child)) : draw(child);
  // A fraction is as good as an atom within a product.
  const factor = (child: Expr): Element =>
    child.kind === "call" && child.op === "div" ? draw(child) : loose(child, Binding.Product);
  switch (e.op) {
    case "add":
      return row(draw(first), mo("+"), loose(second, Binding.Product));
    case "sub":
      return row(draw(first), mo("\u2212"), loose(second, Binding.Product));
    case "neg":
      return row(mo("\u2212"), factor(first));
    case "mul": {
      const left = binding(first) < Binding.Product ? inBrackets(draw(first)) : draw(first);
      const gap = leadsWithName(second) && math("mspace", { width: "0.17em" });
      return row(left, mo(leadsWithDigit(second) ? "\u22c5" : TIMES), gap, factor(second));
    }
    case "div":
      return math("mfrac", {}, draw(first), draw(second));
    case "pow":
      return drawPower(e);
    case "sqrt":
      return math("msqrt", {}, draw(first));
    case "exp":
      return math("msup", {}, math("mi", {}, "e"), draw(first));
    case "abs":
      return row(mo("|"), draw(first), mo("|"));
    default: {
      if (e.children.length === 0) return math("mi", {}, LEAVES[e.op] ?? e.op);
      const some: Child[] = [];
      e.children.forEach((child, place) => some.push(place > 0 && mo(","), draw(child)));
      return row(math("mi", {}, e.op), mo(APPLY), inBrackets(...some));
    }
  }
}

// Longer text is of no use in a list. The function's own view has all of it.
const TEXT_MAX = 300;

export function shortened(words: string): string {
  return words.length <= TEXT_MAX ? words : `${words.slice(0, TEXT_MAX)}... (${words.length} characters)`;
}

// Returns the expression typeset, or as text if it cannot be. The text is there for those who listen.
export function formula(prefix: string): HTMLElement {
  const e = parse(prefix);
  if (e === null) return h("code", { class: "tokens" }, shortened(prefix));
  return h("span", { class: "formula" }, math("math", { alttext: infix(e) }, draw(e)));
}

// Returns the integral with its integrand: the integral sign, dx and the equation.
export function equation(integrand: string, integral: string): HTMLElement {
  const [f, whole] = [parse(integrand), parse(integral)];
  if (f === null || whole === null) {
    return h("code", { class: "tokens" }, `int ${shortened(text(integrand))} dx = ${shortened(text(integral))}`);
  }
  const inner = binding(f) === Binding.Sum ? inBrackets(draw(f)) : draw(f);
  return h("span", { class: "formula" },
    math("math", { alttext: `int ${infix(f)} dx = ${infix(whole)}` }, mo("\u222b"), inner, math("mspace", { width: "0.2em" }),
      math("mi", {}, "d"), math("mi", {}, "x"), mo("="), draw(whole)));
}

// The expression as infix, or its tokens if it is too large.
export function text(prefix: string): string {
  const e = parse(prefix);
  return e === null ? prefix : infix(e);
}
