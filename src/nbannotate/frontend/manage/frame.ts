// The frame: the bar above, the rail with the parts of the page, the bell, and small things that all parts use.

import type { VNode } from "preact";
import type { NoticeLine } from "../generated/manage-views.ts";
import { arrows, h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { bellButton, noticesShown } from "../shared/notices.ts";
import { N, T } from "../shared/texts.ts";
import { brand, topBar } from "../shared/top-bar.ts";
import { go, TABS } from "./address.ts";
import { openMenu } from "./menu.ts";
import { clearSelection } from "./sheet.ts";
import { campaignOf, cards } from "./state.ts";
import { act } from "./talk.ts";
import type { Page, Tab } from "./types.ts";
import { STATE_NAME } from "./words.ts";

const unseenOf = (s: Page): number => (s.get("notices").rows ?? []).filter((n) => !n.seen).length;
const ring = (s: Page): void => openMenu(s, s.ui.menu === "bell" ? "" : "bell");

export function bar(s: Page): VNode {
  const { login = "", role = "" } = s.get("page");
  return topBar(s, {
    login,
    role,
    before: [brand(), h("span", { class: "nbm-where soft" }, T("Manage"))],
    bell: bellButton(unseenOf(s), s.ui.menu === "bell", T("Notices"), () => ring(s)),
    places: h("button", { type: "button", class: "small", onclick: () => location.assign("work") }, T("My tasks")),
  });
}

export function rail(s: Page): VNode {
  const counts: Partial<Record<Tab, number>> = { campaigns: cards(s).filter((c) => c.state === "overdue").length }; // what a manager should look at
  return h(
    "nav",
    { class: "nbm-rail", "data-key": "rail", "aria-label": T("Parts of the page") },
    h(
      "div",
      {
        role: "tablist",
        "aria-orientation": "vertical",
        class: "nbm-tabs",
        onkeydown: (e) => arrows(e, "[role=tab]")?.click(),
      },
      TABS.map(([name, title, picture], i) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `nbm-tab-${name}`,
            "data-key": name,
            "aria-selected": String(s.ui.tab === name),
            "aria-controls": "nbm-part",
            tabindex: s.ui.tab === name ? "0" : "-1",
            title: `${T(title)} (${i + 1})`,
            onclick: () => go(s, name),
          },
          icon(picture),
          h("span", { class: "text" }, T(title)),
          lateMark(counts[name], i),
        ),
      ),
    ),
  );
}

const lateMark = (late: number | undefined, i: number): VNode =>
  late
    ? h(
        "span",
        { class: "count", "data-kind": "late", title: N(late, "{n} campaign overdue", "{n} campaigns overdue") },
        late,
      )
    : h("kbd", { "aria-hidden": "true" }, i + 1);

export function notices(s: Page): VNode | null {
  if (s.ui.menu !== "bell") return null;
  const named = (n: NoticeLine) => cards(s).find((c) => c.id === n.campaign);
  return noticesShown<NoticeLine>({
    rows: s.get("notices").rows ?? [],
    unseen: unseenOf(s),
    none: T("Due dates and answers to issues appear here."),
    about: (n) => named(n)?.name ?? "",
    go: (n) => {
      if (!n.seen) act(s, "see", { notices: [n.id] });
      const found = named(n);
      if (found) {
        s.ui.campaign = found.id;
        go(s, "tasks");
      } else openMenu(s, "");
    },
    see: () => act(s, "see", {}),
    close: () => openMenu(s, ""),
  });
}

export function chooseCampaign(s: Page): VNode {
  const now = campaignOf(s);
  return h(
    "label",
    { class: "nbm-field" },
    h("span", {}, T("Campaign")),
    h(
      "select",
      {
        value: now?.id ?? "",
        onchange: (e) => {
          s.ui.campaign = Number(e.currentTarget.value);
          clearSelection(s);
          go(s, s.ui.tab);
        },
      },
      cards(s).map((c) =>
        h(
          "option",
          { value: c.id, "data-key": c.id },
          `${c.name}${c.state === "active" ? "" : ` (${T(STATE_NAME[c.state] ?? c.state)})`}`,
        ),
      ),
    ),
  );
}

export function picked(
  value: string,
  values: [key: string, text: string][],
  label: string,
  chosen: (value: string) => void,
): VNode {
  return h(
    "label",
    { class: "nbm-field" },
    h("span", {}, label),
    h(
      "select",
      { value, "aria-label": label, onchange: (e) => chosen(e.currentTarget.value) },
      values.map(([key, text]) => h("option", { value: key, "data-key": `o${key}` }, text)),
    ),
  );
}
