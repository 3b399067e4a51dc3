// The members of the workspace: who there is, and what can be done with an account.

const ROLE_TEXT = {
  owner: "may do everything, and is the only one who may change an owner",
  manager: "runs campaigns, gives out work, manages members, sees the statistics",
  developer: "adds data, exports, and reads statistics; manages nobody",
  reviewer: "annotates and reviews what is given to them; sees nothing else",
  annotator: "annotates what is given to them; sees nothing else",
};

function members(s) {
  const { read, rows = [] } = s.get("people");
  if (!read) return reading("the members");
  const text = s.ui.people.toLowerCase(), shown = rows.filter((m) => m.login.toLowerCase().includes(text)), { role } = s.get("page");
  return h("div", { class: "nbm-page", "data-key": "members" },
    h("div", { class: "nbm-bar" },
      rows.length > 8 ? h("label", { class: "nbm-field search" }, h("span", {}, "Member"), h("span", { class: "input" }, icon("search"), h("input", { type: "search", placeholder: "Part of a login", "data-search": "", "data-value": s.ui.people, maxlength: "100", oninput: (e) => { s.ui.people = e.target.value; repaint(s); } })))
        : h("p", { class: "soft" }, count(rows.length, "member")),
      h("div", { class: "grow" }),
      h("button", { type: "button", onclick: () => openDialog(s, "add", { values: { login: "", role: "annotator" } }) }, "Add…"),
      h("button", { type: "button", class: "primary", onclick: () => openDialog(s, "invite", { values: { login: "", role: "annotator" } }) }, icon("plus"), "Invite…")),
    h("section", { class: "nbm-panel", "aria-label": "Members" }, h("div", { class: "nbm-scroll" }, h("table", { class: "nbm-list" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Login"), h("th", { scope: "col" }, "Role"), h("th", { scope: "col" }, "Account"), h("th", { scope: "col", class: "n" }, "Open tasks"), h("th", { scope: "col" }, h("span", { class: "nbm-hidden" }, "Actions")))),
      h("tbody", {}, shown.map((m) => h("tr", { "data-key": m.login, "data-off": m.active ? null : "" },
        h("th", { scope: "row" }, h("span", { class: "avatar", "aria-hidden": "true" }, m.login.slice(0, 1).toUpperCase()), m.login, m.me ? h("span", { class: "chip" }, "you") : null),
        h("td", { title: ROLE_TEXT[m.role] }, m.role), h("td", {}, h("span", { class: "nbm-state", "data-state": m.active ? "active" : "disabled" }, m.active ? "active" : "disabled")),
        h("td", { class: "n" }, m.open ? number(m.open) : h("span", { class: "soft" }, "·")),
        h("td", { class: "act" }, m.protected ? h("span", { class: "lock soft", title: "Only an owner may change an owner." }, icon("lock"), h("span", { class: "nbm-hidden" }, "Only an owner may change an owner.")) : menu(s, `m${m.login}`, `More for ${m.login}`, [
          ["Change the role…", () => openDialog(s, "role", { m, values: { role: m.role } })],
          ["Reset the password…", () => openDialog(s, "password", { m })],
          m.active && !m.me && ["Disable…", () => openDialog(s, "disable", { m }), "danger"],
          !m.active && ["Enable…", () => openDialog(s, "enable", { m })],
        ]))))),
    )), shown.length ? null : h("p", { class: "none soft" }, "No member has such a login.")),
    role === "owner" ? null : h("p", { class: "soft nbm-note" }, "Owners can be changed by an owner only."));
}

function roleChoice(s, d) {
  const me = s.get("page").role, roles = s.get("page").roles.filter((r) => r !== "owner" || me === "owner");
  return h("fieldset", { class: "nbm-roles" }, h("legend", {}, "Role"), roles.map((r) =>
    h("label", { "data-key": r }, h("input", { type: "radio", name: "nbm-role", value: r, "data-checked": String(d.values.role === r), onchange: () => { d.values.role = r; repaint(s); } }),
      h("span", {}, h("b", {}, r), h("small", {}, ROLE_TEXT[r])))));
}

const loginField = (s, d) => h("label", { class: "nbm-line" }, h("span", {}, "Login"), h("input", { type: "text", "data-first": "", autocomplete: "off", spellcheck: "false", maxlength: "64", "data-value": d.values.login, oninput: (e) => { d.values.login = e.target.value.trim(); repaint(s); } }));

function secretShown(s, d) {
  return [
    h("p", {}, d.secret.text),
    h("div", { class: "nbm-secret" }, h("input", { type: "text", readonly: true, "aria-label": d.secret.label, "data-first": "", "data-value": d.secret.value, onfocus: (e) => e.target.select() }),
      h("button", { type: "button", onclick: (e) => copy(s, e.currentTarget.previousSibling) }, icon("copy"), d.copied ? "Copied" : "Copy")),
    h("p", { class: "soft" }, "It is shown this once. The workspace keeps only a hash of it."),
  ];
}

async function copy(s, field) {
  const d = s.ui.dialog;
  field.select();
  try { await navigator.clipboard.writeText(field.value); d.copied = true; }
  catch { d.copied = document.execCommand("copy"); }       // a site without TLS has no clipboard of the newer kind
  if (!d.copied) toast(s, "The browser did not let the page copy it; press Ctrl+C.", "error");
  repaint(s);
}
