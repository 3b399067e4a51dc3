// The bar above a page: what it is, the language, notices, who is here, where else they may go, logging out.

import type { VNode } from "preact";
import { h, type Shown } from "./dom.ts";
import { icon } from "./icons.ts";
import { languageMenu } from "./language-menu.ts";
import type { Model } from "./model.ts";
import { ROLE } from "./roles.ts";
import { T } from "./texts.ts";
import { type Toasted, toast } from "./toasts.ts";

interface Bar {
  login: string;
  role: string;
  before: Shown;
  bell: Shown;
  places: Shown; // buttons to other pages
}

export const brand = (): VNode => h("div", { class: "nbp-brand" }, "nbannotate");

export function topBar(s: Toasted & { model: Model }, { login, role, before, bell, places }: Bar): VNode {
  const whole = s.model.get<boolean>("whole");
  return h(
    "header",
    { class: "nbp-top", "data-key": "top" },
    before,
    h("div", { class: "grow" }),
    languageMenu(s),
    login && bell,
    login &&
      h(
        "div",
        { class: "who" },
        h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()),
        h("span", {}, h("b", {}, login), h("small", {}, T(ROLE[role] ?? role))),
      ),
    whole && login && places,
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

// On our server its page.js posts the form, and never comes here.
function logout(s: Toasted): void {
  if (!document.getElementById("logout"))
    toast(s, T("This page was not served by nbannotate, so there is nobody to log out."), "error");
}
