// The slices of a sequence, under the canvas: one cell each that says what is on it, and the slider that goes through them.

const SPEEDS = [2, 5, 10, 15, 25, 30];
const CELLS_HEIGHT = 40, CELL_TOP = 3, CELL_HEIGHT = 18, STATE_AT = 23, TRACK_AT = 32;

function openSlices(s, on) {
  const canvas = h("canvas", { class: "cells", "aria-hidden": "true" }), tip = h("div", { class: "nbp-tip", hidden: true });
  const range = h("input", { type: "range", min: "1", max: "1", step: "1", value: "1" });
  const q = s.seq = { at: 0, playing: 0, speed: 10, down: false, timer: 0, asked: 0, wheel: 0, cache: new Map(), rows: null, cells: [], painted: "", tip, range, canvas,
    box: h("div", { class: "nbp-cells" }, canvas, range, tip), frame: frameCover(s) };
  on(range, "input", () => { stopPlaying(s); scrubTo(s, Number(range.value)); });
  on(range, "pointerdown", () => { q.down = true; });
  for (const type of ["pointerup", "pointercancel"]) on(range, type, (e) => { q.down = false; settle(s, 0); toStage(s, { detail: 1 }); hideTip(s, e); });
  on(q.box, "pointermove", (e) => showTip(s, e));
  on(q.box, "pointerleave", (e) => hideTip(s, e));
  on(q.box, "wheel", (e) => wheelSlices(s, e), { passive: false });
  on(s.slot, "wheel", (e) => { if (e.shiftKey && !e.ctrlKey && cellsOf(s).length) wheelSlices(s, e); }, { passive: false, capture: true });
  const sizes = new ResizeObserver(() => paintCells(s, true));
  sizes.observe(q.box);
  return () => { sizes.disconnect(); clearTimeout(q.timer); clearTimeout(q.asked); cancelAnimationFrame(q.playing); q.playing = 0; };
}

// ---- what is known of the slices

const CELL = ["task", "asset", "name", "hold", "state", "outcome", "step", "labels", "tags", "nothing", "drafted", "tracks"];

function cellsOf(s) {                                      // the slice that is open says what the page knows of it now
  const part = s.get("sequence"), q = s.seq, t = s.get("task");
  if (part.cells !== q.rows) {
    q.rows = part.cells;
    q.cells = (part.cells ?? []).map((row) => Object.fromEntries(CELL.map((name, i) => [name, row[i]])));
  }
  const here = q.cells[part.here - 1];
  if (here && !t.looking && t.id === here.task) {
    const d = s.get("drawing"), counted = (d.labels ?? []).filter((v) => v.count).map((v) => [v.name, v.count]);
    here.labels = d.unlabelled ? [...counted, ["", d.unlabelled]] : counted;
    here.tags = (d.tags ?? []).filter((v) => v.on).map((v) => v.name);
    here.nothing = t.nothing;
    here.tracks = entriesOf(d).flatMap((v) => (v.track === null ? [] : [v.track]));
  }
  return q.cells;
}

const placeHere = (s) => s.get("sequence").here ?? 0;
const placeShown = (s) => s.seq.at || placeHere(s);
const away = (s) => Boolean(s.seq.at && s.seq.at !== placeHere(s));
const excluded = (cell) => cell.state === "skipped";
const passed = (s, cell) => cell.state === "done" || cell.step > s.get("sequence").step;

function contentOf(cell) {
  if (cell.hold === "hidden") return "";
  if (excluded(cell)) return T({ discarded: M("Excluded"), skipped: M("Skipped"), rejected: M("Rejected") }[cell.outcome] ?? M("Left the campaign"));
  if (cell.labels.length) return cell.labels.map(([name, n]) => `${shownNumber(n)} × ${name || T("no label")}`).join(", ");
  if (cell.nothing) return T("Nothing to label");
  return cell.tags.length ? cell.tags.join(", ") : T("Nothing said yet");
}

