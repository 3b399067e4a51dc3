// What people read, in their language. The English text is the key: T("Submit"), T("Shape {n} of {total}", { n, total });
// N(n, "{n} image", "{n} images") counts; said(message) is for sentences that Python made. docs/languages.md says how.

import type { Sent } from "../generated/message.ts";
import type { Heard, Model } from "./model.ts";

/** A text, or one for each plural category of the language. */
type Wording = string | { other: string; [category: string]: string };
export type Values = Record<string, unknown>;

interface Pattern {
  own: number; // how many characters of it are no values
  test: RegExp;
  names: string[];
  translated: Wording;
}

type Direction = "ltr" | "rtl";

/** The table of a language, as Python keeps it (texts/*.json). */
export interface Table {
  texts: Record<string, Wording>;
  sentences: Record<string, Wording>;
  direction?: Direction;
  singular?: Record<string, string>;
  memo?: Map<string, string>;
  patterns?: Pattern[];
}

declare global {
  var nbannotateLanguages: Record<string, string> | undefined;
  var nbannotateTexts: { tag: string; tables: Map<string, Table> } | undefined;
}

export const LANGUAGES: Record<string, string> = globalThis.nbannotateLanguages ?? { en: "English" }; // by tag; Python says which ones there are

const LANGUAGE_COOKIE = "nbannotate-language";
const texts = (globalThis.nbannotateTexts ??= { tag: "", tables: new Map() }); // one for all widgets of the window

const tableNow = (): Table | undefined => texts.tables.get(texts.tag);
export const locale = (): string =>
  [navigator.language, ...(navigator.languages ?? [])].find((l) => l?.toLowerCase().split("-")[0] === texts.tag) ??
  (texts.tag || "en");
const bareText = (text: string): string => text.split("//")[0] ?? "";
const fillText = (text: string, values?: Values): string =>
  bareText(text).replace(/\{(\w+)\+?\}/g, (place: string, name: string) => {
    const value = values?.[name];
    return value === undefined || value === null
      ? place
      : typeof value === "number"
        ? shownNumber(value)
        : String(value);
  });
