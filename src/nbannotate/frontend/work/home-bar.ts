// The bar of the pages without an image: who is here, notices, logging out.

import { h, type Shown } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { bellButton, focusNotices } from "../shared/notices.ts";
import { repaint } from "../shared/redraw.ts";
import { MANAGES } from "../shared/roles.ts";
import { T } from "../shared/texts.ts";
import { brand, topBar } from "../shared/top-bar.ts";
import { toStage } from "./keyboard.ts";
import type { Page } from "./page.ts";
import { keyFor, titled } from "./words.ts";

export function homeBar(s: Page, ...before: Shown[]) {
  const { login, role } = s.get("page");
  return topBar(s, {
    login,
    role,
    before: before.length ? before : brand(),
    bell: bell(s),
    places: [
      MANAGES.includes(role) &&
        h("button", { type: "button", class: "small", onclick: () => location.assign("manager") }, T("Dashboard")),
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
    ],
  });
}

export const bell = (s: Page) =>
  bellButton(s.get("notices").unseen, s.ui.bell, titled(T("Notices"), keyFor(s, "notices")), () => ring(s));

export function ring(s: Page) {
  s.ui.bell = !s.ui.bell;
  repaint(s, true);
  if (s.ui.bell) focusNotices(s.root);
  else if (s.get("page").screen === "task") toStage(s);
  else s.root.querySelector<HTMLElement>(".bell")?.focus();
}
