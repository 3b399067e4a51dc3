// What charts say, in the language of the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { takeTable } from "../../src/nbannotate/frontend/shared/texts.ts";
import { spoken } from "../../src/nbannotate/frontend/statistics/spoken.ts";

const german = JSON.parse(readFileSync(new URL("../../src/nbannotate/texts/de.json", import.meta.url), "utf8"));

test("what a figure says is translated, and a name that people gave is not, whatever it is", () => {
  takeTable("de", german);
  const figure = {
    data: [
      { type: "bar", name: "done", y: ["mask", "done"], text: ["3 answers", "mask"] },
      { type: "bar", name: "mask" }, // a label is called so
    ],
    layout: {
      xaxis: { title: { text: "tasks per week" } },
      yaxis: { type: "category", categoryarray: ["done", "mask"] },
      annotations: [{ text: "No task is open" }],
    },
    said: {
      done: { text: "done" },
      "3 answers": { text: "{n} answers", values: { n: 3 }, one: "{n} answer" },
      "tasks per week": { text: "tasks per {by+}", values: { by: { text: "week" } } },
      "No task is open": { text: "No task is open" },
    },
  };
  const { data, layout } = spoken(figure);
  assert.deepEqual(
    data.map((trace) => trace.name),
    ["erledigt", "mask"],
  );
  assert.deepEqual(data[0]?.y, ["mask", "erledigt"]);
  assert.deepEqual(data[0]?.text, ["3 Antworten", "mask"]);
  assert.equal(layout.xaxis?.title?.text, "Aufgaben je Woche");
  assert.deepEqual(layout.yaxis?.categoryarray, ["erledigt", "mask"]);
  assert.equal(layout.annotations?.[0]?.text, german.sentences["No task is open"]);
  takeTable("en", { texts: {}, sentences: {} });
});
