// A small way to write elements, and to make what is on the page equal to what was written without losing focus,
// scroll or what is being typed.

type Handler = (event: never) => unknown;
type Child = Node | string | number | null | undefined | false | Child[];
export type Attributes = Record<string, unknown>;

interface Written extends HTMLElement {
  _on?: Record<string, Handler | undefined>; // what happens, by the type of the event
}

export function h(tag: string, attributes: Attributes | null, ...children: Child[]): HTMLElement {
  const element: Written = document.createElement(tag);
  element._on = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "html")
      element.innerHTML = String(value); // cleaned in Python (pages/prose.py)
    else if (name.startsWith("on")) listen(element, name.slice(2), value as Handler);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(3) as Exclude<Child, Child[]>[])
    if (child !== null && child !== undefined && child !== false)
      element.append(typeof child === "number" ? String(child) : child);
  return element;
}

const dispatch = (event: Event) => (event.currentTarget as Written)._on?.[event.type]?.(event as never);

function listen(element: Written, type: string, handler: Handler | undefined): void {
  element._on ??= {};
  if (!(type in element._on)) element.addEventListener(type, dispatch);
  element._on[type] = handler;
}

const keyOf = (node: Node): string | null => (node instanceof Element ? node.getAttribute("data-key") : null);
const alike = (a: Node, b: Node): boolean =>
  a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

export function morph(old: Node, now: Node): void {
  if (!(old instanceof Element) || !(now instanceof Element)) {
    if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const heard = (now as Written)._on;
  if (heard) {
    const kept: Written = old as Written;
    kept._on ??= {};
    for (const type of Object.keys(kept._on)) if (!(type in heard)) kept._on[type] = undefined;
    for (const [type, handler] of Object.entries(heard)) listen(kept, type, handler);
  }
  if (now.hasAttribute("data-keep")) return;
  const keyed = new Map<string, ChildNode>();
  for (const child of old.childNodes) {
    const key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  }
  let place: ChildNode | null = old.firstChild;
  for (const child of [...now.childNodes]) {
    const key = keyOf(child);
    let match: ChildNode | null | undefined = key !== null ? keyed.get(key) : place;
    while (match && key === null && keyOf(match) !== null) match = match.nextSibling;
    if (match && alike(match, child)) {
      if (match === place) place = match.nextSibling;
      else old.insertBefore(match, place);
      morph(match, child);
    } else {
      old.insertBefore(child, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  field(old, now);
}

// What a person typed or chose is not in the attributes; it is set, unless they are at it.
function field(old: Element, now: Element): void {
  if (old instanceof HTMLInputElement && now instanceof HTMLInputElement) {
    if (now.type === "checkbox") old.checked = now.checked;
    else if (now.hasAttribute("value")) typed(old, now.value);
  } else if (old instanceof HTMLSelectElement && now instanceof HTMLSelectElement) typed(old, now.value);
}

function typed(field: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (field !== document.activeElement && field.value !== value) field.value = value;
}

// Arrow keys go through the buttons of a group.
export function arrows(
  e: KeyboardEvent,
  selector: string,
  forward = ["ArrowRight", "ArrowDown"],
  backward = ["ArrowLeft", "ArrowUp"],
): HTMLElement | null | undefined {
  const step = forward.includes(e.key) ? 1 : backward.includes(e.key) ? -1 : 0;
  if (!step) return null;
  const all = [...(e.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)],
    next = all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length];
  next?.focus();
  e.preventDefault();
  e.stopPropagation();
  return next;
}
