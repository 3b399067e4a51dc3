// What people read, in their language. The English text is the key: T("Submit"), T("Shape {n} of {total}", { n, total });
// N(n, "{n} image", "{n} images") counts; said(text) is for sentences that Python made. docs/languages.md says how.

export const LANGUAGES = globalThis.nbannotateLanguages ?? { en: "English" }; // by tag; Python says which ones there are

const LANGUAGE_COOKIE = "nbannotate-language";
const texts = (globalThis.nbannotateTexts ??= { tag: "", tables: new Map() }); // one for all widgets of the window

const tableNow = () => texts.tables.get(texts.tag);
export const locale = () =>
  [navigator.language, ...(navigator.languages ?? [])].find((l) => l?.toLowerCase().split("-")[0] === texts.tag) ??
  (texts.tag || "en");
const fillText = (text, values) =>
  text.split("//")[0].replace(/\{(\w+)\+?\}/g, (place, name) => {
    const value = values?.[name];
    return value === undefined || value === null
      ? place
      : typeof value === "number"
        ? shownNumber(value)
        : String(value);
  });
const numbers = new Map();
export function shownNumber(value, options) {
  const key = `${locale()} ${options ? JSON.stringify(options) : ""}`;
  if (!numbers.has(key)) numbers.set(key, new Intl.NumberFormat(locale(), options));
  return numbers.get(key).format(value);
}
export const shownDate = (date, options) => new Date(date).toLocaleString(locale(), options);
const category = (n) => new Intl.PluralRules(locale()).select(n);

export function T(text, values) {
  const table = tableNow(),
    found = table?.texts[text] ?? table?.sentences[text] ?? text;
  return fillText(typeof found === "string" ? found : found.other, values);
}

export function N(n, one, many, values) {
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

export const M = (text) => text; // marks a text that T is given later: M("Undo") in a table

// T(…) in pieces, for values that are elements: an array of texts and elements.
export function pieces(text, values) {
  const table = tableNow(),
    found = table?.texts[text] ?? text;
  return String(found.other ?? found)
    .split("//")[0]
    .split(/(\{\w+\})/)
    .map((p) => (/^\{\w+\}$/.test(p) ? (values[p.slice(1, -1)] ?? p) : p))
    .filter((p) => p !== "");
}

// ---- sentences that Python made: recognised by what is around their values

export function said(text) {
  const table = tableNow();
  if (!table || !text || text.length > 4000) return text;
  table.memo ??= new Map();
  let found = table.memo.get(text);
  if (found === undefined) {
    const exact = table.sentences[text] ?? table.texts[text],
      parts = text.split(/(?<=[.!?…]) +(?=["'“A-Z0-9])/);
    if (typeof exact === "string") found = exact;
    else if (text.includes(" · ")) found = text.split(" · ").map(said).join(" · ");
    else
      found = recognised(table, text) ?? (parts.length > 1 ? parts.map(said).join(" ") : (withoutStop(text) ?? text));
    if (table.memo.size > 2000) table.memo.clear();
    table.memo.set(text, found);
  }
  return found;
}

const unquoted = (value) => value.replace(/^(["'])((?:(?!\1).)+)\1$/, "$2"); // Python's quotes around a name

function withoutStop(text) {
  // known without its full stop
  const bare = text.endsWith(".") ? text.slice(0, -1) : "",
    found = bare && said(bare);
  return found && found !== bare ? T("{text}.", { text: found }) : undefined;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

function patternsOf(table) {
  const rows = [];
  for (const [key, translated] of Object.entries(table.sentences)) {
    const singular = table.singular?.[key];
    for (const form of singular ? [key, singular] : [key]) {
      if (!form.includes("{")) continue;
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

function recognised(table, text) {
  table.patterns ??= patternsOf(table);
  for (const { test, names, translated } of table.patterns) {
    const match = test.exec(text);
    if (!match) continue;
    const values = {};
    names.forEach((name, i) => {
      values[name.replace("+", "")] = name.endsWith("+") ? said(match[i + 1]) : unquoted(match[i + 1]);
    });
    if (values.n !== undefined && /^[\d,]+$/.test(values.n)) values.n = Number(values.n.replaceAll(",", ""));
    return fillText(
      typeof translated === "string" ? translated : (translated[category(Number(values.n ?? 1))] ?? translated.other),
      values,
    );
  }
  return undefined;
}

// What other widgets wrote below an element (the statistics): its texts are recognised where they are shown.
export function sayBelow(root) {
  const written = new WeakMap(),
    NAMES = ["aria-label", "title", "placeholder"];
  const put = (node, key, now, set) => {
    const kept = written.get(node) ?? {},
      from = kept[key]?.to === now ? kept[key].from : now,
      bare = from.trim();
    const name = bare.replaceAll("\u00a0", " "); // a Dropdown of ipywidgets writes its options so
    const to = bare ? from.replace(bare, () => (tableNow()?.texts[name] ? T(name) : said(name))) : from;
    kept[key] = { from, to };
    written.set(node, kept);
    if (to !== now) set(to);
  };
  const one = (node) => {
    if (node.nodeType === 3)
      return put(node, "text", node.data, (to) => {
        node.data = to;
      });
    for (const name of node.attributes ? NAMES : [])
      if (node.hasAttribute(name)) put(node, name, node.getAttribute(name), (to) => node.setAttribute(name, to));
    return undefined;
  };
  const all = (top) => {
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

const known = (tag) =>
  [tag.toLowerCase(), tag.toLowerCase().split("-")[0]]
    .map((t) => Object.keys(LANGUAGES).find((l) => l.toLowerCase() === t))
    .find(Boolean);

function wantedLanguage() {
  let chosen = "";
  try {
    chosen = document.cookie.match(`(?:^|; )${LANGUAGE_COOKIE}=([^;]*)`)?.[1] ?? "";
  } catch {
    /* a frame without cookies */
  }
  for (const tag of [chosen, document.documentElement.lang, ...(navigator.languages ?? [])])
    if (tag && known(tag)) return known(tag);
  return "en";
}

function fetchTable(model, tag) {
  // from Python, once a window
  if (tag === "en" || texts.tables.has(tag)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), 8000);
    const hear = (m) => {
      if (m.texts === tag) {
        if (m.table) texts.tables.set(tag, m.table);
        end(Boolean(m.table));
      }
    };
    function end(there) {
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
export function takeTable(tag, table) {
  texts.tag = tag;
  texts.tables.set(tag, table);
}

export async function setLanguage(model, tag) {
  // chosen by a person, kept for a year
  if (!(tag in LANGUAGES) || !(await fetchTable(model, tag))) return false;
  try {
    document.cookie = `${LANGUAGE_COOKIE}=${tag}; path=${document.body.dataset.baseUrl ?? "/"}; max-age=31536000; samesite=lax`;
  } catch {
    /* for now only */
  }
  texts.tag = tag;
  if (document.body.dataset.baseUrl) document.documentElement.lang = tag;
  dispatchEvent(new CustomEvent("nbannotate-language"));
  return true;
}

// At the begin of render: `const deaf = await useTexts(model, () => repaint(s))`; at its end: `deaf()`.
export async function useTexts(model, changed) {
  if (!texts.tag) {
    const tag = wantedLanguage();
    if (await fetchTable(model, tag)) texts.tag = tag;
    else texts.tag ||= "en";
  }
  addEventListener("nbannotate-language", changed);
  return () => removeEventListener("nbannotate-language", changed);
}

export const language = () => texts.tag || "en";
