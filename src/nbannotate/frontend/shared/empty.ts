// What stands where there is nothing, or nothing yet.

import type { VNode } from "preact";
import { h, type Shown } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";

export const emptyState = (picture: IconName, title: string, text: string, ...more: Shown[]): VNode =>
  h(
    "div",
    { class: "nbp-empty", "data-key": "empty", role: "status" },
    icon(picture),
    h("h2", {}, title),
    h("p", {}, text),
    ...more,
  );

export const reading = (what: string): VNode =>
  h(
    "div",
    { class: "nbp-empty", "data-key": "reading", role: "status" },
    h("div", { class: "spinner" }),
    h("p", {}, what),
  );
