// The panels info (instructions, PDF, recipe, facts) and history, and the PDF in large.

function infoPanel(s) {
  const info = s.get("info");
  const text = (key, title, html) => (html ? h("section", { class: "prose", "data-key": key }, h("h2", {}, title), h("div", { html, "data-key": `${html.length}.${html.slice(0, 40)}` })) : null);
  return [
    text("i", T("Instructions"), info.instructions),
    info.pdf ? h("section", { "data-key": "p" }, h("h2", {}, icon("paper"), info.pdf), paper(s, false)) : null,
    recipePart(info.recipe),
    h("section", { "data-key": "f" }, h("h2", {}, T("This image")), h("dl", { class: "facts" }, info.facts.map(([name, value]) => h("div", {}, h("dt", {}, said(name)), h("dd", {}, said(String(value))))))),
    metadataPart(s),
    text("r", T("Dataset"), info.readme),
  ];
}

const attributeWords = (a) => `${a.name}: ${said(a.type)}${a.choices.length ? ` ${a.choices.join(", ")}` : ""}${a.required ? ` (${T("required")})` : ""}`;

function recipePart(recipe) {
  return h("section", { "data-key": "c" }, h("h2", {}, T("Recipe")),
    h("ul", { class: "nbp-recipe" }, recipe.labels.map((v) => h("li", { "data-key": v.name },
      h("div", {}, h("i", { class: "swatch", style: `background:${v.color}` }), h("b", {}, v.name), h("span", { class: "soft" }, eitherOf(v.kinds.map(said)) || T("any shape"))),
      v.attributes.map((a) => h("small", {}, attributeWords(a)))))),
    recipe.tags.length ? h("p", {}, h("span", { class: "soft" }, T("Tags:"), " "), recipe.tags.map((v) => v.name).join(", ")) : null,
    recipe.tags.map((v) => v.attributes.map((a) => h("p", { class: "soft" }, h("small", {}, `${v.name}, ${attributeWords(a)}`)))),
    recipe.limits.map((text) => h("p", { class: "soft" }, said(text))));
}

function wantPaper(s) {                                    // the first page, when somebody looks
  const paper = s.get("paper");
  if (s.get("info").pdf && !paper.image && !paper.error) turnPage(s, 0);
}

function turnPage(s, page) {
  if (s.ui.turning) return;
  s.ui.turning = true;
  repaint(s);
  send(s, "paper", { step: Math.max(0, page) }, (error) => {
    s.ui.turning = false;
    if (error) toast(s, error, "error");
    repaint(s, true);
    for (const box of s.root.querySelectorAll(".nbp-paper .page")) box.scrollTop = 0;
  });
}

function paper(s, large) {
  const p = s.get("paper");
  if (p.error && !p.image) return h("div", { class: "nbp-hint warn", role: "alert" }, said(p.error));
  if (!p.image) return h("div", { class: "nbp-paper-wait" }, h("div", { class: "spinner" }), h("span", { class: "soft" }, T("Opening the PDF…")));
  const last = p.pages - 1, go = (page) => { if (page >= 0 && page <= last) turnPage(s, page); };
  return h("div", { class: "nbp-paper", "data-turning": s.ui.turning ? "" : null },
    h("div", { class: "turn", role: "group", "aria-label": T("Pages") },
      h("button", { type: "button", class: "bare", "data-key": "b", "aria-label": T("Previous page"), title: T("Previous page"), disabled: p.page <= 0, onclick: () => go(p.page - 1) }, icon("back")),
      h("span", { role: "status" }, T("Page {n} of {total}", { n: p.page + 1, total: p.pages })),
      h("button", { type: "button", class: "bare", "data-key": "f", "aria-label": T("Next page"), title: T("Next page"), disabled: p.page >= last, onclick: () => go(p.page + 1) }, icon("forward")),
      h("div", { class: "grow" }),
      large ? h("button", { type: "button", class: "small", onclick: () => closeReader(s) }, T("Close"), cap("Esc"))
        : h("button", { type: "button", class: "small", "data-key": "large", onclick: () => { s.ui.reader = true; repaint(s, true); s.root.querySelector(".nbp-reader .page")?.focus(); } }, icon("large"), T("Large"))),
    p.error ? h("p", { class: "nbp-hint warn", role: "alert" }, said(p.error)) : null,
    h("div", { class: "page", tabindex: large ? "0" : null, "data-key": "page" }, h("img", { src: p.image, alt: T("{name}, page {n}", { name: p.name, n: p.page + 1 }), width: p.width, height: p.height, draggable: "false" })));
}

