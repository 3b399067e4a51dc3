// What goes to the kernel and what comes back: requests with their answers, files, the tasks behind a bar; and the beat.

import { paint } from "./redraw.js";

let asked = 0;

export function ask(d, what, fields) {
  asked += 1;
  const ref = asked;
  return new Promise((resolve, reject) => {
    d.waiting.set(ref, { resolve, reject });
    d.model.send({ do: what, ref, ...fields });
  });
}

export function choose(d, chosen) {
  if (chosen.tab) d.tab = chosen.tab;
  d.model.send({ do: "choose", choice: chosen });
  paint(d);
}

const isLooked = (d) => document.visibilityState === "visible" && d.root.isConnected && d.root.offsetWidth > 0;
export const beat = (d) => {
  if (isLooked(d)) d.model.send({ do: "beat" });
};

export function tell(d, card, text) {
  card.told = text;
  paint(d);
  clearTimeout(card.telling);
  card.telling = setTimeout(() => {
    card.told = "";
    paint(d);
  }, 8000);
}
