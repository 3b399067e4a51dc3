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

test("a sentence that Python sent is said by its text and its values", () => {
  const tag = {
    text: "The tag {name} is locked; unlock it before you change it.",
    values: { name: { text: "'{name}'", values: { name: "blurred" } } },
  };
  const images = (n: number) => ({ text: "{n} images submitted.", values: { n }, one: "{n} image submitted." });
  takeTable("en", { texts: {}, sentences: {} });
  assert.equal(said(tag), "The tag 'blurred' is locked; unlock it before you change it.");
  assert.deepEqual(
    [1, 1200].map((n) => said(images(n))),
    ["1 image submitted.", "1,200 images submitted."],
  );
  takeTable("fr", read("fr"));
  assert.match(said(tag), /^Le tag blurred est/);
  assert.equal(
    said({ text: "{1} · {2}", values: { 1: images(1), 2: { text: "Say what is wrong." } } }),
    "1 image soumise. · Dites ce qui ne va pas.",
  );
  assert.equal(said({ text: "{what} is in no table.", values: { what: "This" } }), "This is in no table.");
  assert.equal(said(""), "");
});
