// What a key is called, whatever the keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { comboOf } from "../../src/nbannotate/frontend/canvas/key-names.ts";

const pressed = (key: string, code: string, held: string[] = []): string =>
  comboOf({
    key,
    code,
    altKey: held.includes("alt"),
    shiftKey: held.includes("shift"),
    ctrlKey: held.includes("ctrl"),
    metaKey: held.includes("meta"),
  });

test("a letter is itself, with Shift only where it is a letter", () => {
  assert.equal(pressed("z", "KeyZ", ["ctrl"]), "ctrl+z");
  assert.equal(pressed("Z", "KeyZ", ["ctrl", "shift"]), "ctrl+shift+z");
  assert.equal(pressed("?", "Slash", ["shift"]), "?");
  assert.equal(pressed("ArrowLeft", "ArrowLeft", ["shift"]), "shift+ArrowLeft");
});

test("Command is Control", () => {
  assert.equal(pressed("z", "KeyZ", ["meta"]), "ctrl+z");
});

test("Option types another character, the key is still the one that is pressed", () => {
  assert.equal(pressed("≥", "Period", ["alt"]), "alt+.");
  assert.equal(pressed("¡", "Digit1", ["alt"]), "alt+1");
  assert.equal(pressed("Ω", "KeyZ", ["alt"]), "alt+z");
});
