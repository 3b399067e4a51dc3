// What goes to Python, and what the person is told: refusals, notes, and words for a screen reader.

import type { AnyAction, Refused } from "../generated/canvas-actions.ts";
import { said } from "../shared/texts.ts";
import type { Kind, Spoken } from "./types.ts";

export const SAY_MS = 350; // a pause after which a place is said

type Type = AnyAction["type"];
/** What a message says besides its type, and besides what every one says. */
type Fields<T extends Type> = Omit<Extract<AnyAction, { type: T }>, "type" | "g" | "view_id" | "n">;

export function send<T extends Type>(s: Spoken, type: T, fields: Fields<T>): number {
  s.n += 1;
  if (!s.ended.dataset.shown) s.model.send({ type, g: s.g, view_id: s.viewId, n: s.n, ...fields });
  return s.n;
}

export function complain(s: Spoken, sentence: string): void {
  s.toast.textContent = sentence;
  s.tip.hidden = true;
  s.toast.dataset.shown = "true";
  clearTimeout(s.toastTimer);
  s.toastTimer = setTimeout(() => {
    delete s.toast.dataset.shown;
  }, 4500);
}

export const kindWord = (kind: Kind): string => said(kind.title.toLowerCase()); // within a sentence; German nouns stay large

export function refuse(s: Spoken, reason: Refused["reason"], sentence: string): void {
  // what cannot be is said here; Python hears why
  complain(s, sentence);
  send(s, "refused", { reason });
}

export function announce(s: Spoken, text: string): void {
  s.voice.textContent = text;
}
