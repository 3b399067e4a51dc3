// Menus of a row or a card.

import { h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";

// A button with a small menu. The menu itself lies over the page, so that no table cuts it off; one is open at a time.
export function menu(s, key, label, items) {
  const open = s.ui.menu === key;
  if (open) s.menu = { label, items: items.filter(Boolean) };
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

export function menuLayer(s) {
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

export function openMenu(s, key, button = null) {
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
  if (key) s.root.querySelector(".nbm-menu button, .nbp-notices .notice, .nbp-notices")?.focus();
  else if (back && !s.ui.dialog)
    s.root.querySelector(`[data-menu="${CSS.escape(back)}"]`)?.focus({ preventScroll: true });
}

export function menuKeys(e) {
  const all = [...e.currentTarget.querySelectorAll(".item, .notice")],
    at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (next === undefined) return;
  all[(next + all.length) % all.length].focus();
  e.preventDefault();
  e.stopPropagation();
}