function stateOf(s, cell) {
  if (cell.hold === "hidden") return T("Somebody else's");
  if (excluded(cell)) return "";
  if (cell.hold === "mine") return cell.state === "to_rework" ? T("Yours, returned") : T("Yours");
  if (cell.hold === "free") return T("Waits in the queue");
  if (cell.state === "done") return T("Done");
  return passed(s, cell) ? T("Submitted") : T("Only to look at");
}

const describe = (s, cell) => [contentOf(cell), stateOf(s, cell)].filter(Boolean).join(" · ");

// ---- the bar

function sequenceBar(s) {
  const t = s.get("task"), part = s.get("sequence");
  if (!t.sequence || part.cells?.length === 0) return null;
  if (!part.cells || part.name !== t.sequence) return h("section", { class: "nbp-seq", "data-key": "seq", "aria-busy": "true", "aria-label": T("Slices") });
  const cells = cellsOf(s), at = placeShown(s), cell = cells[at - 1] ?? {}, stuck = away(s) && !s.seq.down && !s.seq.playing && !["mine", "seen"].includes(cell.hold);
  const button = (action, name, title, disabled, text) => h("button", { type: "button", class: text ? "small" : "bare", "data-key": action, disabled, title: titled(title, keyFor(s, action)), "aria-label": text ? null : title,
    "aria-pressed": action === "play" ? String(Boolean(s.seq.playing)) : null, onclick: (e) => { press(s, action); toStage(s, e); } }, icon(name), text ? h("span", { class: "wide" }, text) : null);
  const busy = Boolean(s.ui.busy), can = t.mine && !t.looking && !away(s) && !busy;
  return h("section", { class: "nbp-seq", "data-key": "seq", role: "group", "aria-label": T("Slices") },
    h("div", { class: "nbp-cells-slot", "data-key": "cells", "data-keep": "" }),
    h("div", { class: "row" },
      button("previous_slice", "back", T("Previous slice"), at <= 1),
      button("play", s.seq.playing ? "pause" : "play", s.seq.playing ? T("Stop") : T("Play"), cells.length < 2),
      button("next_slice", "forward", T("Next slice"), at >= cells.length),
      h("span", { class: "at", "data-key": "at" }, atText(s)),
      h("span", { class: "what soft", "data-key": "what", title: cell.name }, whatText(s)),
      trackText(s) ? h("span", { class: "belongs", "data-key": "track" }, trackText(s)) : null,
      stuck ? [cell.hold === "free" ? h("button", { type: "button", class: "small primary", "data-key": "take", onclick: () => takeSlice(s) }, T("Take it"), cap("⏎")) : null,
        h("button", { type: "button", class: "small", "data-key": "return", onclick: () => backToSlice(s) }, T("Back to slice {n}", { n: placeHere(s) }), cap("Esc"))] : null,
      h("div", { class: "grow" }),
      h("label", { class: "speed", title: T("Slices per second") }, h("span", { class: "nbp-hidden" }, T("Slices per second")),
        h("select", { "data-key": "speed", onchange: (e) => { s.seq.speed = Number(e.currentTarget.value); toStage(s, { detail: 1 }); } }, SPEEDS.map((v) => h("option", { value: v, selected: v === s.seq.speed }, T("{n} / s", { n: v }))))),
      t.mine && !stuck ? [
        button("copy_next", "copynext", T("Copy to the next slice, and go there"), !can || at >= cells.length, T("Copy to next")),
        button("spread", "spread", T("Put onto a range of slices"), !can, T("Put onto…")),
        t.actions.includes("discard") ? button("exclude", "exclude", T("Exclude a range of slices"), !can, T("Exclude…")) : null,
        part.undo ? button("unspread", "undo", T("Take back what was put onto slices: {what}", { what: part.undo_what }), !can) : null] : null));
}

const atText = (s) => T("Slice {n} / {total}", { n: placeShown(s), total: cellsOf(s).length });
const whatText = (s) => describe(s, cellsOf(s)[placeShown(s) - 1] ?? { hold: "hidden" });

