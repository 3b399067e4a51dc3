// The one way to write what a page shows: h() says what is there, draw() makes the page equal to it with preact. Focus,
// caret, scroll and what is being typed stay. A pane is a function or a component: state in, what is shown out.

import {
  type ComponentChildren,
  createElement,
  Fragment,
  type FunctionComponent,
  type Key,
  render,
  type VNode,
} from "preact";

export type Shown = ComponentChildren;

type Elements = HTMLElementTagNameMap & Pick<SVGElementTagNameMap, "svg" | "path">;
type EventOf<Type extends keyof HTMLElementEventMap, Element> = Omit<HTMLElementEventMap[Type], "currentTarget"> & {
  readonly currentTarget: Element;
};
type Handlers<Element> = {
  [Type in keyof HTMLElementEventMap as `on${Type}`]?: ((event: EventOf<Type, Element>) => unknown) | null | false;
};
/** What is set of an element: its attributes, and what it does when something happens (`onclick`). */
export type Attributes<Tag extends string = string> = Record<string, unknown> &
  Handlers<Tag extends keyof Elements ? Elements[Tag] : Element>;

/** A key that was pressed in an element of a page. */
export type KeyPress = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "shiftKey" | "currentTarget" | "preventDefault" | "stopPropagation"
>;

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const FIELDS = ["input", "select", "textarea"],
  BOOLEAN_TEXTS = ["draggable", "spellcheck"]; // "false" as a property would be true

export function h<Props extends object>(pane: FunctionComponent<Props>, given: Props & { "data-key"?: Key }): VNode;
export function h<Tag extends string>(tag: Tag, attributes?: Attributes<Tag> | null, ...children: Shown[]): VNode;
export function h(tag: unknown, attributes?: Attributes | null, ...children: Shown[]): VNode {
  if (typeof tag !== "string") {
    const { "data-key": key, ...given } = attributes ?? {};
    return createElement(tag as FunctionComponent<object>, { ...given, key: key as Key });
  }
  const set: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "data-key") set.key = value;
    if (name === "html")
      set.dangerouslySetInnerHTML = { __html: value }; // cleaned in Python (pages/shared/markdown.py)
    else if (name === "checked") set.checked = Boolean(value);
    else if (name === "value" && FIELDS.includes(tag) && !isChoice(attributes)) set.ref = fill(String(value ?? ""));
    else if (value === undefined || value === null || value === false) continue;
    else if (BOOLEAN_TEXTS.includes(name)) set[name] = value !== "false";
    else set[name] = value === true && name.includes("-") ? "" : value;
  }
  return createElement(tag, set, ...children);
}

const isChoice = (attributes: Attributes | null | undefined): boolean =>
  attributes?.type === "radio" || attributes?.type === "checkbox";

// What a person typed is set anew by each painting, unless they are at it; what they chose, also if something else is so now.
const given = new WeakMap<Field, string>();
const fill = (value: string) => (field: Field | null) => {
  if (!field) return;
  const changed = given.get(field) !== value;
  given.set(field, value);
  if (field.value === value) return;
  if (field !== document.activeElement || (changed && field instanceof HTMLSelectElement)) field.value = value;
};

/** Makes what is in an element equal to what is written. Elements that others put below one without children stay. */
export function draw(into: Element, ...shown: Shown[]): void {
  render(createElement(Fragment, null, ...shown), into);
}

/** Takes everything away again. */
export const clear = (into: Element): void => render(null, into);

const MIRRORED: Record<string, string> = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };

// Arrow keys go through the buttons of a group, in the direction in which they stand.
export function arrows(
  e: KeyPress,
  selector: string,
  forward = ["ArrowRight", "ArrowDown"],
  backward = ["ArrowLeft", "ArrowUp"],
): HTMLElement | null | undefined {
  const group = e.currentTarget as HTMLElement,
    key = getComputedStyle(group).direction === "rtl" ? (MIRRORED[e.key] ?? e.key) : e.key;
  const step = forward.includes(key) ? 1 : backward.includes(key) ? -1 : 0;
  if (!step) return null;
  const all = [...group.querySelectorAll<HTMLElement>(selector)],
    next = all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length];
  next?.focus();
  e.preventDefault();
  e.stopPropagation();
  return next;
}
