// Puts the parts together, asks every few seconds whether there is anything new, and takes everything down again.

import { h, morph } from "../shared/dom.ts";
import { said, T, useTexts } from "../shared/texts.ts";
import { beat } from "./ask.js";
import { cardFrame, cardOf, placeCards, show } from "./cards.js";
import { saveReport } from "./files.js";
import { filters, nothingYet, openTab, tabs, tiles } from "./head.js";
import { more } from "./more.js";
import { purge } from "./plot.js";
import { hear } from "./receive.js";
import { paint, soon } from "./redraw.js";

function dark() {
  // JupyterLab and our own site say which theme they have; plain Voilà says "light" to everybody, so the system is asked.
  if (document.body.dataset.jpThemeLight === "false") return true;
  const told =
    document.documentElement.dataset.theme || (document.body.dataset.jpThemeLight && !document.body.dataset.voila);
  return !told && matchMedia("(prefers-color-scheme: dark)").matches;
}

function theme(d) {
  const now = dark() ? "dark" : "light";
  if (d.root.dataset.theme === now) return;
  d.root.dataset.theme = now;
  for (const card of d.cards.values()) if (card.figure) show(d, card);
}

const loading = () =>
  h(
    "div",
    { class: "nba-loading", role: "status", "data-key": "loading" },
    h("div", { class: "nba-spinner" }),
    h("p", {}, T("Reading the statistics…")),
  );

function tree(d) {
  const view = d.model.get("view"),
    problem = d.model.get("problem"),
    there = Boolean(view.choice);
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
              saveReport(d).catch((error) => {
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
        onclick: () => d.model.send({ do: "refresh" }),
      },
      T("Refresh"),
    ),
  );
  if (!there) return [top, message ?? loading()];
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

function checkedAt(d) {
  const seen = d.model.get("seen");
  if (!seen) return "";
  const tz = d.model.get("view").choice?.tz || "UTC";
  const time = new Date(seen).toLocaleTimeString("en-GB", { timeZone: tz });
  return `${T("Live")} · ${T("checked {time}", { time })}`;
}

function paintAll(d) {
  d.painting = false;
  if (d.gone) return;
  morph(d.inner, h("div", { class: "nba-inner" }, tree(d)));
  for (const input of d.inner.querySelectorAll("[data-value]")) {
    if (input.value !== input.dataset.value && input !== document.activeElement) input.value = input.dataset.value;
    else if (input.tagName === "SELECT") input.value = input.dataset.value;
  }
  placeCards(d);
}

async function render({ model, el, signal }) {
  const d = {
    model,
    cards: new Map(),
    waiting: new Map(),
    tab: "",
    reporting: false,
    trouble: "",
    paint: () => paintAll(d),
    gone: false,
    painting: false,
    was: 0,
  };
  d.inner = h("div", { class: "nba-inner" });
  d.root = h("div", { class: "nba-manager" }, d.inner);
  d.sizes = new ResizeObserver((rows) => {
    for (const { target } of rows) {
      const card = [...d.cards.values()].find((c) => c.body === target);
      if (!card?.figure || !target.offsetWidth) continue;
      if (card.dirty || !card.drawn) show(d, card);
      else globalThis.Plotly?.Plots.resize(card.box);
    }
  });
  const deaf = await useTexts(model, () => {
    paint(d);
    for (const card of d.cards.values()) if (card.text) show(d, card);
  });
  el.replaceChildren(d.root);
  theme(d);

  const hearing = (message, buffers) => hear(d, message, buffers);
  const viewed = () => {
    if (model.get("view").choice?.tab === d.tab) d.tab = "";
    soon(d);
  };
  model.on("msg:custom", hearing);
  model.on("change:view", viewed);
  const changed = () => soon(d);
  for (const name of ["problem", "seen"]) model.on(`change:${name}`, changed);
  paint(d);
  model.send({ do: "ready" });

  const timer = setInterval(() => beat(d), model.get("refresh_s") * 1000),
    on = (target, type, does) => target.addEventListener(type, does, { signal });
  on(document, "visibilitychange", () => beat(d));
  on(matchMedia("(prefers-color-scheme: dark)"), "change", () => theme(d));
  const looks = new MutationObserver(() => theme(d));
  looks.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  looks.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const back = new ResizeObserver(() => {
    // somebody looks again
    const width = d.root.offsetWidth;
    if (width && !d.was) {
      theme(d);
      beat(d);
    }
    d.was = width;
  });
  back.observe(d.root);
  return () => {
    d.gone = true;
    clearInterval(timer);
    deaf();
    looks.disconnect();
    back.disconnect();
    d.sizes.disconnect();
    model.off("msg:custom", hearing);
    model.off("change:view", viewed);
    for (const name of ["problem", "seen"]) model.off(`change:${name}`, changed);
    for (const card of d.cards.values()) purge(card);
  };
}

export default { render };
