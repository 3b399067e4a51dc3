// What a browser keeps while nothing can be stored.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Journals, rested, type Store } from "../../src/nbannotate/frontend/work/journal.ts";

/** A storage in memory, whose keys are its own, as those of `localStorage` are. */
class Memory implements Store {
  [key: string]: unknown;
  static of(): Memory & Store {
    const hidden = { enumerable: false };
    return Object.defineProperties(new Memory(), { full: { ...hidden, value: false, writable: true } }) as Memory &
      Store;
  }
  getItem(key: string): string | null {
    return (this[key] as string | undefined) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new Error("QuotaExceededError");
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

const of = (kept: Store | null, page: string, login = "ana") =>
  new Journals(kept, () => `nbannotate:/:${login}:`, page);

test("what was drawn is found by the next page of the same person, and by nobody else", () => {
  const kept = Memory.of(),
    first = of(kept, "page1");
  first.add(first.of(7, 3, "a.png"), { q: 1, type: "create", g: 4, n: 9, view_id: "x", ref: 2 });
  assert.deepEqual(first.others(), []);
  const [row] = of(kept, "page2").others();
  assert.ok(row);
  assert.equal(of(kept, "page2").taskOf(row[0]), 7);
  assert.deepEqual([row[1].revision, row[1].name, row[1].entries], [3, "a.png", [{ q: 1, type: "create" }]]);
  assert.deepEqual(of(kept, "page3", "ben").others(), []);
});

test("what Python has stored is forgotten, what came later is kept", () => {
  const kept = Memory.of(),
    journals = of(kept, "page1"),
    journal = journals.of(7, 3);
  for (const q of [1, 2, 3]) journals.add(journal, { q, type: "edit" });
  journals.told({ task: 7, stored: 2, revision: 4 });
  assert.deepEqual(
    journals.current?.entries.map((entry) => entry.q),
    [3],
  );
  assert.equal(journals.current?.revision, 4);
  journals.told({ task: 7, stored: 3, revision: 5 });
  assert.deepEqual(Object.keys(kept), []);
});

test("what is said of another task changes nothing", () => {
  const journals = of(Memory.of(), "page1");
  journals.add(journals.of(7, 3), { q: 1 });
  journals.told({ task: 8, stored: 9, revision: 6 });
  assert.equal(journals.current?.entries.length, 1);
  assert.equal(journals.of(8, 0).revision, 6);
});

test("a journal that was sent again is forgotten once that is stored, not before", () => {
  const kept = Memory.of(),
    gone = of(kept, "gone"),
    journals = of(kept, "page1");
  gone.add(gone.of(7, 3), { q: 1 });
  const journal = journals.of(7, 3);
  journal.after.push(...journals.others().map(([key]) => key));
  journal.replayed = 5;
  journals.told({ task: 7, stored: 4 });
  assert.equal(journals.others().length, 1);
  journals.told({ task: 7, stored: 5 });
  assert.equal(journals.others().length, 0);
});

test("a task that is closed is forgotten, in every window", () => {
  const kept = Memory.of(),
    other = of(kept, "page2"),
    journals = of(kept, "page1");
  other.add(other.of(7, 3), { q: 1 });
  other.add(other.of(8, 3), { q: 2 });
  journals.add(journals.of(7, 3), { q: 1 });
  journals.forget(7);
  assert.equal(journals.current, null);
  assert.deepEqual(
    journals.all().map(([key]) => journals.taskOf(key)),
    [8],
  );
});

test("a browser without storage, or with a full one, goes on", () => {
  const none = of(null, "page1");
  none.add(none.of(7, 3), { q: 1 });
  none.told({ task: 7, stored: 1 });
  assert.deepEqual(none.others(), []);
  const kept = Memory.of(),
    full = of(kept, "page1");
  kept.full = true;
  full.add(full.of(7, 3), { q: 1 });
  assert.equal(full.current?.entries.length, 1);
});

test("what something else wrote under our names is passed over", () => {
  const kept = Memory.of();
  kept.setItem("nbannotate:/:ana:7:page9", "{not JSON");
  kept.setItem("nbannotate:/:ana:8:page9", "null");
  assert.deepEqual(of(kept, "page1").others(), []);
});

test("a journal that another window writes just now is no page that is gone", () => {
  const kept = { revision: 1, marks: null, entries: [{ q: 1 }] };
  assert.equal(rested({ ...kept, at: Date.now() }), false);
  assert.equal(rested({ ...kept, at: Date.now() - 60_000 }), true);
});
