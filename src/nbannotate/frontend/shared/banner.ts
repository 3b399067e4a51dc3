// The sentence that stays above a page until it is dealt with.

import type { VNode } from "preact";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import { kernelEnded } from "./kernel.ts";
import { clockTime, localTimes } from "./numbers.ts";
import { type Message, said, T } from "./texts.ts";

interface Said {
  text: Message;
  kind: string;
  at?: string | null; // the text may name it as {at}
}

/** A banner with buttons; `close` if it may be put away without an answer. */
export const bannerShown = (
  b: Said,
  acts: [title: string, does: () => unknown][],
  close: (() => unknown) | null = null,
): VNode =>
  h(
    "div",
    { class: "nbp-banner", "data-kind": b.kind, role: b.kind === "info" ? "status" : "alert", "data-key": "banner" },
    h("span", {}, localTimes(said(b.text)).replaceAll("{at}", clockTime(b.at))),
    acts.map(([title, does]) =>
      h("button", { type: "button", class: "small", "data-key": title, onclick: does }, title),
    ),
    close &&
      h(
        "button",
        { type: "button", class: "bare", "aria-label": T("Close"), title: T("Close"), onclick: close },
        icon("close"),
      ),
  );

/** In a notebook: the kernel of the cell has ended. */
export const endedBanner = (more = ""): VNode =>
  h(
    "div",
    { class: "nbp-banner", "data-kind": "warning", role: "alert", "data-key": "ended" },
    h("span", {}, kernelEnded(), more),
  );
