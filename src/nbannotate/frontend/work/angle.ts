// What belongs together: groups, tracks (one entry in the list, a line over the slices where it is); and the angle of
// rotated rectangles.

import type { DrawingView } from "../generated/work-views.ts";
import { h } from "../shared/dom.ts";
import { repaint } from "../shared/redraw.ts";
import { T } from "../shared/texts.ts";
import { fieldKeys } from "./fields.ts";
import type { At, Page } from "./page.ts";
import { complain, send } from "./send.ts";

// ---- the angle

export function angleField(s: Page, d: DrawingView) {
  const { angle } = d;
  if (!angle) return null;
  const set = (e: At<Event, HTMLInputElement>) => {
    const value = Number(e.currentTarget.value.trim().replace(",", ".").replace("°", ""));
    if (e.currentTarget.value.trim() !== "" && Number.isFinite(value))
      send(s, "turn", { ids: angle.ids, angle: value }, complain(s));
    else repaint(s, true);
  };
  return h(
    "section",
    { class: "nbp-form nbp-angle", "data-key": `angle ${angle.ids.join(" ")}`, "aria-label": T("Angle") },
    h(
      "div",
      { class: "field", "data-key": "angle" },
      h("label", { for: "nbp-angle" }, T("Angle"), h("span", { class: "soft" }, T("degrees, clockwise"))),
      h("input", {
        id: "nbp-angle",
        type: "text",
        inputmode: "decimal",
        autocomplete: "off",
        maxlength: "20",
        disabled: !d.editable,
        value: angle.value === null ? "" : String(angle.value),
        placeholder: angle.value === null ? T("differs") : null,
        onchange: set,
        onkeydown: fieldKeys,
      }),
    ),
  );
}
