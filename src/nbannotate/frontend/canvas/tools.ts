// The tools beside the image, where no page has its own: those that the labels take, undo and redo, paste, fit.

import { node } from "../shared/elements.ts";
import { N, said, T } from "../shared/texts.ts";
import { setTool } from "./actions.ts";
import { type Button, fillBar, rove, rowOf } from "./bar-buttons.ts";
import { iconOf } from "./icons.ts";
import { toolByKey } from "./keyboard-cursor.ts";
import type { Stage } from "./types.ts";

function toolRows(s: Stage): Button[] {
  const all = [...s.kinds.values()],
    figures = s.figures.size > 0;
  const taken = new Set(
    s.labels.length
      ? s.labels.flatMap((v) => (v.kinds.length ? v.kinds : all.map((kind) => kind.name)))
      : all.map((kind) => kind.name),
  );
  const tools = all.filter(
    (kind) => taken.has(kind.name) && (!kind.figured || figures) && rowOf(s, `tool:${kind.name}`),
  );
  return [
    {
      id: "tool:select",
      icon: "select",
      title: T("Select and move"),
      on: s.tool === "select",
      run: (e: MouseEvent) => pickTool(s, "select", e),
    },
    ...tools.map((kind) => ({
      id: `tool:${kind.name}`,
      icon: iconOf(kind),
      title: said(rowOf(s, `tool:${kind.name}`)?.title ?? kind.title),
      on: s.tool === kind.name,
      off: !s.editable,
      run: (e: MouseEvent) => pickTool(s, kind.name, e),
    })),
    { id: "undo", icon: "undo", title: T("Undo"), apart: true, off: !s.canUndo },
    { id: "redo", icon: "redo", title: T("Redo"), off: !s.canRedo },
    {
      id: "act:paste",
      icon: "paste",
      title: s.copied ? N(s.copied, "Paste {n} shape", "Paste {n} shapes") : T("Paste"),
      off: !s.copied || !s.editable,
    },
    { id: "fit", icon: "fit", title: T("Fit the image"), apart: true, off: !s.image },
  ];
}

function pickTool(s: Stage, name: string, e: MouseEvent): void {
  const row = rowOf(s, `tool:${name}`);
  if (e.detail > 0 || !row) setTool(s, name);
  else toolByKey(s, row);
}

export function buildTools(s: Stage): HTMLElement[] {
  if (!s.model.get<boolean>("tools")) return [];
  s.tools = node("div", { class: "nba-tools", role: "toolbar", "aria-orientation": "vertical" });
  s.tools.addEventListener("keydown", (e) => rove(s, e, ["ArrowUp", "ArrowDown"]));
  return [s.tools];
}

export function tellTools(s: Stage): void {
  if (!s.tools || s.g < 0) return;
  const rows = toolRows(s);
  fillBar(s, s.tools, rows, rows.map((v) => `${v.id}${v.title}${v.off}${v.on}`).join());
}
