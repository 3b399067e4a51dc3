// The frame: the bar above, the rail with the parts of the page, the bell, and small things that all parts use.

const TABS = [["campaigns", M("Campaigns"), "flag"], ["tasks", M("Tasks"), "tasks"], ["jobs", M("Jobs"), "jobs"], ["issues", M("Issues"), "thread"], ["members", M("Members"), "people"], ["statistics", M("Statistics"), "chart"]];
const STATE_NAME = { draft: M("draft"), active: M("active"), overdue: M("overdue"), completed: M("completed"), archived: M("archived") };
const KIND = { annotation: M("annotation"), consensus: M("consensus"), review: M("review") };
const ROLE = { owner: M("owner"), manager: M("manager"), developer: M("developer"), reviewer: M("reviewer"), annotator: M("annotator") };
const RUNNING = ["active", "overdue"];

const number = (n) => shownNumber(Number(n ?? 0));
const listed = (words) => new Intl.ListFormat(locale()).format(words);
const clauses = (texts) => texts.filter(Boolean).join(T("; "));
const tenths = (n) => shownNumber(n, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const spent = (s) => (s === null || s === undefined ? "–" : s < 59.5 ? T("{n} s", { n: s < 10 ? tenths(s) : Math.round(s) }) : s < 3600 ? T("{n} min {seconds} s", { n: Math.floor(s / 60), seconds: String(Math.round(s % 60) % 60).padStart(2, "0") }) : T("{n} h", { n: tenths(s / 3600) }));

const cards = (s) => s.get("campaigns").rows ?? [];
const campaignOf = (s) => cards(s).find((c) => c.id === s.ui.campaign) ?? cards(s).find((c) => RUNNING.includes(c.state)) ?? cards(s).find((c) => c.launched) ?? cards(s)[0] ?? null;

function topBar(s) {
  const { login, role } = s.get("page"), whole = s.model.get("whole");
  return h("header", { class: "nbp-top", "data-key": "top" },
    h("div", { class: "nbp-brand" }, "nbannotate"), h("span", { class: "nbm-where soft" }, T("Manage")),
    h("div", { class: "grow" }),
    languageMenu(s),
    login && bell(s),
    login && h("div", { class: "who" }, h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()), h("span", { class: "text" }, h("b", {}, login), h("small", {}, T(ROLE[role] ?? role)))),
    whole && login && h("button", { type: "button", class: "small", onclick: () => location.assign("work") }, T("My tasks")),
    whole && login && h("button", { type: "button", class: "small", "data-nbannotate-logout": "", title: T("Log out"), onclick: () => {
      if (!document.getElementById("logout")) toast(s, T("This page was not served by nbannotate, so there is nobody to log out."), "error");
    } }, icon("leave"), h("span", { class: "text" }, T("Log out"))));
}

function rail(s) {
  const counts = { campaigns: cards(s).filter((c) => c.state === "overdue").length };   // what a manager should look at
  return h("nav", { class: "nbm-rail", "data-key": "rail", "aria-label": T("Parts of the page") },
    h("div", { role: "tablist", "aria-orientation": "vertical", class: "nbm-tabs", onkeydown: railKeys }, TABS.map(([name, title, picture], i) =>
      h("button", { type: "button", role: "tab", id: `nbm-tab-${name}`, "data-key": name, "aria-selected": String(s.ui.tab === name), "aria-controls": "nbm-part", tabindex: s.ui.tab === name ? "0" : "-1",
        title: `${T(title)} (${i + 1})`, onclick: () => go(s, name) }, icon(picture), h("span", { class: "text" }, T(title)), counts[name] ? null : h("kbd", { "aria-hidden": "true" }, i + 1),
        counts[name] ? h("span", { class: "count", "data-kind": "late", title: N(counts[name], "{n} campaign overdue", "{n} campaigns overdue") }, counts[name]) : null))));
}

function railKeys(e) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...e.currentTarget.querySelectorAll("[role=tab]")], next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.click();
  next?.focus();
  e.preventDefault();
}

