// Requests and their answers: each answer reaches who asked, once, whatever the order.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Model } from "../../src/nbannotate/frontend/shared/model.ts";
import { Requests } from "../../src/nbannotate/frontend/shared/requests.ts";

type Action = { do: "count"; n: number; ref?: number } | { do: "csv"; n: number; ref?: number };
interface Answers {
  count: { text: string };
  csv: null;
}

function made() {
  const sent: Action[] = [],
    heard: unknown[][] = [];
  const model = { send: (message: Action) => sent.push(message) } as unknown as Model;
  const requests = new Requests<Action, Answers>(model);
  const ask = (what: Action["do"], n = 1) => requests.ask(what, { n }, (...answer) => heard.push([n, ...answer]));
  const hear = (at: number, error: string | null, answer: unknown, buffers?: DataView[]) =>
    requests.hear({ ref: sent[at]?.ref ?? 0, error, answer }, buffers);
  return { sent, heard, requests, ask, hear };
}

test("answers reach who asked, also when they come in another order", () => {
  const { sent, heard, ask, hear } = made();
  ask("count", 1);
  ask("count", 2);
  assert.deepEqual(
    sent.map((m) => [m.do, m.n]),
    [
      ["count", 1],
      ["count", 2],
    ],
  );
  hear(1, null, { text: "b" });
  hear(0, "Not now.", null);
  assert.deepEqual(heard, [
    [2, null, { text: "b" }, undefined],
    [1, "Not now.", null, undefined],
  ]);
});

test("an answer that comes twice is heard once, and a file comes with it", () => {
  const { heard, ask, hear } = made();
  const file = new DataView(new ArrayBuffer(2));
  ask("csv");
  hear(0, null, null, [file]);
  hear(0, null, null, [file]);
  assert.deepEqual(heard, [[1, null, null, file]]);
});

test("what nobody waits for has no number, and no answer is taken for its own", () => {
  const { sent, heard, requests, hear } = made();
  requests.tell("count", { n: 3 });
  hear(0, null, { text: "of somebody else" });
  assert.deepEqual([sent, heard], [[{ do: "count", n: 3 }], []]);
});