const numbers = new Map<string, Intl.NumberFormat>();
export function shownNumber(value: number, options?: Intl.NumberFormatOptions): string {
  const key = `${locale()} ${options ? JSON.stringify(options) : ""}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale(), options);
    numbers.set(key, format);
  }
  return format.format(value);
}
export const shownDate = (date: Date | string, options?: Intl.DateTimeFormatOptions): string =>
  new Date(date).toLocaleString(locale(), options);
const category = (n: number): string => new Intl.PluralRules(locale()).select(n);

export function T(text: string, values?: Values): string {
  const table = tableNow(),
    found = table?.texts[text] ?? table?.sentences[text] ?? text;
  return fillText(typeof found === "string" ? found : found.other, values);
}

export function N(n: number, one: string, many: string, values?: Values): string {
  const table = tableNow(),
    found = table?.texts[many] ?? table?.sentences[many];
  const form =
    found === undefined
      ? n === 1
        ? one
        : many
      : typeof found === "string"
        ? found
        : (found[category(n)] ?? found.other);
  return fillText(form, { n, ...values });
}

export const M = (text: string): string => text; // marks a text that T is given later: M("Undo") in a table

// T(…) in pieces, for values that are elements: an array of texts and elements.
export function pieces<Value>(text: string, values: Record<string, Value>): (string | Value)[] {
  const table = tableNow(),
    found = table?.texts[text] ?? text;
  return bareText(typeof found === "string" ? found : found.other)
    .split(/(\{\w+\})/)
    .map((p) => (/^\{\w+\}$/.test(p) ? (values[p.slice(1, -1)] ?? p) : p))
    .filter((p) => p !== "");
}

// ---- sentences that Python made

/** What is said: a sentence by its text and values, or a text. */
export type Message = string | Sent;

/** A sentence that Python made, in the language: by its text and its values; a bare text is recognised. */
export function said(message: Message): string;
export function said(message: Message | null | undefined): string | null | undefined;
export function said(message: Message | null | undefined): string | null | undefined {
  if (!message || typeof message === "string") return message && recalled(message);
  const table = tableNow(),
    found = table?.sentences[message.text] ?? table?.texts[message.text],
    given = Object.entries(message.values ?? {});
  if (found === undefined && !given.length) return recalled(message.text);
  const values: Values = {};
  for (const [name, value] of given) {
    const also = typeof value === "object" || message.text.includes(`{${name}+}`);
    values[name] = also && typeof value !== "number" ? said(value) : value;
  }
  const form =
    found === undefined ? (message.one && values.n === 1 ? message.one : message.text) : counted(found, values.n ?? 1);
  return fillText(form, values);
}

const counted = (found: Wording, n: unknown): string =>
  typeof found === "string" ? found : (found[category(Number(n))] ?? found.other);

// ---- sentences of which only the English is known: recognised by what is around their values

function recalled(text: string): string {
  const table = tableNow();
  if (!table || text.length > 4000) return text;
  table.memo ??= new Map();
  let found = table.memo.get(text);
  if (found === undefined) {
    const exact = table.sentences[text] ?? table.texts[text],
      parts = text.split(/(?<=[.!?…]) +(?=["'“A-Z0-9])/);
    if (typeof exact === "string") found = exact;
    else if (text.includes(" · "))
      found = text
        .split(" · ")
        .map((part) => recalled(part))
        .join(" · ");
    else
      found =
        recognised(table, text) ??
        (parts.length > 1 ? parts.map((part) => recalled(part)).join(" ") : (withoutStop(text) ?? text));
    if (table.memo.size > 2000) table.memo.clear();
    table.memo.set(text, found);
  }
  return found;
}

const unquoted = (value: string): string => value.replace(/^(["'])((?:(?!\1).)+)\1$/, "$2"); // Python's quotes around a name

function withoutStop(text: string): string | undefined {
  // known without its full stop
  const bare = text.endsWith(".") ? text.slice(0, -1) : "",
    found = bare && recalled(bare);
  return found && found !== bare ? T("{text}.", { text: found }) : undefined;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

function patternsOf(table: Table): Pattern[] {
  const rows: Pattern[] = [];
  for (const [key, translated] of Object.entries(table.sentences)) {
    const singular = table.singular?.[key];
    for (const form of singular ? [key, singular] : [key]) {
      if (!form.includes("{") || !/[A-Za-z]/.test(form.replace(/\{\w+\+?\}/g, ""))) continue;
      const parts = form.split(/\{(\w+\+?)\}/),
        own = parts.filter((_, i) => i % 2 === 0);
      rows.push({
        own: own.join("").length,
        test: new RegExp(`^${parts.map((p, i) => (i % 2 ? "([\\s\\S]*?)" : escaped(p))).join("")}$`),
        names: parts.filter((_, i) => i % 2),
        translated,
      });
    }
  }
  return rows.sort((a, b) => b.own - a.own);
}

function recognised(table: Table, text: string): string | undefined {
  table.patterns ??= patternsOf(table);
  for (const { test, names, translated } of table.patterns) {
    const match = test.exec(text);
    if (!match) continue;
    const values: Values = {};
    names.forEach((name, i) => {
      const value = match[i + 1] ?? "";
      values[name.replace("+", "")] = name.endsWith("+") ? recalled(value) : unquoted(value);
    });
    if (typeof values.n === "string" && /^[\d,]+$/.test(values.n)) values.n = Number(values.n.replaceAll(",", ""));
    return fillText(counted(translated, values.n ?? 1), values);
  }
  return undefined;
}

// What other widgets wrote below an element (the statistics): its texts are recognised where they are shown.
export function sayBelow(root: Element): () => void {
  const written = new WeakMap<Node, Record<string, { from: string; to: string }>>(),
    NAMES = ["aria-label", "title", "placeholder"];
  const put = (node: Node, key: string, now: string, set: (to: string) => void): void => {
    const kept = written.get(node) ?? {},
      before = kept[key],
      from = before?.to === now ? before.from : now,
      bare = from.trim();
    const name = bare.replaceAll("\u00a0", " "); // a Dropdown of ipywidgets writes its options so
    const to = bare ? from.replace(bare, () => (tableNow()?.texts[name] ? T(name) : said(name))) : from;
    kept[key] = { from, to };
    written.set(node, kept);
    if (to !== now) set(to);
  };
  const one = (node: Node): void => {
    if (node instanceof Text)
      put(node, "text", node.data, (to) => {
        node.data = to;
      });
    if (!(node instanceof Element)) return;
    for (const name of NAMES) {
      const now = node.getAttribute(name);
      if (now !== null) put(node, name, now, (to) => node.setAttribute(name, to));
    }
  };
  const all = (top: Node): void => {
    one(top);
    const walk = document.createTreeWalker(top, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (!walk.currentNode.parentElement?.closest("style, script")) one(walk.currentNode);
  };
  const changed = () => all(root);
  const watch = new MutationObserver((rows) => {
    for (const row of rows)
      if (row.type === "childList") row.addedNodes.forEach(all);
      else one(row.target);
  });
  watch.observe(root, {
    childList: true,
    characterData: true,
    subtree: true,
    attributes: true,
    attributeFilter: NAMES,
  });
  addEventListener("nbannotate-language", changed);
  changed();
  return () => {
    watch.disconnect();
    removeEventListener("nbannotate-language", changed);
  };
}

// ---- which language

const PSEUDO = /^[a-z]{2}-X[AB]$/; // made of English by Python, to try the pages; docs/languages.md

const known = (tag: string): string | undefined =>
  PSEUDO.test(tag)
    ? tag
    : [tag.toLowerCase(), tag.toLowerCase().split("-")[0]]
        .map((t) => Object.keys(LANGUAGES).find((l) => l.toLowerCase() === t))
        .find(Boolean);

function wantedLanguage(): string {
  let chosen = "";
  try {
    chosen = document.cookie.match(`(?:^|; )${LANGUAGE_COOKIE}=([^;]*)`)?.[1] ?? "";
  } catch {
    /* a frame without cookies */
  }
  for (const tag of [chosen, document.documentElement.lang, ...(navigator.languages ?? [])]) {
    const found = tag && known(tag);
    if (found) return found;
  }
  return "en";
}

function fetchTable(model: Model, tag: string): Promise<boolean> {
  // from Python, once a window
  if (tag === "en" || texts.tables.has(tag)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), 8000);
    const hear: Heard = (m) => {
      if (m.texts === tag) {
        if (m.table) texts.tables.set(tag, m.table as Table);
        end(Boolean(m.table));
      }
    };
    function end(there: boolean): void {
      clearTimeout(timer);
      model.off("msg:custom", hear);
      resolve(there);
    }
    model.on("msg:custom", hear);
    try {
      model.send({ texts: tag });
    } catch {
      end(false);
    }
  });
}

// A table that is there already, for a file that is read without Python.
export function takeTable(tag: string, table: Table): void {
  texts.tag = tag;
  texts.tables.set(tag, table);
}

export async function setLanguage(model: Model, tag: string): Promise<boolean> {
  // chosen by a person, kept for a year
  if (!known(tag) || !(await fetchTable(model, tag))) return false;
  try {
    document.cookie = `${LANGUAGE_COOKIE}=${tag}; path=${document.body.dataset.baseUrl ?? "/"}; max-age=31536000; samesite=lax`;
  } catch {
    /* for now only */
  }
  texts.tag = tag;
  if (document.body.dataset.baseUrl) {
    document.documentElement.lang = tag;
    document.documentElement.dir = direction();
  }
  dispatchEvent(new CustomEvent("nbannotate-language"));
  return true;
}

// At the begin of render: `const deaf = await useTexts(model, () => repaint(s))`; at its end: `deaf()`.
export async function useTexts(model: Model, changed: () => void): Promise<() => void> {
  if (!texts.tag) {
    const tag = wantedLanguage();
    if (await fetchTable(model, tag)) texts.tag = tag;
    else texts.tag ||= "en";
  }
  addEventListener("nbannotate-language", changed);
  return () => removeEventListener("nbannotate-language", changed);
}

export const language = (): string => texts.tag || "en";

/** How the language is written. */
export const direction = (): Direction => tableNow()?.direction ?? "ltr";

/** Writes an element in the direction of the language, also when another one is chosen. */
export function followDirection(root: HTMLElement): () => void {
  const follow = (): void => {
    root.dir = direction();
  };
  follow();
  addEventListener("nbannotate-language", follow);
  return () => removeEventListener("nbannotate-language", follow);
}
