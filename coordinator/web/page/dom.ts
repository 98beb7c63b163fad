// Makes elements, and brings the document up to date without losing what the reader is at: focus,
// selection, scrolling and what he has typed. All text goes in as text, so nothing that a worker or an
// engine says can be markup.

type Attributes = Record<string, string | number | boolean | undefined>;
export type Child = Node | string | number | null | undefined | false | Child[];

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

function append(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
}

function make(namespace: string | null, tag: string, attributes: Attributes, children: Child[]): Element {
  const element =
    namespace === null ? document.createElement(tag) : document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function h(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  return make(null, tag, attributes, children) as HTMLElement;
}
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): Element {
  return make(SVG, tag, attributes, children);
}
export function math(tag: string, attributes: Attributes = {}, ...children: Child[]): Element {
  return make(MATHML, tag, attributes, children);
}

// Whether `old` can become `fresh` by changes inside it.
function isAlike(old: Node, fresh: Node): boolean {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return false;
  if (!(old instanceof Element) || !(fresh instanceof Element)) return true;
  return old.getAttribute("data-key") === fresh.getAttribute("data-key");
}

function morphAttributes(old: Element, fresh: Element): void {
  for (const { name } of Array.from(old.attributes)) {
    // Whether a <details> is open is for its reader to say.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// Makes the children of `old` those of `fresh`, and changes only what differs. What a reader types is
// the property of a field and not its attribute, so it stays. Rows with a data-key are told apart by it.
export function morph(old: Element, fresh: Element): void {
  const keyed = new Map<string, Element>();
  for (const child of Array.from(old.children)) {
    const key = child.getAttribute("data-key");
    if (key !== null) keyed.set(key, child);
  }
  let at: ChildNode | null = old.firstChild;
  for (const wanted of Array.from(fresh.childNodes)) {
    const key = wanted instanceof Element ? wanted.getAttribute("data-key") : null;
    const known = key === null ? null : keyed.get(key) ?? null;
    if (known !== null && known !== at && isAlike(known, wanted)) {
      old.insertBefore(known, at);
      at = known;
    }
    if (at === null || !isAlike(at, wanted)) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (at instanceof Element && wanted instanceof Element) {
      morphAttributes(at, wanted);
      morph(at, wanted);
    } else if (at.nodeValue !== wanted.nodeValue) {
      at.nodeValue = wanted.nodeValue;
    }
    at = at.nextSibling;
  }
  while (at !== null) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}