function reader(s) {
  if (!s.ui.reader || s.get("page").screen !== "task") return null;
  return h("div", { class: "nbp-veil", "data-key": "reader", onpointerdown: (e) => { if (e.target === e.currentTarget) closeReader(s); } },
    h("div", { class: "nbp-reader", role: "dialog", "aria-modal": "true", "aria-label": s.get("paper").name, onkeydown: (e) => readerKeys(s, e) }, paper(s, true)));
}

function closeReader(s) {
  s.ui.reader = false;
  repaint(s, true);
  toStage(s);
}

function readerKeys(s, e) {
  const p = s.get("paper"), to = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[e.key];
  if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); return void closeReader(s); }
  if (to && p.page + to >= 0 && p.page + to < p.pages) { e.preventDefault(); turnPage(s, p.page + to); }
  if (e.key === "Tab") keepInside(e, "button:not(:disabled), .page");
  return e.stopPropagation();
}

function keepInside(e, selector) {                         // Tab goes around in a dialog
  const all = [...e.currentTarget.querySelectorAll(selector)], last = all.at(-1);
  if (e.shiftKey && document.activeElement === all[0]) { e.preventDefault(); last?.focus(); }
  else if (!e.shiftKey && document.activeElement === last) { e.preventDefault(); all[0]?.focus(); }
}

const DID = { submitted: M("submitted"), accepted: M("accepted"), "accepted with edits": M("accepted with edits"), rework: M("sent to rework"), rejected: M("rejected"), skipped: M("skipped"), discarded: M("discarded"), existing: M("was there"), ended: M("ended"), agreed: M("agreed"), "in progress": M("in progress"), "to rework": M("to rework"), "to come": M("to come") };

function historyPanel(s, t) {
  const { history } = s.get("info");
  if (!history) return [changesPart(s), h("div", { class: "nbp-hint" }, T("Reading the history…"))];
  return [changesPart(s), h("ol", { class: "nbp-history" }, history.map((item, i) => {
    const here = item.annotation !== null && t.looking?.id === item.annotation;
    const text = [h("b", {}, item.step), item.round > 1 ? h("span", { class: "soft" }, ` ${T("round {n}", { n: item.round })}`) : null,
      h("span", { class: "did", "data-did": item.action }, T(DID[item.action] ?? item.action)),
      item.status && !["completed", "approved", "returned", item.action].includes(item.status) ? h("span", { class: "chip" }, item.status) : null,
      item.note ? h("small", { class: "note" }, T("“{text}”", { text: item.note })) : null,
      h("small", {}, [item.by ? T("{member} (by {by})", { member: item.member, by: item.by }) : item.member, item.at && ago(item.at), item.shapes !== null && N(item.shapes, "{n} shape", "{n} shapes")].filter(Boolean).join(" · "))];
    return h("li", { "data-key": `${i}`, "data-state": item.state, "data-now": here ? "" : null }, item.annotation !== null
      ? h("button", { type: "button", "aria-pressed": String(here), title: T("Look at what was submitted then"),
          onclick: () => (here ? send(s, "back") : send(s, "look", { annotation: item.annotation }, (error) => error && toast(s, error, "error"))) }, text, icon("forward"))
      : h("div", {}, text));
  }))];
}
