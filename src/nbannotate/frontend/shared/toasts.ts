// Short notes that go by themselves.

import type { VNode } from "preact";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import { localTimes } from "./numbers.ts";
import { type Painted, repaint, repaintSoon } from "./redraw.ts";
import { type Message, said, T } from "./texts.ts";

export interface Toast {
  id: number;
  text: Message;
  kind: string; // "info", "good", "error", "ask"
}

export interface Toasted extends Painted {
  toasts: Toast[];
}

const MOST = 3,
  SHORT_MS = 5000,
  LONG_MS = 11_000; // what people have to read and to deal with
let made = 0;

export function toast(s: Toasted, text: Message, kind = "info"): void {
  made += 1;
  const id = made;
  s.toasts = [...s.toasts.filter((t) => said(t.text) !== said(text)), { id, text, kind }].slice(-MOST);
  repaintSoon(s);
  setTimeout(() => dropToast(s, id), kind === "error" || kind === "ask" ? LONG_MS : SHORT_MS);
}

function dropToast(s: Toasted, id: number): void {
  s.toasts = s.toasts.filter((t) => t.id !== id);
  repaint(s);
}

export const toasts = (s: Toasted): VNode =>
  h(
    "div",
    { class: "nbp-toasts", "aria-live": "polite", "data-key": "toasts" },
    s.toasts.map((t) =>
      h(
        "div",
        {
          class: "nbp-toast",
          "data-kind": t.kind,
          "data-key": `t${t.id}`,
          role: t.kind === "error" ? "alert" : "status",
        },
        h("span", {}, localTimes(said(t.text))),
        h(
          "button",
          { type: "button", class: "bare", "aria-label": T("Dismiss"), onclick: () => dropToast(s, t.id) },
          icon("close"),
        ),
      ),
    ),
  );
