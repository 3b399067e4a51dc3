// What is kept in the browser until it is stored: by member and task, a journal of what was drawn. A page writes one journal at
// a time; journals of pages that are gone are found under the same place.

const STALE_MS = 5000; // what is older is no other page at work

/** The revision that was about to be stored, with all messages up to a number. */
export interface Marks {
  revision: number;
  upto: number;
}

/** What `localStorage` is, as far as it is used. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Something that a person did, with its number on the line to Python. */
export type Entry = Record<string, unknown> & { q: number };

/** A journal as it is written. */
export interface Kept {
  revision: number; // of the draft that it goes onto
  marks: Marks | null; // how far Python had come
  entries: Entry[];
  name?: string; // of the image
  at: number;
}

export interface Journal extends Omit<Kept, "at"> {
  task: number;
  key: string;
  after: string[]; // journals of other pages that were sent again; forgotten once that is stored
  replayed: number; // the number of the message that sent them
}

/** How far Python came with a task. */
export interface Told {
  task?: number;
  revision?: number;
  stored?: number; // all up to this number is stored
  next?: Marks;
}

/** The storage of this browser, or null where there is none. */
export const store: Storage | null = (() => {
  try {
    localStorage.setItem("nbannotate", "1");
    localStorage.removeItem("nbannotate");
    return localStorage;
  } catch {
    return null;
  }
})();

export class Journals {
  current: Journal | null = null;
  readonly #store: Store | null;
  readonly #place: () => string;
  readonly #page: string;
  #known: { task: number; revision: number } | null = null;

  /** `place`: what the keys of a member begin with; `page`: what those of this page end with. */
  constructor(kept: Store | null, place: () => string, page: string) {
    this.#store = kept;
    this.#place = place;
    this.#page = page;
  }

  /** The journal of a task, begun if it is not under way. */
  of(task: number, revision: number, name?: string): Journal {
    if (this.current?.task !== task) {
      const known = this.#known?.task === task ? this.#known.revision : 0;
      const key = `${this.#place()}${task}:${this.#page}`;
      this.current = {
        task,
        revision: Math.max(revision, known),
        marks: null,
        entries: [],
        name,
        key,
        after: [],
        replayed: 0,
      };
    }
    return this.current;
  }

  /** Keep what a person did; not what only says when or from where. */
  add(journal: Journal, entry: Entry): void {
    const { g, view_id, n, at, reports, now, ref, ...rest } = entry;
    journal.entries.push(rest as Entry);
    this.write();
  }

  /** Python said how far it came: what is stored is forgotten. */
  told({ task, revision, stored, next }: Told): void {
    if (revision !== undefined && task !== undefined) this.#known = { task, revision };
    const j = this.current;
    if (!j || j.task !== task) return;
    if (next) j.marks = next;
    if (stored !== undefined) {
      if (revision !== undefined) j.revision = revision;
      j.entries = j.entries.filter((entry) => entry.q > stored);
      j.marks = null;
      if (j.replayed <= stored) this.drop(j.after.splice(0));
    }
    this.write();
  }

  write(): void {
    const j = this.current;
    if (!j || !this.#store) return;
    if (!j.entries.length) {
      this.#store.removeItem(j.key);
      return;
    }
    const kept: Kept = { revision: j.revision, marks: j.marks, entries: j.entries, name: j.name, at: Date.now() };
    try {
      this.#store.setItem(j.key, JSON.stringify(kept));
    } catch {
      /* full: it is still in memory */
    }
  }

  /** All journals of the member that hold something, by key. */
  all(): [string, Kept][] {
    const kept = this.#store;
    if (!kept) return [];
    return Object.keys(kept)
      .filter((key) => key.startsWith(this.#place()))
      .flatMap((key): [string, Kept][] => {
        const found = read(kept.getItem(key));
        return found ? [[key, found]] : [];
      });
  }

  /** Those of pages that are gone, or of other windows. */
  others(): [string, Kept][] {
    return this.all().filter(([key]) => !key.endsWith(`:${this.#page}`));
  }

  taskOf(key: string): number {
    return Number(key.slice(this.#place().length).split(":")[0]);
  }

  /** The task is closed, or was loaded anew on purpose. */
  forget(task: number): void {
    this.drop(this.all().flatMap(([key]) => (key.startsWith(`${this.#place()}${task}:`) ? [key] : [])));
    if (this.current?.task === task) this.current = null;
  }

  drop(keys: string[]): void {
    for (const key of keys) this.#store?.removeItem(key);
  }
}

/** Whether nobody has written it for a while. */
export const rested = (kept: Kept): boolean => Date.now() - kept.at > STALE_MS;

function read(text: string | null): Kept | null {
  try {
    const found = JSON.parse(text ?? "null") as Kept | null;
    if (!found?.entries?.length) return null;
    return { ...found, marks: typeof found.marks?.upto === "number" ? found.marks : null };
  } catch {
    return null;
  }
}