function bell(s) {
  const unseen = (s.get("notices").rows ?? []).filter((n) => !n.seen).length;
  return h("button", { type: "button", class: "bare bell", "data-key": "bell", "data-menu": "bell", "aria-haspopup": "dialog", "aria-expanded": String(s.ui.menu === "bell"),
    "aria-label": unseen ? T("Notices, {n} not seen", { n: unseen }) : T("Notices"), title: T("Notices"), onclick: () => openMenu(s, s.ui.menu === "bell" ? "" : "bell") },
    icon("bell"), unseen ? h("span", { class: "count" }, unseen > 99 ? "99+" : unseen) : null);
}

function notices(s) {
  if (s.ui.menu !== "bell") return null;
  const { rows = [] } = s.get("notices"), unseen = rows.filter((n) => !n.seen).length;
  const follow = (n) => {
    if (!n.seen) act(s, "see", { ids: [n.id] });
    if (n.campaign && cards(s).some((c) => c.id === n.campaign)) { s.ui.campaign = n.campaign; go(s, "tasks"); } else openMenu(s, "");
  };
  return h("div", { class: "nbp-popover", "data-key": "notices", onpointerdown: (e) => { if (e.target === e.currentTarget) openMenu(s, ""); } },
    h("section", { class: "nbp-notices", role: "dialog", "aria-label": T("Notices"), tabindex: "-1", onkeydown: menuKeys },
      h("header", {}, h("h2", {}, T("Notices")), unseen ? h("span", { class: "soft" }, T("{n} new", { n: unseen })) : null, h("div", { class: "grow" }),
        unseen ? h("button", { type: "button", class: "small", onclick: () => act(s, "see", {}) }, icon("check"), T("Mark all as seen")) : null,
        h("button", { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => openMenu(s, "") }, icon("close"))),
      rows.length ? h("ul", {}, rows.map((n) => h("li", { "data-key": `n${n.id}` }, h("button", { type: "button", class: "notice", "data-kind": n.kind, "data-new": n.seen ? null : "", onclick: () => follow(n) },
        h("span", { class: "mark" }, icon(n.kind.startsWith("due") ? "calendar" : n.kind.startsWith("issue") ? "issue" : "bell")),
        h("span", { class: "text" }, h("span", {}, said(n.text)), h("small", {}, stamp(n.at))), n.seen ? null : h("i", { class: "dot", title: T("new") })))))
        : empty("bell", T("No notices"), T("Due dates and answers to issues appear here."))));
}

// A button with a small menu. The menu itself lies over the page, so that no table cuts it off; one is open at a time.
function menu(s, key, label, items) {
  const open = s.ui.menu === key;
  if (open) s.menu = { label, items: items.filter(Boolean) };
  return h("button", { type: "button", class: "bare", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": String(open), "data-menu": key,
    onclick: (e) => openMenu(s, open ? "" : key, e.currentTarget) }, icon("more"));
}

function menuLayer(s) {
  if (!s.ui.menu || s.ui.menu === "bell" || !s.menu) return null;
  const { label, items } = s.menu;
  return h("div", { class: "nbp-popover", "data-key": "menu", onpointerdown: (e) => { if (e.target === e.currentTarget) { e.preventDefault(); openMenu(s, ""); } } },
    h("div", { class: "nbm-menu", role: "menu", "aria-label": label, style: s.ui.menuAt, onkeydown: (e) => { if (e.key === "Tab") { e.preventDefault(); openMenu(s, ""); } else menuKeys(e); } }, items.map(([text, does, kind]) =>
      h("button", { type: "button", role: "menuitem", class: kind === "danger" ? "item warn" : "item", tabindex: "-1", onclick: () => { openMenu(s, ""); does(); } }, text))));
}

