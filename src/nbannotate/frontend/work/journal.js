// What is kept in the browser, by member and task, until it is stored: the journal of what was drawn.

export const PROBE_MS = 1200,
  DOWN_MS = 2500,
  STALE_MS = 5000;
export const PASSING = ["hello", "view", "tool", "zone", "key", "refused"]; // of the canvas: nothing to keep
export const KEPT_ACTIONS = [
  "label",
  "delete",
  "undo",
  "redo",
  "tag",
  "tag_attribute",
  "nothing",
  "attribute",
  "attributes",
  "turn",
  "select",
  "replay",
];
export const store = (() => {
  try {
    localStorage.setItem("nbannotate", "1");
    localStorage.removeItem("nbannotate");
    return localStorage;
  } catch {
    return null;
  }
})();

export const keyOfTab = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");

// ---- what is kept in the browser, by member and task

const place = (s) => `nbannotate:${document.body.dataset.baseUrl ?? location.pathname}:${s.get("page").login}:`;

export function journalOf(s) {
  const { task, revision = 0 } = s.get("page"),
    line = s.line;
  if (line.journal?.task !== task)
    line.journal = {
      task,
      revision: Math.max(revision, line.at?.task === task ? line.at.revision : 0),
      marks: null,
      entries: [],
      name: s.get("task").asset,
      key: `${place(s)}${task}:${line.sid}`,
    };
  return line.journal;
}

export function keep(s, entry) {
  if (!s.get("page").task) return;
  const { g, view_id, n, at, reports, now, ref, ...rest } = entry;
  if (rest.do !== "replay") journalOf(s).entries.push(rest);
  write(s);
}

export function write(s) {
  const j = s.line.journal;
  if (!j || !store) return;
  if (!j.entries.length) return void store.removeItem(j.key);
  try {
    store.setItem(
      j.key,
      JSON.stringify({ revision: j.revision, marks: j.marks, entries: j.entries, name: j.name, at: Date.now() }),
    );
  } catch {
    /* full: it is still in memory */
  }
}

export function forget(s, task) {
  // it is closed, or was loaded anew on purpose
  for (const [key] of keptOf(s)) if (key.startsWith(`${place(s)}${task}:`)) store.removeItem(key);
  if (s.line.journal?.task === task) s.line.journal = null;
}

export function keptOf(s) {
  // of pages that are gone
  if (!store || !s.get("page").login) return [];
  return Object.keys(store)
    .filter((key) => key.startsWith(place(s)))
    .map((key) => {
      try {
        return [key, JSON.parse(store.getItem(key))];
      } catch {
        return [key, null];
      }
    })
    .filter(([, kept]) => kept?.entries?.length);
}

export const strange = (s, [key]) => !key.endsWith(`:${s.line.sid}`);
export const taskOf = (s, key) => Number(key.slice(place(s).length).split(":")[0]);
export const rested = ([, kept]) => Date.now() - kept.at > STALE_MS;
