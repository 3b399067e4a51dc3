// The tags of the image: chips, each with a lock while it is given, and below them the forms of their attributes.

import type { DrawingView, FormView, TagView } from "../generated/work-views.ts";
import { arrows, h } from "../shared/dom.ts";
import { icon } from "../shared/icons.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { attributeField } from "./attributes.ts";
import { formKeys } from "./fields.ts";
import { toStage } from "./keyboard.ts";
import type { At, Page } from "./page.ts";
import { complain, send } from "./send.ts";
import { cap, keyFor, limit } from "./words.ts";

export function tagList(s: Page, d: DrawingView) {
  if (!d.tags.length) return null;
  const t = s.need("task"),
    may = t.mine && !t.looking,
    on = d.tags.filter((tag) => tag.on);
  return h(
    "section",
    { class: "nbp-tags", "aria-label": T("Tags") },
    h(
      "h2",
      {},
      T("Tags"),
      cap(keyFor(s, "tags")),
      d.most_tags ? limit(on.filter((tag) => tag.known).length, d.most_tags) : null,
    ),
    h(
      "div",
      { class: "chips", onkeydown: (e) => tagChipKeys(s, e) },
      d.tags.map((tag) => tagChip(s, tag, may)),
    ),
    on.some((tag) => tag.form)
      ? h(
          "div",
          { class: "forms", "data-key": "forms" },
          on.map((tag) => (tag.form ? tagForm(s, tag, tag.form, may) : null)),
        )
      : null,
  );
}

function tagChip(s: Page, tag: TagView, may: boolean) {
  const turn = (e: At<MouseEvent>) => {
    send(s, "tag", { name: tag.name }, complain(s));
    toStage(s, e);
  };
  return h(
    "span",
    { class: "tagged", "data-key": tag.name, "data-on": tag.on ? "" : null },
    h(
      "button",
      {
        type: "button",
        class: "tag",
        "data-tag": tag.name,
        "aria-pressed": String(tag.on),
        disabled: !may || tag.locked,
        title: tag.locked ? T("Locked: unlock it first") : null,
        onclick: turn,
      },
      tag.name,
      tag.needs.length
        ? h("span", { class: "needs", title: T("needs {what}", { what: tag.needs.join(", ") }) }, "!")
        : null,
    ),
    tag.on && may
      ? h(
          "button",
          {
            type: "button",
            class: "bare lock",
            "data-key": "lock",
            "aria-pressed": String(tag.locked),
            title: tag.locked ? T("Unlock") : T("Lock against changes (Shift+L)"),
            "aria-label": tag.locked
              ? T("Unlock the tag {name}", { name: tag.name })
              : T("Lock the tag {name}", { name: tag.name }),
            onclick: (e) => {
              lockTag(s, tag.name);
              toStage(s, e);
            },
          },
          icon(tag.locked ? "lock" : "unlock"),
        )
      : null,
  );
}

const lockTag = (s: Page, name: string) => send(s, "tag_lock", { name }, complain(s));

function tagChipKeys(s: Page, e: At<KeyboardEvent>) {
  // arrows go through the chips; Shift+L locks the one with the focus
  const chip = e.target instanceof Element ? e.target.closest(".tagged") : null;
  if (chip && e.shiftKey && e.key.toLowerCase() === "l") {
    e.preventDefault();
    e.stopPropagation();
    if (chip.hasAttribute("data-on")) lockTag(s, chip.querySelector<HTMLElement>("[data-tag]")?.dataset.tag ?? "");
    return;
  }
  arrows(e, "button:not(:disabled)");
}

// A form can be folded to a line; a locked one is. Which ones are folded is kept while the page is open.
function tagForm(s: Page, tag: TagView, form: FormView, may: boolean) {
  const folded = s.ui.foldedTags,
    open = !tag.locked && !folded.has(tag.name);
  const turn = () => {
    if (!folded.delete(tag.name)) folded.add(tag.name);
    repaint(s);
  };
  const values = form.fields
    .map(({ name, value }) => (value === true ? name : value === false ? "" : [value ?? ""].flat().join(", ")))
    .filter(Boolean);
  return h(
    "section",
    {
      class: "nbp-form",
      "data-key": `tag ${tag.name}`,
      "aria-label": T("Attributes of {name}", { name: tag.name }),
      onkeydown: formKeys,
    },
    h(
      "h3",
      {},
      h(
        "button",
        { type: "button", class: "fold", "aria-expanded": String(open), disabled: tag.locked, onclick: turn },
        h("i", { class: "turn", "aria-hidden": "true" }),
        h("span", { class: "name" }, tag.name),
        open ? null : h("small", {}, values.join(" · ")),
        tag.needs.length && !open
          ? h("span", { class: "needs" }, T("needs {what}", { what: tag.needs.join(", ") }))
          : null,
      ),
    ),
    open ? form.fields.map((f, i) => attributeField(s, form, f, `t-${tag.name}-${i}`, !may)) : null,
  );
}
