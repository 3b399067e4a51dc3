// The task pane: the bar above, the tools at the left, the canvas, and what can be done with the task.

import { h } from "../shared/dom.ts";
import { icon, isIcon } from "../shared/icons.ts";
import { clockTime } from "../shared/numbers.ts";
import { N, said, T } from "../shared/texts.ts";
import { sentence } from "./banner.ts";
import { press } from "./commands.ts";
import { bell } from "./home-bar.ts";
import { STEP } from "./job-parts.ts";
import { help, toStage } from "./keyboard.ts";
import type { At, Page } from "./page.ts";
import { send } from "./send.ts";
import { sequenceBar } from "./sequence.ts";
import { side } from "./side.ts";
import { keyFor, keyName, kindName, titled } from "./words.ts";

export function taskPane(s: Page) {
  return h(
    "div",
    { class: "nbp-task", "data-key": "task" },
    taskBar(s),
    banners(s),
    h(
      "div",
      { class: "nbp-body" },
      strip(s),
      h(
        "div",
        { class: "nbp-middle", "data-key": "middle" },
        h("div", { class: "nbp-stage", "data-key": "stage" }),
        sequenceBar(s),
      ),
      side(s),
    ),
  );
}

function taskBar(s: Page) {
  const t = s.need("task"),
    here = t.position ? `${t.position} / ${t.total}` : "";
  return h(
    "header",
    { class: "nbp-top" },
    h(
      "button",
      {
        type: "button",
        class: "bare wide",
        title: titled(T("My tasks"), keyFor(s, "home")),
        onclick: () => press(s, "home"),
      },
      icon("back"),
      T("My tasks"),
    ),
    h(
      "nav",
      { class: "crumbs", "aria-label": T("Where this is") },
      h("span", { class: "soft", title: t.campaign }, t.campaign),
      h("span", { class: "soft", "aria-hidden": "true" }, "›"),
      h("span", {}, t.step_name),
      h("span", { class: "kind", "data-kind": t.kind }, T(STEP[t.kind])),
    ),
    h("h1", { title: t.asset }, t.asset),
    h(
      "button",
      {
        type: "button",
        class: "bare",
        title: titled(T("All images of this job"), keyFor(s, "job")),
        "aria-label": T("All images of this job"),
        disabled: t.browsing,
        onclick: () => press(s, "job"),
      },
      icon("list"),
    ),
    t.returned
      ? h("span", { class: "chip", "data-kind": "returned" }, icon("return"), T("Returned//this image"))
      : null,
    t.round > 1 && !t.returned ? h("span", { class: "chip" }, T("Round {n}", { n: t.round })) : null,
    h("div", { class: "grow" }),
    savedMark(s),
    bell(s),
    h(
      "div",
      { class: "steps", role: "group", "aria-label": T("Tasks") },
      h(
        "button",
        {
          type: "button",
          class: "bare",
          title: titled(T("Previous task"), keyFor(s, "previous")),
          "aria-label": T("Previous task"),
          onclick: () => press(s, "previous"),
        },
        icon("back"),
      ),
      here &&
        h(
          "span",
          {
            class: "place",
            title: t.listed
              ? T("This task's place in the list that you go through")
              : T("This task's place among yours here"),
          },
          here,
          h("i", { class: "bar" }, h("i", { style: `width:${(100 * t.position) / Math.max(1, t.total)}%` })),
        ),
      h(
        "button",
        {
          type: "button",
          class: "bare",
          title: titled(T("Next task, without submitting"), keyFor(s, "next")),
          "aria-label": T("Next task, without submitting"),
          onclick: () => press(s, "next"),
        },
        icon("forward"),
      ),
    ),
  );
}

function savedMark(s: Page) {
  const { state, text, at } = s.need("saving"),
    t = s.need("task");
  if (t.lost)
    return h(
      "span",
      { class: "saved", "data-state": state === "offline" ? "offline" : "kept", role: "status" },
      state === "offline" ? T("Not saved yet — trying again") : T("Draft kept"),
    );
  if (s.ended && t.mine) return null; // the banner says it
  if (s.line?.down && t.mine)
    return h(
      "span",
      {
        class: "saved",
        "data-state": "offline",
        role: "status",
        title: T("What you draw is kept in this browser, and saved when the connection is back"),
      },
      T("Offline — kept in this browser"),
    );
  if (!t.mine) return h("span", { class: "saved", "data-state": "read" }, T("Read-only"));
  const slow = (state === "saving" || state === "waiting") && s.ui.slow;
  const shown = {
    clean: "",
    waiting: T("Saving…"),
    saving: T("Saving…"),
    saved: T("Saved {time}", { time: clockTime(at) }),
    offline: T("Not saved yet — trying again"),
    conflict: T("Not saved"),
    ended: T("Not saved"),
    failed: T("Not saved"),
    refused: T("Not saved"),
    kept: T("Draft kept"),
  }[state];
  return h(
    "span",
    {
      class: "saved",
      "data-state": slow ? "offline" : state,
      role: "status",
      title: said(text) || T("Drafts save by themselves"),
    },
    slow ? T("Not saved yet…") : shown,
  );
}

