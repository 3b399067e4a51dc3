// Labels of the selection by key: the one, several where the recipe allows it, none.

import { flawsSaid } from "./flaws.ts";
import { ACTIONS } from "./keys.ts";
import { RECEIVE } from "./receive.ts";
import { announce, send } from "./send.ts";
import type { Stage } from "./types.ts";

function onlyLabel(s: Stage, combo: string): false | undefined {
  const label = s.labels[Number(combo.at(-1)) - 1];
  if (!label || !s.editable || !s.selected.size) return false;
  send(s, "label", { label: label.name, ids: [...s.selected], only: true });
  return undefined;
}

function unlabel(s: Stage): false | undefined {
  if (!s.editable || !s.selected.size) return false;
  send(s, "label", { label: "", ids: [...s.selected] });
  return undefined;
}

Object.assign(ACTIONS, { only: onlyLabel, unlabel });

const takeSeveral = RECEIVE.state;
RECEIVE.state = (s, m, buffers) => {
  s.several = m.several;
  takeSeveral?.(s, m, buffers);
};

// Who cannot see the sign hears what is wrong with a shape as soon as something is.
const takePatch = RECEIVE.patch;
RECEIVE.patch = (s, m, buffers) => {
  const before = new Map(m.shapes.ids.map((id) => [id, s.shapes.get(id)?.flaws]));
  takePatch?.(s, m, buffers);
  for (const [id, flaws] of before) {
    const shape = s.shapes.get(id);
    if (shape?.flaws && !flaws && s.selected.has(id)) announce(s, flawsSaid(shape));
  }
};
