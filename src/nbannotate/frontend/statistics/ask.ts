// What goes to the kernel and what comes back: requests with their answers, files, the tasks behind a bar; and the beat.

import type { AnyAction } from "../generated/statistics-actions.ts";
import type { Answers, ChoiceView } from "../generated/statistics-views.ts";
import type { Fields, Name } from "../shared/requests.ts";
import { said } from "../shared/texts.ts";
import { paint } from "./redraw.ts";
import type { Card, Dashboard } from "./types.ts";

/** The answer of the kernel, and the file that came with it. */
export const ask = <N extends Name<AnyAction>>(
  d: Dashboard,
  what: N,
  fields: Fields<AnyAction, N>,
): Promise<{ answer: Answers[N]; data: DataView | undefined }> =>
  new Promise((resolve, reject) => {
    d.requests.ask(what, fields, (error, answer, data) => {
      if (error) reject(new Error(said(error)));
      else resolve({ answer, data });
    });
  });

export function choose(d: Dashboard, chosen: Partial<Record<keyof ChoiceView, string>>): void {
  if (chosen.tab) d.tab = chosen.tab;
  d.requests.tell("choose", { choice: chosen });
  paint(d);
}

const isLooked = (d: Dashboard): boolean =>
  document.visibilityState === "visible" && d.root.isConnected && d.root.offsetWidth > 0;
export const beat = (d: Dashboard): void => {
  if (isLooked(d)) d.requests.tell("beat", {});
};

const TOLD_MS = 8000;

export function tell(d: Dashboard, card: Card, text: string): void {
  card.told = text;
  paint(d);
  clearTimeout(card.telling);
  card.telling = setTimeout(() => {
    card.told = "";
    paint(d);
  }, TOLD_MS);
}

/** For what fails on a card: the card says why. */
export const fails =
  (d: Dashboard, card: Card) =>
  (error: Error): void =>
    tell(d, card, said(error.message));