function placeSlices(s) {                                  // after each painting of the page
  const q = s.seq, slot = s.root.querySelector(".nbp-cells-slot"), n = cellsOf(s).length;
  if (!slot) { s.root.removeAttribute("data-away"); if (s.get("page").screen !== "task" || !s.get("task").sequence) leaveSlices(s); return; }
  if (q.box.parentNode !== slot) slot.append(q.box);
  if (q.range.max !== String(n)) q.range.max = String(n);
  if (!q.down) q.range.value = String(placeShown(s));
  const text = T("Slice {n} of {total}. {what}", { n: placeShown(s), total: n, what: whatText(s) });
  if (q.range.getAttribute("aria-valuetext") !== text) q.range.setAttribute("aria-valuetext", text);
  q.range.setAttribute("aria-label", T("Slice"));
  if (q.at && q.at === placeHere(s) && !s.ui.busy) { q.at = 0; liftFrame(s); }
  s.root.toggleAttribute("data-away", away(s));
  paintCells(s);
  if (q.prefetched !== `${s.get("page").task} ${s.get("sequence").look}`) {
    q.prefetched = `${s.get("page").task} ${s.get("sequence").look}`;
    wantFrames(s, 400);
  }
}

// ---- the cells, painted: content in colors and patterns, below it a line for whose it is and how far

function colorsOf(s) {
  const style = getComputedStyle(s.root), get = (name) => style.getPropertyValue(`--${name}`).trim();
  return Object.fromEntries(["card", "hover", "page", "line", "edge", "soft", "ink", "accent", "good", "warn"].map((name) => [name, get(name)]));
}

function paintCells(s, force = false) {
  const q = s.seq, cells = cellsOf(s), w = q.box.clientWidth, dpr = devicePixelRatio || 1;
  if (!w || !cells.length) return;
  const labels = new Map((s.get("drawing").labels ?? []).map((v) => [v.name, v.color])), here = cells[placeHere(s) - 1];
  const now = JSON.stringify([w, dpr, s.root.dataset.theme, placeHere(s), placeShown(s), here?.labels, here?.tags, here?.nothing, here?.tracks, tracksHere(s), [...labels]]);
  if (!force && now === q.painted && q.of === q.rows) return;
  q.painted = now;
  q.of = q.rows;
  const c = q.canvas, g = c.getContext("2d"), step = w / cells.length, color = colorsOf(s);
  if (c.width !== Math.round(w * dpr)) { c.width = Math.round(w * dpr); c.height = CELLS_HEIGHT * dpr; }
  q.box.style.setProperty("--thumb", `${Math.max(step, 1)}px`);
  g.setTransform(dpr, 0, 0, dpr, 0, 0);
  g.clearRect(0, 0, w, CELLS_HEIGHT);
  const gap = step > 7 ? 1.5 : step > 3.5 ? 0.75 : 0;
  cells.forEach((cell, i) => paintCell(s, g, cell, i * step + gap / 2, Math.max(step - gap, 0.5), color, labels));
  paintTracks(s, g, cells, step, color);
  const x = (place) => (place - 0.5) * step, outline = Math.max(step, 5);
  g.strokeStyle = color.ink;
  g.lineWidth = 2;
  g.strokeRect(x(placeHere(s)) - outline / 2, CELL_TOP - 2, outline, CELL_HEIGHT + 4);
  g.fillStyle = color.edge;
  g.fillRect(0, TRACK_AT - 1, w, 2);
  g.fillStyle = color.accent;
  g.fillRect(0, TRACK_AT - 1, x(placeShown(s)), 2);
  g.beginPath();
  g.arc(Math.min(Math.max(x(placeShown(s)), 6.5), w - 6.5), TRACK_AT, 6.5, 0, 7);
  g.fill();
  if (!q.tip.hidden) fillTip(s);
}