function openMenu(s, key, button = null) {
  const back = s.ui.menu, at = button?.getBoundingClientRect(), page = s.root.getBoundingClientRect();
  s.ui.menu = key;
  s.menu = null;
  if (at) {
    const low = at.bottom + 190 > page.bottom;
    const side = at.right - page.left > 230 ? `right:${page.right - at.right}px` : `left:${at.left - page.left}px`;
    s.ui.menuAt = `${side};${low ? `bottom:${page.bottom - at.top + 4}px` : `top:${at.bottom - page.top + 4}px`}`;
  }
  repaint(s, true);
  if (key) s.root.querySelector(".nbm-menu button, .nbp-notices .notice, .nbp-notices")?.focus();
  else if (back && !s.ui.dialog) s.root.querySelector(`[data-menu="${CSS.escape(back)}"]`)?.focus({ preventScroll: true });
}

function menuKeys(e) {
  const all = [...e.currentTarget.querySelectorAll(".item, .notice")], at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
  if (next === undefined) return;
  all[(next + all.length) % all.length].focus();
  e.preventDefault();
  e.stopPropagation();
}

function empty(picture, title, text, ...more) {
  return h("div", { class: "nbp-empty", "data-key": "empty" }, icon(picture), h("h2", {}, title), h("p", {}, text), ...more);
}

const reading = (what) => h("div", { class: "nbp-empty", "data-key": "reading", role: "status" }, h("div", { class: "spinner" }), h("p", {}, what));

function chooseCampaign(s) {
  const now = campaignOf(s);
  return h("label", { class: "nbm-field" }, h("span", {}, T("Campaign")),
    h("select", { "data-value": now?.id ?? "", onchange: (e) => { s.ui.campaign = Number(e.target.value); clearSelection(s); go(s, s.ui.tab); } },
      cards(s).map((c) => h("option", { value: c.id, "data-key": c.id }, `${c.name}${c.state === "active" ? "" : ` (${T(STATE_NAME[c.state])})`}`))));
}

function picked(value, values, title, onchange, label) {
  return h("label", { class: "nbm-field" }, h("span", {}, label), h("select", { "data-value": value, "aria-label": title, onchange: (e) => onchange(e.target.value) },
    values.map(([key, text]) => h("option", { value: key, "data-key": `o${key}` }, text))));
}

function go(s, tab, push = true) {
  s.ui.tab = tab;
  s.ui.menu = "";
  if (s.model.get("whole")) {
    const hash = hashOf(s);
    if (push && location.hash !== hash) history.pushState(null, "", hash);
    document.title = `${T(TABS.find(([n]) => n === tab)[1])} · nbannotate`;
  }
  if (tab === "statistics" && !s.get("page").statistics) send(s, "statistics", { text: s.ui.view }, () => {});
  repaint(s);
  beat(s);
}

function hashOf(s) {
  const { tab, campaign, view } = s.ui;
  return `#${tab}${(tab === "tasks" || tab === "jobs") && campaign ? `/${campaign}` : tab === "statistics" && view ? `?${view}` : ""}`;
}

function follow(s) {                                       // the address says which part is looked at
  const found = /^#(campaigns|tasks|jobs|issues|members|statistics)(?:\/(\d{1,15}))?(?:\?(.{0,3000}))?$/.exec(location.hash);
  if (found?.[2]) s.ui.campaign = Number(found[2]);
  if (found?.[1] === "statistics") {
    s.ui.view = found[3] ?? "";
    s.led = true;
    if (s.statistics && s.statistics.get("address") !== s.ui.view) s.statistics.send({ do: "go", address: s.ui.view });
  }
  if (found || !location.hash) go(s, found?.[1] ?? "campaigns", false);
}

// What is chosen on the dashboard stands in the address: a new one when somebody chose, in place of the old one otherwise.
function addressOfStatistics(s) {
  if (!s.statistics.get("view").choice) return;
  s.ui.view = s.statistics.get("address");
  if (s.ui.tab !== "statistics" || !s.model.get("whole")) return;
  const hash = hashOf(s);
  if (location.hash !== hash) { if (s.led) history.replaceState(null, "", hash); else history.pushState(null, "", hash); }
  s.led = false;
}
