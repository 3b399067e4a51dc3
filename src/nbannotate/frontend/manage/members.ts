// The members of the workspace: who there is, and what can be done with an account.

import type { VNode } from "preact";
import { h, type Shown } from "../shared/dom.ts";
import { reading } from "../shared/empty.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { ROLE } from "../shared/roles.ts";
import { M, N, T } from "../shared/texts.ts";
import { toast } from "../shared/toasts.ts";

import { menu } from "./menu.ts";
import { openDialog } from "./open-dialog.ts";
import type { Dialog, Page, Role, Secret } from "./types.ts";
import { number } from "./words.ts";

const ROLE_TEXT: Record<Role, string> = {
  owner: M("may do everything, and is the only one who may change an owner"),
  manager: M("runs campaigns, gives out work, manages members, sees the statistics"),
  developer: M("adds data, exports, and reads statistics; manages nobody"),
  reviewer: M("annotates and reviews what is given to them; sees nothing else"),
  annotator: M("annotates what is given to them; sees nothing else"),
};

export function members(s: Page): VNode {
  const { read, rows = [] } = s.get("people");
  if (!read) return reading(T("Reading the members…"));
  const text = s.ui.people.toLowerCase(),
    shown = rows.filter((m) => m.login.toLowerCase().includes(text)),
    { role } = s.get("page");
  return h(
    "div",
    { class: "nbm-page", "data-key": "members" },
    h(
      "div",
      { class: "nbm-bar" },
      rows.length > 8
        ? h(
            "label",
            { class: "nbm-field search" },
            h("span", {}, T("Member")),
            h(
              "span",
              { class: "input" },
              icon("search"),
              h("input", {
                type: "search",
                placeholder: T("Part of a login"),
                "data-search": "",
                value: s.ui.people,
                maxlength: "100",
                oninput: (e) => {
                  s.ui.people = e.currentTarget.value;
                  repaint(s);
                },
              }),
            ),
          )
        : h("p", { class: "soft" }, N(rows.length, "{n} member", "{n} members")),
      h("div", { class: "grow" }),
      h(
        "button",
        { type: "button", onclick: () => openDialog(s, "add", { values: { login: "", role: "annotator" } }) },
        T("Add…"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "primary",
          onclick: () => openDialog(s, "invite", { values: { login: "", role: "annotator" } }),
        },
        icon("plus"),
        T("Invite…"),
      ),
    ),
    h(
      "section",
      { class: "nbm-panel", "aria-label": T("Members") },
      h(
        "div",
        { class: "nbm-scroll" },
        h(
          "table",
          { class: "nbm-list" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col" }, T("Login")),
              h("th", { scope: "col" }, T("Role")),
              h("th", { scope: "col" }, T("Account")),
              h("th", { scope: "col", class: "n" }, T("Open tasks")),
              h("th", { scope: "col" }, h("span", { class: "nbm-hidden" }, T("Actions"))),
            ),
          ),
          h(
            "tbody",
            {},
            shown.map((m) =>
              h(
                "tr",
                { "data-key": m.login, "data-off": m.active ? null : "" },
                h(
                  "th",
                  { scope: "row" },
                  h("span", { class: "avatar", "aria-hidden": "true" }, m.login.slice(0, 1).toUpperCase()),
                  m.login,
                  m.me ? h("span", { class: "chip" }, T("you")) : null,
                ),
                h("td", { title: T(ROLE_TEXT[m.role]) }, T(ROLE[m.role] ?? m.role)),
                h(
                  "td",
                  {},
                  h(
                    "span",
                    { class: "nbm-state", "data-state": m.active ? "active" : "disabled" },
                    m.active ? T("active") : T("disabled"),
                  ),
                ),
                h("td", { class: "n" }, m.open ? number(m.open) : h("span", { class: "soft" }, "·")),
                h(
                  "td",
                  { class: "act" },
                  m.protected
                    ? h(
                        "span",
                        { class: "lock soft", title: T("Only an owner may change an owner.") },
                        icon("lock"),
                        h("span", { class: "nbm-hidden" }, T("Only an owner may change an owner.")),
                      )
                    : menu(s, `m${m.login}`, T("More for {name}", { name: m.login }), [
                        [T("Change the role…"), () => openDialog(s, "role", { m, values: { role: m.role } })],
                        [T("Reset the password…"), () => openDialog(s, "password", { m })],
                        m.active && !m.me && [T("Disable…"), () => openDialog(s, "disable", { m }), "danger"],
                        !m.active && [T("Enable…"), () => openDialog(s, "enable", { m })],
                      ]),
                ),
              ),
            ),
          ),
        ),
      ),
      shown.length ? null : h("p", { class: "none soft" }, T("No member has such a login.")),
    ),
    role === "owner" ? null : h("p", { class: "soft nbm-note" }, T("Owners can be changed by an owner only.")),
  );
}

export function roleChoice(s: Page, d: { values: { role: Role } }): VNode {
  const me = s.get("page").role,
    roles = (s.get("page").roles ?? []).filter((r) => r !== "owner" || me === "owner");
  return h(
    "fieldset",
    { class: "nbm-roles" },
    h("legend", {}, T("Role")),
    roles.map((r) =>
      h(
        "label",
        { "data-key": r },
        h("input", {
          type: "radio",
          name: "nbm-role",
          value: r,
          checked: d.values.role === r,
          onchange: () => {
            d.values.role = r;
            repaint(s);
          },
        }),
        h("span", {}, h("b", {}, T(ROLE[r] ?? r)), h("small", {}, T(ROLE_TEXT[r]))),
      ),
    ),
  );
}

export const loginField = (s: Page, d: { values: { login: string } }): VNode =>
  h(
    "label",
    { class: "nbm-line" },
    h("span", {}, T("Login")),
    h("input", {
      type: "text",
      "data-first": "",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "64",
      value: d.values.login,
      oninput: (e) => {
        d.values.login = e.currentTarget.value.trim();
        repaint(s);
      },
    }),
  );

export function secretShown(s: Page, d: Dialog, secret: Secret): Shown {
  return [
    h("p", {}, secret.text),
    h(
      "div",
      { class: "nbm-secret" },
      h("input", {
        type: "text",
        readonly: true,
        "aria-label": secret.label,
        "data-first": "",
        value: secret.value,
        onfocus: (e) => e.currentTarget.select(),
      }),
      h(
        "button",
        { type: "button", onclick: (e) => copy(s, d, e.currentTarget.previousSibling as HTMLInputElement) },
        icon("copy"),
        d.copied ? T("Copied") : T("Copy"),
      ),
    ),
    h("p", { class: "soft" }, T("It is shown this once. The workspace keeps only a hash of it.")),
  ];
}

async function copy(s: Page, d: Dialog, field: HTMLInputElement): Promise<void> {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    d.copied = true;
  } catch {
    d.copied = document.execCommand("copy");
  } // a site without TLS has no clipboard of the newer kind
  if (!d.copied) toast(s, T("The browser did not let the page copy it; press Ctrl+C."), "error");
  repaint(s);
}
