// Menus of a row or a card.

import type { VNode } from "preact";
import { arrows, h, type KeyPress } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { focusNotices } from "../shared/notices.ts";
import { repaint } from "../shared/redraw.ts";
import type { MenuItem, Page } from "./types.ts";

// A button with a small menu. The menu itself lies over the page, so that no table cuts it off; one is open at a time.
export function menu(s: Page, key: string, label: string, items: (MenuItem | false | 0 | null)[]): VNode {
  const open = s.ui.menu === key;
  if (open) s.menu = { label, items: items.filter((item) => Boolean(item)) as MenuItem[] };
  return h(
    "button",
    {
      type: "button",
      class: "bare",
      "aria-label": label,
      title: label,
      "aria-haspopup": "menu",
      "aria-expanded": String(open),
      "data-menu": key,
      onclick: (e) => openMenu(s, open ? "" : key, e.currentTarget),
    },
    icon("more"),
  );
}

export function menuLayer(s: Page): VNode | null {
  if (!s.ui.menu || s.ui.menu === "bell" || !s.menu) return null;
  const { label, items } = s.menu;
  return h(
    "div",
    {
      class: "nbp-popover",
      "data-key": "menu",
      onpointerdown: (e) => {
        if (e.target === e.currentTarget) {
          e.preventDefault();
          openMenu(s, "");
        }
      },
    },
    h(
      "div",
      {
        class: "nbm-menu",
        role: "menu",
        "aria-label": label,
        style: s.ui.menuAt,
        onkeydown: (e) => {
          if (e.key === "Tab") {
            e.preventDefault();
            openMenu(s, "");
          } else menuKeys(e);
        },
      },
      items.map(([text, does, kind]) =>
        h(
          "button",
          {
            type: "button",
            role: "menuitem",
            class: kind === "danger" ? "item warn" : "item",
            tabindex: "-1",
            onclick: () => {
              openMenu(s, "");
              does();
            },
          },
          text,
        ),
      ),
    ),
  );
}

export function openMenu(s: Page, key: string, button: Element | null = null): void {
  const back = s.ui.menu,
    at = button?.getBoundingClientRect(),
    page = s.root.getBoundingClientRect();
  s.ui.menu = key;
  s.menu = null;
  if (at) {
    const low = at.bottom + 190 > page.bottom;
    const side = at.right - page.left > 230 ? `right:${page.right - at.right}px` : `left:${at.left - page.left}px`;
    s.ui.menuAt = `${side};${low ? `bottom:${page.bottom - at.top + 4}px` : `top:${at.bottom - page.top + 4}px`}`;
  }
  repaint(s, true);
  if (key === "bell") focusNotices(s.root);
  else if (key) s.root.querySelector<HTMLElement>(".nbm-menu button")?.focus();
  else if (back && !s.ui.dialog)
    s.root.querySelector<HTMLElement>(`[data-menu="${CSS.escape(back)}"]`)?.focus({ preventScroll: true });
}

function menuKeys(e: KeyPress): void {
  const all = [...(e.currentTarget as Element).querySelectorAll<HTMLElement>(".item")],
    end = { Home: all[0], End: all.at(-1) }[e.key];
  if (!end) return void arrows(e, ".item");
  end.focus();
  e.preventDefault();
  e.stopPropagation();
}
