// What people read, in their language.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { N, pieces, said, T, takeTable } from "../../src/nbannotate/frontend/shared/texts.ts";

const read = (tag: string) =>
  JSON.parse(readFileSync(new URL(`../../src/nbannotate/texts/${tag}.json`, import.meta.url), "utf8"));

test("English is the key, with its values", () => {
  assert.equal(T("Page {n} of {total}", { n: 2, total: "many" }), "Page 2 of many");
  assert.equal(N(1, "{n} image", "{n} images"), "1 image");
  assert.equal(N(3, "{n} image", "{n} images"), "3 images");
  assert.equal(T("Returned//this image"), "Returned");
  assert.deepEqual(pieces("Draw with {tools}, now", { tools: ["a", "b"] }), ["Draw with ", ["a", "b"], ", now"]);
});

test("another language has the text, its plural, and the sentences that Python made", () => {
  takeTable("fr", read("fr"));
  assert.notEqual(T("Submit"), "Submit");
  assert.equal(N(0, "{n} image", "{n} images"), "0 image");
  assert.notEqual(said("This task is ana's."), "This task is ana's.");
  assert.match(said("This task is ana's."), /ana/);
  assert.equal(said("What nobody has translated: 3."), "What nobody has translated: 3.");
});
