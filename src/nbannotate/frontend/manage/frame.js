// The frame: the bar above, the rail with the parts of the page, the bell, and small things that all parts use.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { languageMenu } from "../shared/language-menu.ts";
import { stamp } from "../shared/numbers.ts";
import { N, said, T } from "../shared/texts.ts";
import { go, TABS } from "./address.js";
import { menuKeys, openMenu } from "./menu.js";
import { clearSelection } from "./sheet.ts";
import { campaignOf, cards } from "./state.js";
import { act, toast } from "./talk.js";
import { ROLE, STATE_NAME } from "./words.ts";

export function topBar(s) {
  const { login, role } = s.get("page"),
    whole = s.model.get("whole");
  return h(
    "header",
    { class: "nbp-top", "data-key": "top" },
    h("div", { class: "nbp-brand" }, "nbannotate"),
    h("span", { class: "nbm-where soft" }, T("Manage")),
    h("div", { class: "grow" }),
    languageMenu(s),
    login && bell(s),
    login &&
      h(
        "div",
        { class: "who" },
        h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()),
        h("span", { class: "text" }, h("b", {}, login), h("small", {}, T(ROLE[role] ?? role))),
      ),
    whole &&
      login &&
      h("button", { type: "button", class: "small", onclick: () => location.assign("work") }, T("My tasks")),
    whole &&
      login &&
      h(
        "button",
        {
          type: "button",
          class: "small",
          "data-nbannotate-logout": "",
          title: T("Log out"),
          onclick: () => {
            if (!document.getElementById("logout"))
              toast(s, T("This page was not served by nbannotate, so there is nobody to log out."), "error");
          },
        },
        icon("leave"),
        h("span", { class: "text" }, T("Log out")),
      ),
  );
}

export function rail(s) {
  const counts = { campaigns: cards(s).filter((c) => c.state === "overdue").length }; // what a manager should look at
  return h(
    "nav",
    { class: "nbm-rail", "data-key": "rail", "aria-label": T("Parts of the page") },
    h(
      "div",
      { role: "tablist", "aria-orientation": "vertical", class: "nbm-tabs", onkeydown: railKeys },
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
          counts[name] ? null : h("kbd", { "aria-hidden": "true" }, i + 1),
          counts[name]
            ? h(
                "span",
                {
                  class: "count",
                  "data-kind": "late",
                  title: N(counts[name], "{n} campaign overdue", "{n} campaigns overdue"),
                },
                counts[name],
              )
            : null,
        ),
      ),
    ),
  );
}

function railKeys(e) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("[role=tab]")],
    next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.click();
  next?.focus();
  e.preventDefault();
}

function bell(s) {
  const unseen = (s.get("notices").rows ?? []).filter((n) => !n.seen).length;
  return h(
    "button",
    {
      type: "button",
      class: "bare bell",
      "data-key": "bell",
      "data-menu": "bell",
      "aria-haspopup": "dialog",
      "aria-expanded": String(s.ui.menu === "bell"),
      "aria-label": unseen ? T("Notices, {n} not seen", { n: unseen }) : T("Notices"),
      title: T("Notices"),
      onclick: () => openMenu(s, s.ui.menu === "bell" ? "" : "bell"),
    },
    icon("bell"),
    unseen ? h("span", { class: "count" }, unseen > 99 ? "99+" : unseen) : null,
  );
}

export function notices(s) {
  if (s.ui.menu !== "bell") return null;
  const { rows = [] } = s.get("notices"),
    unseen = rows.filter((n) => !n.seen).length;
  const follow = (n) => {
    if (!n.seen) act(s, "see", { ids: [n.id] });
    if (n.campaign && cards(s).some((c) => c.id === n.campaign)) {
      s.ui.campaign = n.campaign;
      go(s, "tasks");
    } else openMenu(s, "");
  };
  return h(
    "div",
    {
      class: "nbp-popover",
      "data-key": "notices",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget) openMenu(s, "");
      },
    },
    h(
      "section",
      { class: "nbp-notices", role: "dialog", "aria-label": T("Notices"), tabindex: "-1", onkeydown: menuKeys },
      h(
        "header",
        {},
        h("h2", {}, T("Notices")),
        unseen ? h("span", { class: "soft" }, T("{n} new", { n: unseen })) : null,
        h("div", { class: "grow" }),
        unseen
          ? h(
              "button",
              { type: "button", class: "small", onclick: () => act(s, "see", {}) },
              icon("check"),
              T("Mark all as seen"),
            )
          : null,
        h(
          "button",
          { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => openMenu(s, "") },
          icon("close"),
        ),
      ),
      rows.length
        ? h(
            "ul",
            {},
            rows.map((n) =>
              h(
                "li",
                { "data-key": `n${n.id}` },
                h(
                  "button",
                  {
                    type: "button",
                    class: "notice",
                    "data-kind": n.kind,
                    "data-new": n.seen ? null : "",
                    onclick: () => follow(n),
                  },
                  h(
                    "span",
                    { class: "mark" },
                    icon(n.kind.startsWith("due") ? "calendar" : n.kind.startsWith("issue") ? "issue" : "bell"),
                  ),
                  h("span", { class: "text" }, h("span", {}, said(n.text)), h("small", {}, stamp(n.at))),
                  n.seen ? null : h("i", { class: "dot", title: T("new") }),
                ),
              ),
            ),
          )
        : empty("bell", T("No notices"), T("Due dates and answers to issues appear here.")),
    ),
  );
}

export function empty(picture, title, text, ...more) {
  return h(
    "div",
    { class: "nbp-empty", "data-key": "empty" },
    icon(picture),
    h("h2", {}, title),
    h("p", {}, text),
    ...more,
  );
}

export const reading = (what) =>
  h(
    "div",
    { class: "nbp-empty", "data-key": "reading", role: "status" },
    h("div", { class: "spinner" }),
    h("p", {}, what),
  );

export function chooseCampaign(s) {
  const now = campaignOf(s);
  return h(
    "label",
    { class: "nbm-field" },
    h("span", {}, T("Campaign")),
    h(
      "select",
      {
        "data-value": now?.id ?? "",
        onchange: (e) => {
          s.ui.campaign = Number(e.target.value);
          clearSelection(s);
          go(s, s.ui.tab);
        },
      },
      cards(s).map((c) =>
        h(
          "option",
          { value: c.id, "data-key": c.id },
          `${c.name}${c.state === "active" ? "" : ` (${T(STATE_NAME[c.state])})`}`,
        ),
      ),
    ),
  );
}

export function picked(value, values, title, onchange, label) {
  return h(
    "label",
    { class: "nbm-field" },
    h("span", {}, label),
    h(
      "select",
      { "data-value": value, "aria-label": title, onchange: (e) => onchange(e.target.value) },
      values.map(([key, text]) => h("option", { value: key, "data-key": `o${key}` }, text)),
    ),
  );
}
