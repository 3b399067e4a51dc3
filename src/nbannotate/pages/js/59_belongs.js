// What belongs together: groups, tracks (one entry in the list, a line over the slices where it is); and the angle of
// rotated rectangles.

const SHAPE_ROW = ["id", "label", "color", "kind", "selected", "values", "missing", "flaws", "mendable", "group", "track", "keyframe"];

// The rows of the list: one for each shape, one for all those of a track, with the ids of all of them.
function entriesOf(d) {
  const found = new Map();
  d.shapes.forEach((row, i) => {
    const shape = Object.fromEntries(SHAPE_ROW.map((name, j) => [name, row[j]])), key = shape.track === null ? shape.id : `track ${shape.track}`, entry = found.get(key);
    if (!entry) found.set(key, { ...shape, n: i + 1, ids: [shape.id], keyframe: shape.keyframe, all: [shape] });
    else Object.assign(entry, { ids: [...entry.ids, shape.id], selected: entry.selected || shape.selected, all: [...entry.all, shape] });
  });
  return [...found.values()];
}

function belongs(entry) {
  const several = entry.ids.length > 1 ? h("span", { class: "belongs" }, N(entry.ids.length, "{n} shape", "{n} shapes")) : null;
  const track = entry.track === null ? "" : entry.keyframe ? T("Track {name}: set here", { name: entry.track }) : T("Track {name}: follows from other frames", { name: entry.track });
  return [several,
    entry.track === null ? null : h("span", { class: "belongs", "data-key": "track", title: track }, h("span", { "aria-hidden": "true" }, `${entry.keyframe ? "◆" : "◇"} ${entry.track}`), h("span", { class: "unseen" }, track)),
    entry.group === null ? null : h("span", { class: "belongs", "data-key": "group", title: T("Group {name}", { name: entry.group }) }, icon("group"), h("span", { "aria-hidden": "true" }, entry.group), h("span", { class: "unseen" }, T("Group {name}", { name: entry.group })))];
}

// ---- where the tracks of the selected shapes are

const tracksHere = (s) => [...new Set(entriesOf(s.get("drawing")).filter((v) => v.selected && v.track !== null).map((v) => v.track))];

const TRACK_MOST = 3, TRACK_LINE = 3;

function paintTracks(s, g, cells, step, color) {           // through the cells, one line for each
  tracksHere(s).slice(0, TRACK_MOST).forEach((name, row) => cells.forEach((cell, i) => {
    const y = CELL_TOP + CELL_HEIGHT - TRACK_LINE - row * (TRACK_LINE + 1);
    if (!cell.tracks?.includes(name)) return;
    g.fillStyle = color.card;
    g.fillRect(i * step, y - 1, Math.max(step, 1), TRACK_LINE + 1);
    g.fillStyle = color.ink;
    g.fillRect(i * step, y, Math.max(step, 1), TRACK_LINE);
  }));
}

function trackText(s) {                                    // of the one that is selected
  const [name] = tracksHere(s), places = name === undefined ? [] : cellsOf(s).flatMap((cell, i) => (cell.tracks?.includes(name) ? [i + 1] : []));
  if (!places.length) return "";
  return N(places.length, "Track {name}: on {n} slice, {first}", "Track {name}: on {n} slices, {first} to {last}", { name, first: places[0], last: places.at(-1) });
}

// ---- the angle

function angleField(s, d) {
  const { angle } = d;
  if (!angle) return null;
  const set = (e) => {
    const value = Number(e.currentTarget.value.trim().replace(",", ".").replace("°", ""));
    if (e.currentTarget.value.trim() !== "" && Number.isFinite(value)) send(s, "turn", { ids: angle.ids, text: String(value) }, (error) => error && toast(s, error, "error"));
    else repaint(s, true);
  };
  return h("section", { class: "nbp-form nbp-angle", "data-key": `angle ${angle.ids.join(" ")}`, "aria-label": T("Angle") },
    h("div", { class: "field", "data-key": "angle" }, h("label", { for: "nbp-angle" }, T("Angle"), h("span", { class: "soft" }, T("degrees, clockwise"))),
      h("input", { id: "nbp-angle", type: "text", inputmode: "decimal", autocomplete: "off", maxlength: "20", disabled: !d.editable, value: angle.value === null ? "" : String(angle.value), placeholder: angle.value === null ? T("differs") : null, onchange: set, onkeydown: fieldKeys })));
}