function paintCell(s, g, cell, x, w, color, labels) {      // what is on it
  const y = CELL_TOP, ht = CELL_HEIGHT, middle = x + w / 2;
  const stripes = (ink, slope) => {
    g.save();
    g.beginPath();
    g.rect(x, y, w, ht);
    g.clip();
    g.strokeStyle = ink;
    g.lineWidth = 1.5;
    g.beginPath();
    for (let at = x - ht; at < x + w + ht; at += 5) { g.moveTo(at, slope > 0 ? y + ht : y); g.lineTo(at + ht, slope > 0 ? y : y + ht); }
    g.stroke();
    g.restore();
  };
  if (cell.hold === "hidden") { g.fillStyle = color.line; return void g.fillRect(middle - Math.min(w, 3) / 2, y + ht / 2 - 1.5, Math.min(w, 3), 3); }
  g.fillStyle = color.hover;
  g.fillRect(x, y, w, ht);
  if (excluded(cell)) stripes(color.soft, 1);
  else if (cell.labels.length) {
    const band = ht / cell.labels.length;
    cell.labels.forEach(([name], i) => { g.fillStyle = labels.get(name) ?? color.soft; if (name) g.fillRect(x, y + i * band, w, band); });
    if (cell.labels.some(([name]) => !name)) stripes(color.warn, -1);
  } else if (cell.nothing) {
    g.fillStyle = color.ink;
    g.fillRect(w > 9 ? x + 2.5 : x, y + ht / 2 - 1.25, w > 9 ? w - 5 : w, 2.5);
  } else if (cell.tags.length) {
    const r = Math.min(w / 2, 3.5);
    g.fillStyle = color.ink;
    g.beginPath();
    g.moveTo(middle - r, y + ht / 2); g.lineTo(middle, y + ht / 2 - 3.5); g.lineTo(middle + r, y + ht / 2); g.lineTo(middle, y + ht / 2 + 3.5);
    g.fill();
  }
  paintState(s, g, cell, x, w, color);
}

function paintState(s, g, cell, x, w, color) {
  if (excluded(cell)) return;
  const open = cell.hold === "mine" || cell.hold === "free", line = (ink, dash) => {
    g.strokeStyle = ink;
    g.lineWidth = 2.5;
    g.setLineDash(dash);
    g.beginPath();
    g.moveTo(x, STATE_AT + 1.25); g.lineTo(x + w, STATE_AT + 1.25);
    g.stroke();
    g.setLineDash([]);
  };
  if (!open) { if (passed(s, cell)) line(color.good, cell.state === "done" ? [] : [1.5, 1.5]); return; }
  const back = cell.state === "to_rework";
  line(back ? color.warn : color.accent, cell.hold === "free" ? [3, 3] : []);
  if (!back) return;
  g.fillStyle = color.warn;
  g.strokeStyle = color.card;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(x + w / 2 - 4, STATE_AT + 5); g.lineTo(x + w / 2 + 4, STATE_AT + 5); g.lineTo(x + w / 2, STATE_AT - 2);
  g.closePath();
  g.fill();
  g.stroke();
}

// ---- under the pointer

function placeUnder(s, e) {
  const rect = s.seq.box.getBoundingClientRect(), n = cellsOf(s).length;
  return Math.min(n, Math.max(1, Math.ceil(((e.clientX - rect.left) / rect.width) * n)));
}

function showTip(s, e) {
  s.seq.over = s.seq.down ? placeShown(s) : placeUnder(s, e);
  fillTip(s);
}

function fillTip(s) {
  const q = s.seq, place = q.over, cell = cellsOf(s)[place - 1];
  if (!cell) return;
  q.tip.hidden = false;
  q.tip.replaceChildren(h("b", {}, T("Slice {n} / {total}", { n: place, total: cellsOf(s).length })), h("span", {}, describe(s, cell)), cell.name ? h("small", {}, cell.name) : "");
  const width = q.tip.offsetWidth, rect = q.box.getBoundingClientRect(), x = ((place - 0.5) * rect.width) / cellsOf(s).length - width / 2;
  q.tip.style.left = `${Math.min(Math.max(0, x), Math.max(0, rect.width - width))}px`;
}

function hideTip(s, e) { if (!s.seq.down) s.seq.tip.hidden = true; }
