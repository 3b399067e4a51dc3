// The bar above the lists, and the bell with the notices.

const ROLE = { owner: M("owner"), manager: M("manager"), developer: M("developer"), reviewer: M("reviewer"), annotator: M("annotator") };
const MANAGES = ["owner", "manager"];                      // who has a dashboard; the server refuses it to others

function homeBar(s, ...before) {
  const { login, role } = s.get("page"), whole = s.model.get("whole");
  return h("header", { class: "nbp-top" },
    before.length ? before : h("div", { class: "nbp-brand" }, "nbannotate"),
    h("div", { class: "grow" }),
    languageMenu(s),
    login && bell(s),
    login && h("div", { class: "who" }, h("span", { class: "avatar", "aria-hidden": "true" }, login.slice(0, 1).toUpperCase()),
      h("span", {}, h("b", {}, login), h("small", {}, T(ROLE[role] ?? role)))),
    whole && MANAGES.includes(role) && h("button", { type: "button", class: "small", onclick: () => location.assign("manager") }, T("Dashboard")),
    whole && login && h("button", { type: "button", class: "small", title: T("Change your password"), "aria-label": T("Change your password"), onclick: () => location.assign("password") }, icon("key"), h("span", { class: "wide" }, T("Password"))),
    whole && login && h("button", { type: "button", class: "small", title: T("Log out"), "data-nbannotate-logout": "", onclick: () => logout(s) }, icon("leave"), h("span", { class: "wide" }, T("Log out"))));
}

function logout(s) {                                       // on our server its page.js posts the form, and never comes here
  if (!document.getElementById("logout")) toast(s, T("This page was not served by nbannotate, so there is nobody to log out."), "error");
}

function bell(s) {
  const { unseen = 0 } = s.get("notices");
  return h("button", { type: "button", class: "bare bell", "data-key": "bell", "aria-haspopup": "dialog", "aria-expanded": String(Boolean(s.ui.bell)),
    "aria-label": unseen ? T("Notices, {n} not seen", { n: unseen }) : T("Notices"), title: titled(T("Notices"), keyFor(s, "notices")), onclick: () => ring(s) },
    icon("bell"), unseen ? h("span", { class: "count" }, unseen > 99 ? "99+" : unseen) : null);
}

function ring(s) {
  s.ui.bell = !s.ui.bell;
  repaint(s, true);
  if (s.ui.bell) (s.root.querySelector(".nbp-notices .notice") ?? s.root.querySelector(".nbp-notices"))?.focus();
  else if (s.get("page").screen === "task") toStage(s);
  else s.root.querySelector(".bell")?.focus();
}

const NOTICE = {
  assigned: ["list", M("Given to you")], returned: ["return", M("Returned")], restarted: ["refresh", M("Restarted")], issue: ["issue", M("Issue")],
  issue_answered: ["issue", M("Answer")], due_near: ["clock", M("Due soon")], due_past: ["clock", M("Overdue")], lease_out: ["clock", M("Time ran out")], account: ["key", M("Account")],
  gold: ["point", M("Known answer")],
};

function notices(s) {
  if (!s.ui.bell) return null;
  const { list = [], unseen = 0 } = s.get("notices"), complain = (e) => e && toast(s, e, "error");
  const go = (n) => { s.ui.bell = false; leaveWith(s, "notice", { notice: n.id }); };
  return h("div", { class: "nbp-popover", "data-key": "notices", onpointerdown: (e) => { if (e.target === e.currentTarget) ring(s); } },
    h("section", { class: "nbp-notices", role: "dialog", "aria-label": T("Notices"), tabindex: "-1", onkeydown: (e) => noticeKeys(s, e) },
      h("header", {}, h("h2", {}, T("Notices")), unseen ? h("span", { class: "soft" }, T("{n} new", { n: unseen })) : null, h("div", { class: "grow" }),
        unseen ? h("button", { type: "button", class: "small", onclick: () => { s.root.querySelector(".nbp-notices")?.focus(); send(s, "notices_seen", {}, complain); } }, icon("check"), T("Mark all as seen")) : null,
        h("button", { type: "button", class: "bare", "aria-label": T("Close"), onclick: () => ring(s) }, icon("close"))),
      list.length ? h("ul", {}, list.map((n) => h("li", { "data-key": `n${n.id}` },
        h("button", { type: "button", class: "notice", "data-kind": n.kind, "data-new": n.seen ? null : "", onclick: () => go(n) },
          h("span", { class: "mark" }, icon(NOTICE[n.kind]?.[0] ?? "bell")),
          h("span", { class: "text" }, h("span", {}, localTimes(said(n.text))), h("small", {}, [T(NOTICE[n.kind]?.[1] ?? n.kind), n.campaign].filter(Boolean).join(" · "), " · ", stamp(n.at))),
          n.seen ? null : h("i", { class: "dot", title: T("new") })))))
        : emptyState("bell", T("No notices"), T("What is given or returned to you, answers to your issues and due dates appear here."))));
}

function noticeKeys(s, e) {
  if (e.key === "Escape" || e.key === "N") { e.preventDefault(); e.stopPropagation(); return void ring(s); }
  arrows(e, ".notice");
  if (e.key !== "Tab") e.stopPropagation();
  return undefined;
}
