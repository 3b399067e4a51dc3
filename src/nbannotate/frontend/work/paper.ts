// Instructions as a PDF: a page at a time in the panel, or large.

import { keepInside } from "../shared/dialog.ts";
import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { said, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";
import { toStage } from "./keyboard.ts";
import type { At, Page } from "./page.ts";
import { send } from "./send.ts";
import { cap } from "./words.ts";

export function wantPaper(s: Page) {
  // the first page, when somebody looks
  const paper = s.get("paper");
  if (s.get("info")?.pdf && !paper?.image && !paper?.error) turnPage(s, 0);
}

function turnPage(s: Page, page: number): void {
  if (s.ui.turning) return;
  s.ui.turning = true;
  repaint(s);
  send(s, "paper", { page: Math.max(0, page) }, (error) => {
    s.ui.turning = false;
    if (error) toast(s, error, "error");
    repaint(s, true);
    for (const box of s.root.querySelectorAll<HTMLElement>(".nbp-paper .page")) box.scrollTop = 0;
  });
}

export function paper(s: Page, large: boolean) {
  const p = s.get("paper");
  if (p?.error && !p.image) return h("div", { class: "nbp-hint warn", role: "alert" }, said(p.error));
  if (!p?.image)
    return h(
      "div",
      { class: "nbp-paper-wait" },
      h("div", { class: "spinner" }),
      h("span", { class: "soft" }, T("Opening the PDF…")),
    );
  const last = p.pages - 1,
    go = (page: number) => {
      if (page >= 0 && page <= last) turnPage(s, page);
    };
  return h(
    "div",
    { class: "nbp-paper", "data-turning": s.ui.turning ? "" : null },
    h(
      "div",
      { class: "turn", role: "group", "aria-label": T("Pages") },
      h(
        "button",
        {
          type: "button",
          class: "bare",
          "data-key": "b",
          "aria-label": T("Previous page"),
          title: T("Previous page"),
          disabled: p.page <= 0,
          onclick: () => go(p.page - 1),
        },
        icon("back"),
      ),
      h("span", { role: "status" }, T("Page {n} of {total}", { n: p.page + 1, total: p.pages })),
      h(
        "button",
        {
          type: "button",
          class: "bare",
          "data-key": "f",
          "aria-label": T("Next page"),
          title: T("Next page"),
          disabled: p.page >= last,
          onclick: () => go(p.page + 1),
        },
        icon("forward"),
      ),
      h("div", { class: "grow" }),
      large
        ? h("button", { type: "button", class: "small", onclick: () => closeReader(s) }, T("Close"), cap("Esc"))
        : h(
            "button",
            {
              type: "button",
              class: "small",
              "data-key": "large",
              onclick: () => {
                s.ui.reader = true;
                repaint(s, true);
                s.root.querySelector<HTMLElement>(".nbp-reader .page")?.focus();
              },
            },
            icon("large"),
            T("Large"),
          ),
    ),
    p.error ? h("p", { class: "nbp-hint warn", role: "alert" }, said(p.error)) : null,
    h(
      "div",
      { class: "page", tabindex: large ? "0" : null, "data-key": "page" },
      h("img", {
        src: p.image,
        alt: T("{name}, page {n}", { name: p.name, n: p.page + 1 }),
        width: p.width,
        height: p.height,
        draggable: "false",
      }),
    ),
  );
}

export function reader(s: Page) {
  if (!s.ui.reader || s.get("page").screen !== "task") return null;
  return h(
    "div",
    {
      class: "nbp-veil",
      "data-key": "reader",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget) closeReader(s);
      },
    },
    h(
      "div",
      {
        class: "nbp-reader",
        role: "dialog",
        "aria-modal": "true",
        "aria-label": s.get("paper")?.name,
        onkeydown: (e) => readerKeys(s, e),
      },
      paper(s, true),
    ),
  );
}

function closeReader(s: Page) {
  s.ui.reader = false;
  repaint(s, true);
  toStage(s);
}

const TURNS: Record<string, number> = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

function readerKeys(s: Page, e: At<KeyboardEvent>) {
  const p = s.get("paper"),
    to = TURNS[e.key];
  if (e.key === "Escape") {
    e.preventDefault();
    e.stopPropagation();
    return void closeReader(s);
  }
  if (to && p && p.page + to >= 0 && p.page + to < p.pages) {
    e.preventDefault();
    turnPage(s, p.page + to);
  }
  if (e.key === "Tab") keepInside(e, "button:not(:disabled), .page");
  e.stopPropagation();
}
