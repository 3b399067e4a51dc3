// The bar of the pages without an image: who is here, notices, logging out.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { languageMenu } from "../shared/language-menu.ts";
import { repaint } from "../shared/redraw.ts";
import { M, T } from "../shared/texts.ts";
import { toStage } from "./keyboard.js";
import { toast } from "./toasts.js";
import { keyFor, titled } from "./words.js";

const ROLE = {
  owner: M("owner"),
  manager: M("manager"),
  developer: M("developer"),
  reviewer: M("reviewer"),
  annotator: M("annotator"),
};
const MANAGES = ["owner", "manager"]; // who has a dashboard; the server refuses it to others

export function homeBar(s, ...before) {
  const { login, role } = s.get("page"),
    whole = s.model.get("whole");
  return h(
    "header",
    { class: "nbp-top" },
    before.length ? before : h("div", { class: "nbp-brand" }, "nbannotate"),
    h("div", { class: "grow" }),
    languageMenu(s),
    login && bell(s),
    login &&
      h(
        "div",
        { class: "who" },
        h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()),
        h("span", {}, h("b", {}, login), h("small", {}, T(ROLE[role] ?? role))),
      ),
    whole &&
      MANAGES.includes(role) &&
      h("button", { type: "button", class: "small", onclick: () => location.assign("manager") }, T("Dashboard")),
    whole &&
      login &&
      document.body.dataset.hub === undefined && // who logs in through a JupyterHub has no password of ours
      h(
        "button",
        {
          type: "button",
          class: "small",
          title: T("Change your password"),
          "aria-label": T("Change your password"),
          onclick: () => location.assign("password"),
        },
        icon("key"),
        h("span", { class: "wide" }, T("Password")),
      ),
    whole &&
      login &&
      h(
        "button",
        { type: "button", class: "small", title: T("Log out"), "data-nbannotate-logout": "", onclick: () => logout(s) },
        icon("leave"),
        h("span", { class: "wide" }, T("Log out")),
      ),
  );
}

function logout(s) {
  // on our server its page.js posts the form, and never comes here
  if (!document.getElementById("logout"))
    toast(s, T("This page was not served by nbannotate, so there is nobody to log out."), "error");
}

export function bell(s) {
  const { unseen = 0 } = s.get("notices");
  return h(
    "button",
    {
      type: "button",
      class: "bare bell",
      "data-key": "bell",
      "aria-haspopup": "dialog",
      "aria-expanded": String(Boolean(s.ui.bell)),
      "aria-label": unseen ? T("Notices, {n} not seen", { n: unseen }) : T("Notices"),
      title: titled(T("Notices"), keyFor(s, "notices")),
      onclick: () => ring(s),
    },
    icon("bell"),
    unseen ? h("span", { class: "count" }, unseen > 99 ? "99+" : unseen) : null,
  );
}

export function ring(s) {
  s.ui.bell = !s.ui.bell;
  repaint(s, true);
  if (s.ui.bell) (s.root.querySelector(".nbp-notices .notice") ?? s.root.querySelector(".nbp-notices"))?.focus();
  else if (s.get("page").screen === "task") toStage(s);
  else s.root.querySelector(".bell")?.focus();
}