function banners(s: Page) {
  const t = s.need("task"),
    rows = [sentence(s)];
  if (t.looking) {
    rows.push(
      h(
        "div",
        { class: "nbp-banner", "data-kind": "look", role: "status", "data-key": "looking" },
        h(
          "span",
          {},
          T("Looking at what was submitted:"),
          " ",
          h("b", {}, said(t.looking.title)),
          t.looking.nothing ? ` — ${T("nothing to label")}` : "",
        ),
        h("button", { type: "button", class: "small", onclick: () => send(s, "back") }, T("Back to the present")),
      ),
    );
  } else if (!t.mine && (!t.browsing || t.listed) && !t.lost && t.reason && t.reason !== s.get("page").banner?.text) {
    rows.push(
      h(
        "div",
        { class: "nbp-banner", "data-kind": "quiet", role: "status", "data-key": "reason" },
        h(
          "span",
          {},
          said(t.reason),
          t.closed_as && !["completed", "approved", "returned"].includes(t.closed_as)
            ? ` ${T("It is called “{name}”.", { name: t.closed_as })}`
            : "",
        ),
      ),
    );
  }
  return h("div", { class: "nbp-banners", "data-key": "banners" }, rows);
}

function strip(s: Page) {
  const d = s.need("drawing"),
    t = s.need("task");
  const at = s.ui.strip ?? "select"; // Tab comes to one of them, arrows go through all
  const tool = (
    name: string,
    title: string,
    key: string,
    action: () => unknown,
    pressed: boolean | null,
    disabled: boolean,
  ) =>
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "data-key": name,
        title: titled(title, key),
        "aria-label": title,
        tabindex: at === name ? "0" : "-1",
        "aria-keyshortcuts": key || null,
        "aria-pressed": pressed === null ? null : String(pressed),
        disabled,
        onclick: (e) => {
          action();
          toStage(s, e);
        },
      },
      icon(isIcon(name) ? name : "polygon"),
    );
  return h(
    "div",
    {
      class: "nbp-strip",
      role: "toolbar",
      "aria-label": T("Tools"),
      "aria-orientation": "vertical",
      onkeydown: stripKeys,
      onfocusin: (e) => inStrip(s, e),
    },
    tool("select", T("Select and move"), "V", () => send(s, "tool", { name: "select" }), d.tool === "select", false),
    d.tools.map((k) =>
      tool(
        k.name,
        T("Draw: {kind}", { kind: kindName(k) }),
        keyName(k.key),
        () => send(s, "tool", { name: k.name }),
        d.tool === k.name,
        !d.editable,
      ),
    ),
    h("hr"),
    tool("undo", T("Undo"), "Ctrl + Z", () => send(s, "undo"), null, !d.can_undo),
    tool("redo", T("Redo"), "Ctrl + Shift + Z", () => send(s, "redo"), null, !d.can_redo),
    tool(
      "paste",
      d.copied ? N(d.copied, "Paste {n} shape", "Paste {n} shapes") : T("Paste"),
      "Ctrl + V",
      () => send(s, "paste"),
      null,
      !d.copied || !d.editable,
    ),
    h("hr"),
    tool(
      "zone",
      T("Raise an issue on a zone"),
      keyFor(s, "zone"),
      () => press(s, "zone"),
      d.tool === "zone",
      !t.pictured,
    ),
    tool("fit", T("Fit the image"), "F", () => send(s, "fit"), null, !t.pictured),
    h("div", { class: "grow" }),
    h(
      "button",
      {
        type: "button",
        class: "tool text",
        "data-key": "?",
        tabindex: at === "?" ? "0" : "-1",
        title: T("All keys (?)"),
        "aria-label": T("Show all keys"),
        onclick: (e) => {
          help(s);
          e.currentTarget.blur();
        },
      },
      "?",
    ),
  );
}

function inStrip(s: Page, e: At<FocusEvent>): void {
  const { target } = e;
  if (target instanceof HTMLElement) s.ui.strip = target.dataset.key ?? "select";
  for (const button of e.currentTarget.querySelectorAll<HTMLElement>("button"))
    button.tabIndex = button === target ? 0 : -1;
}

function stripKeys(e: At<KeyboardEvent>) {
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled)")],
    now = all.findIndex((button) => button === document.activeElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[e.key];
  if (to === undefined) return;
  all[(to + all.length) % all.length]?.focus();
  e.preventDefault();
  e.stopPropagation();
}
