// Puts the parts together, asks every few seconds whether there is anything new, and takes everything down again.

import type { VNode } from "preact";
import type { View } from "../generated/statistics-views.ts";
import { clear, draw, h, type Shown } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import type { Shown as Rendered } from "../shared/model.ts";
import { Requests } from "../shared/requests.ts";
import { followDirection, said, T, useTexts } from "../shared/texts.ts";
import { followTheme } from "../shared/theme.ts";
import { beat } from "./ask.ts";
import { cardFrame, cardOf, placeCards, show } from "./cards.ts";
import { saveReport } from "./files.ts";
import { filters, nothingYet, openTab, tabs, tiles } from "./head.ts";
import { more } from "./more.ts";
import { purge } from "./plot.ts";
import { hear } from "./receive.ts";
import { paint, soon } from "./redraw.ts";
import { type Dashboard, viewOf } from "./types.ts";

const loading = (): VNode =>
  h(
    "div",
    { class: "nba-loading", role: "status", "data-key": "loading" },
    h("div", { class: "nba-spinner" }),
    h("p", {}, T("Reading the statistics…")),
  );

const isSeen = (view: Partial<View>): view is View => Boolean(view.choice);

function tree(d: Dashboard): Shown {
  const view = viewOf(d),
    problem = d.model.get<string>("problem"),
    there = isSeen(view);
  const message = problem
    ? h("div", { class: "nba-message", role: "alert", "data-key": "problem" }, said(problem))
    : null;
  const top = h(
    "div",
    { class: "nba-head", "data-key": "head" },
    h("h1", {}, T("Statistics")),
    h("span", { class: "nba-note", "data-key": "note" }, checkedAt(d)),
    there && !view.empty
      ? h(
          "button",
          {
            type: "button",
            class: "nba-refresh",
            "data-key": "report",
            disabled: d.reporting,
            title: T("Save what is chosen, all tabs, as one file that opens without a network"),
            onclick: () =>
              saveReport(d).catch((error: Error) => {
                d.trouble = said(error.message);
                paint(d);
              }),
          },
          d.reporting ? T("Writing the report…") : T("Report"),
        )
      : null,
    h(
      "button",
      {
        type: "button",
        class: "nba-refresh",
        "data-key": "refresh",
        title: T("Read the latest figures now"),
        onclick: () => d.requests.tell("refresh", {}),
      },
      T("Refresh"),
    ),
  );
  if (!isSeen(view)) return [top, message ?? loading()];
  if (view.empty) return [top, message, nothingYet()];
  const now = openTab(d, view),
    cards = view.cards.filter((c) => c.tab === now).map((c) => cardFrame(d, cardOf(d, c), view.key));
  return [
    top,
    filters(d, view),
    message,
    d.trouble ? h("div", { class: "nba-message", role: "alert", "data-key": "trouble" }, d.trouble) : null,
    view.hint ? h("div", { class: "nba-message hint", role: "status", "data-key": "hint" }, said(view.hint)) : null,
    tiles(view),
    tabs(d, view),
    now === "forecast" && more(d, view),
    h(
      "div",
      {
        class: "nba-grid",
        id: "nba-cards",
        role: "tabpanel",
        "data-key": `tab-${now}`,
        "aria-labelledby": `nba-tab-${now}`,
      },
      cards,
    ),
  ];
}

function checkedAt(d: Dashboard): string {
  const seen = d.model.get<string>("seen");
  if (!seen) return "";
  const tz = viewOf(d).choice?.tz || "UTC";
  const time = new Date(seen).toLocaleTimeString("en-GB", { timeZone: tz });
  return `${T("Live")} · ${T("checked {time}", { time })}`;
}

function paintAll(d: Dashboard): void {
  d.painting = false;
  if (d.gone) return;
  draw(d.inner, tree(d));
  placeCards(d);
}

function resized(d: Dashboard, target: HTMLElement): void {
  const card = [...d.cards.values()].find((c) => c.body === target);
  if (!card?.figure || !target.offsetWidth) return;
  if (card.dirty || !card.drawn) show(d, card);
  else globalThis.Plotly?.Plots.resize(card.box);
}

async function render({ model, el, signal }: Rendered): Promise<() => void> {
  const inner = node("div", { class: "nba-inner" });
  const d: Dashboard = {
    model,
    inner,
    root: node("div", { class: "nba-manager" }, inner),
    requests: new Requests(model),
    sizes: new ResizeObserver((rows) => {
      for (const { target } of rows) resized(d, target as HTMLElement);
    }),
    cards: new Map(),
    tab: "",
    reporting: false,
    trouble: "",
    paint: () => paintAll(d),
    gone: false,
    painting: false,
    width: 0,
  };
  const deaf = await useTexts(model, () => {
    paint(d);
    for (const card of d.cards.values()) if (card.text) show(d, card);
  });
  el.replaceChildren(d.root);
  const direction = followDirection(d.root);
  const theme = followTheme(d.root, () => {
    for (const card of d.cards.values()) if (card.figure) show(d, card);
  });

  const hearing = (message: Record<string, unknown>, buffers: DataView[]) => hear(d, message, buffers);
  const viewed = () => {
    if (viewOf(d).choice?.tab === d.tab) d.tab = "";
    soon(d);
  };
  model.on("msg:custom", hearing);
  model.on("change:view", viewed);
  const changed = () => soon(d);
  for (const name of ["problem", "seen"]) model.on(`change:${name}`, changed);
  paint(d);
  d.requests.tell("ready", {});

  const timer = setInterval(() => beat(d), model.get<number>("refresh_s") * 1000);
  document.addEventListener("visibilitychange", () => beat(d), { signal });
  const back = new ResizeObserver(() => {
    // somebody looks again
    const width = d.root.offsetWidth;
    if (width && !d.width) {
      theme.look();
      beat(d);
    }
    d.width = width;
  });
  back.observe(d.root);
  return () => {
    d.gone = true;
    clearInterval(timer);
    deaf();
    direction();
    theme.stop();
    back.disconnect();
    d.sizes.disconnect();
    model.off("msg:custom", hearing);
    model.off("change:view", viewed);
    for (const name of ["problem", "seen"]) model.off(`change:${name}`, changed);
    for (const card of d.cards.values()) purge(card);
    clear(d.inner);
  };
}

export default { render };
