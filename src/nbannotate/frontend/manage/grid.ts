// The table of tasks: only the rows that are seen are in the page, whatever their number.

import { draw } from "../shared/dom.ts";
import { node } from "../shared/elements.ts";
import { icon } from "../shared/icons.ts";
import { ago } from "../shared/numbers.ts";
import { repaint } from "../shared/redraw.ts";
import { language, M, T } from "../shared/texts.ts";
import { HEADS } from "./columns.ts";
import { choose, chooseAll, clearSelection, STATE_TEXT, STATES } from "./sheet.ts";
import { reassignDialog } from "./tasks.ts";
import type { Grid, Page } from "./types.ts";
import { viewTask } from "./view.ts";

type Cell = (typeof HEADS)[number][0];
type Row = HTMLElement & { sign: string; parts: Record<Cell, HTMLElement>; mark: HTMLElement; more: HTMLElement };

const under = (e: Event) => (e.target as Element).closest<HTMLElement>(".nbm-row");
const onTick = (e: Event): boolean => Boolean((e.target as Element).closest(".c-tick"));

const ROW = 36,
  SPARE = 8;

export function makeGrid(s: Page): Grid {
  const cells = (name: string) => node("span", { class: `cell c-${name}`, role: "gridcell" });
  const space = node("div", { class: "space", role: "presentation" });
  const rows = node(
    "div",
    {
      class: "nbm-rows",
      role: "grid",
      tabindex: "0",
      "aria-label": T("Tasks"),
      "aria-multiselectable": "true",
      "aria-colcount": String(HEADS.length + 1),
    },
    space,
  );
  const pool: Row[] = [];
  let asked = false;

  const make = (): Row => {
    const box = node("i", { class: "box", "aria-hidden": "true" });
    draw(box, icon("check"));
    const tick = node("span", { class: "cell c-tick", role: "gridcell" }, box);
    const row = node("div", { class: "nbm-row", role: "row" }, tick, ...HEADS.map(([name]) => cells(name)));
    const parts = Object.fromEntries(HEADS.map(([name], i) => [name, row.children[i + 1]])) as Row["parts"];
    const mark = node("span", { class: "state" }),
      more = node("small");
    parts.state.append(mark, more);
    return Object.assign(row, { sign: "", parts, mark, more });
  };

  const fill = (row: Row, k: number): void => {
    const t = s.sheet,
      i = s.shown[k] ?? 0,
      id = t.task_id[i] ?? 0,
      chosen = s.chosen.has(id),
      active = k === s.active;
    const sign = `${t.version}/${k}/${id}/${chosen}/${active}/${s.steps}/${language()}`;
    if (row.sign === sign) return;
    row.sign = sign;
    const at = t.state[i] ?? 0,
      state = STATES[at] ?? "",
      p = row.parts;
    row.id = `nbm-row-${k}`;
    row.dataset.at = String(k);
    row.style.transform = `translateY(${k * ROW}px)`;
    row.setAttribute("aria-rowindex", String(k + 2));
    row.setAttribute("aria-selected", String(chosen));
    row.toggleAttribute("data-active", active);
    p.asset.textContent = p.asset.title = t.asset[i] ?? "";
    const step = s.stepNames[t.step[i] ?? 0] ?? String((t.step[i] ?? 0) + 1);
    p.step.replaceChildren(step, t.copy[i] ? node("small", {}, ` ${T("copy {n}", { n: t.copy[i] })}`) : "");
    const { mark, more } = row,
      waits = at === 0 && !t.who[i];
    mark.textContent = T(waits ? M("waiting") : (STATE_TEXT[state] ?? state));
    mark.dataset.state = waits ? "waiting" : state;
    more.textContent =
      at > 1
        ? ["completed", "approved", "skipped"].includes(t.status[i] ?? "")
          ? ""
          : (t.status[i] ?? "")
        : at === 0 && t.begun[i]
          ? T("begun")
          : "";
    p.who.textContent = t.who[i] || (at > 1 ? "–" : T("in the queue"));
    p.who.toggleAttribute("data-none", !t.who[i]);
    p.issues.textContent = String(t.issues[i] || "");
    p.issues.toggleAttribute("data-some", (t.issues[i] ?? 0) > 0);
    p.round.textContent = (t.round[i] ?? 1) > 1 ? String(t.round[i]) : "";
    p.at.textContent = ago(new Date((t.at[i] ?? 0) * 1000).toISOString());
  };

  const paint = () => {
    asked = false;
    const n = s.shown.length,
      first = Math.max(0, Math.floor(rows.scrollTop / ROW) - SPARE);
    const last = Math.min(n, Math.ceil((rows.scrollTop + rows.clientHeight) / ROW) + SPARE),
      wanted = Math.max(0, last - first);
    space.style.height = `${n * ROW}px`;
    rows.closest<HTMLElement>(".nbm-table")?.style.setProperty("--scroll", `${rows.offsetWidth - rows.clientWidth}px`);
    rows.setAttribute("aria-rowcount", String(n + 1));
    while (pool.length < wanted) {
      const row = make();
      pool.push(row);
      space.append(row);
    }
    const size = pool.length;
    const used = new Set<Row>();
    for (let k = first; k < last; k += 1) {
      const row = pool[k % size];
      if (!row) continue;
      used.add(row);
      row.hidden = false;
      fill(row, k);
    }
    for (const row of pool)
      if (!used.has(row)) {
        row.hidden = true;
        row.sign = "";
        row.removeAttribute("id");
      }
    if (n) rows.setAttribute("aria-activedescendant", `nbm-row-${s.active}`);
    else rows.removeAttribute("aria-activedescendant");
  };
  const soon = () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(paint);
    }
  };

  const show = (k: number): void => {
    // scrolls only as far as needed
    const top = k * ROW,
      low = rows.scrollTop + rows.clientHeight - ROW;
    if (top < rows.scrollTop) rows.scrollTop = top;
    else if (top > low) rows.scrollTop = top - rows.clientHeight + ROW;
    paint();
  };

  rows.addEventListener("scroll", paint, { passive: true });
  rows.addEventListener("pointerdown", (e) => {
    if (e.shiftKey) e.preventDefault();
  }); // no text is marked
  rows.addEventListener("click", (e) => {
    const row = under(e);
    if (!row || (String(getSelection()).length > 0 && !e.shiftKey)) return;
    choose(s, Number(row.dataset.at), {
      range: e.shiftKey,
      toggle: e.ctrlKey || e.metaKey || onTick(e),
    });
    rows.focus({ preventScroll: true });
    paint();
    repaint(s);
  });
  rows.addEventListener("dblclick", (e) => {
    const row = under(e);
    if (row && !onTick(e)) viewTask(s, Number(row.dataset.at));
  });
  rows.addEventListener("keydown", (e) => {
    const n = s.shown.length,
      page = Math.max(1, Math.floor(rows.clientHeight / ROW) - 1),
      all = e.ctrlKey || e.metaKey;
    const to = {
      ArrowDown: s.active + 1,
      ArrowUp: s.active - 1,
      PageDown: s.active + page,
      PageUp: s.active - page,
      Home: 0,
      End: n - 1,
    }[e.key];
    if (to !== undefined && n) {
      const at = Math.min(n - 1, Math.max(0, to));
      if (e.shiftKey) {
        if (s.anchor < 0) s.anchor = s.active;
        choose(s, at, { range: true });
      } else {
        s.active = at;
        s.activeTask = s.sheet.task_id[s.shown[at] ?? -1] ?? 0;
        s.anchor = at;
      }
      show(at);
    } else if (e.key === " " && n) {
      choose(s, s.active, { toggle: true });
      paint();
    } else if (e.key === "a" && all) {
      chooseAll(s);
      paint();
    } else if (e.key === "Escape" && s.chosen.size) {
      clearSelection(s);
      paint();
    } else if (e.key === "Enter" && n) viewTask(s, s.active);
    else if (e.key === "r" && !all && s.chosen.size) reassignDialog(s);
    else return;
    e.preventDefault();
    e.stopPropagation();
    repaint(s);
  });
  new ResizeObserver(soon).observe(rows);
  return {
    el: rows,
    paint,
    show,
    toTop() {
      rows.scrollTop = 0;
      s.anchor = -1;
    },
  };
}
