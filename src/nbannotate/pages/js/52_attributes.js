// The form with the attributes of the selected shapes.

const FEW = 6;                                             // so many choices are buttons, more are a list

function attributeForm(s, d) {
  const form = d.form;
  if (!form) return null;
  const of = form.ids.length === 1 ? form.label : N(form.ids.length, "{n} shape: {label}", "{n} shapes: {label}", { label: form.label });
  return h("section", { class: "nbp-form", "data-key": `form ${form.ids.join(" ")}`, "aria-label": T("Attributes of {name}", { name: of }) },
    h("h2", {}, of, cap(keyFor(s, "attributes"))),
    form.fields.map((f, i) => attributeField(s, d, form, f, i)));
}

function setAttribute(s, form, f, value) {
  send(s, "attribute", { ids: form.ids, name: f.name, text: value === null || value === "" ? "" : JSON.stringify(value) }, (error) => {
    s.ui.wrong = error ? { field: f.name, ids: form.ids.join(" "), text: error } : null;
    repaint(s);
  });
}

function attributeField(s, d, form, f, i) {
  const id = `nbp-field-${i}`, set = (value) => setAttribute(s, form, f, value), off = !d.editable;
  const wrong = s.ui.wrong?.field === f.name && s.ui.wrong.ids === form.ids.join(" ") ? said(s.ui.wrong.text) : f.problem ? said(`${f.name} ${f.problem}.`) : "";
  const empty = f.value === null || f.value === "" || f.value?.length === 0;
  const title = [f.name, f.required && empty && !f.mixed ? h("span", { class: "needs" }, T("required")) : f.mixed ? h("span", { class: "soft" }, T("differs")) : null];
  const about = { "aria-invalid": wrong ? "true" : null, "aria-required": f.required ? "true" : null, disabled: off, id };
  return h("div", { class: "field", "data-type": f.type, "data-key": f.name }, f.type === "boolean"
    ? h("label", { class: "check" }, h("input", { ...about, type: "checkbox", checked: f.value === true, onchange: (e) => set(e.currentTarget.checked) }), h("span", {}, title))
    : [h("label", { for: id, id: `${id}-name` }, title), attributeInput(f, about, set, off)],
    wrong ? h("p", { class: "error", role: "alert" }, wrong) : null);
}

function attributeInput(f, about, set, off) {
  if (f.type === "choice" && f.choices.length > FEW) {
    return h("select", { ...about, onchange: (e) => set(e.currentTarget.value || null), onkeydown: fieldKeys },
      h("option", { value: "" }, f.mixed ? T("differs") : "—"), f.choices.map((c) => h("option", { value: c, selected: f.value === c }, c)));
  }
  if (f.type === "choice" || f.type === "choices") {
    const many = f.type === "choices", on = (c) => (many ? (f.value ?? []).includes(c) : f.value === c);
    const next = (c) => (many ? f.choices.filter((v) => (v === c ? !on(v) : on(v))) : on(c) ? null : c);
    return h("div", { class: "chips", id: about.id, role: "group", "aria-labelledby": `${about.id}-name`, onkeydown: tagKeys }, f.choices.map((c) =>
      h("button", { type: "button", class: "tag", "data-key": c, disabled: off, "aria-pressed": String(on(c)), onclick: () => set(next(c)) }, c)));
  }
  const number = f.type !== "text";
  const read = (e) => {
    const text = e.currentTarget.value.trim(), value = number && text !== "" ? Number(text.replace(",", ".")) : text;
    set(number && Number.isNaN(value) ? text : value);
  };
  return h("input", { ...about, type: "text", inputmode: number ? "decimal" : null, autocomplete: "off", maxlength: "4000", value: f.value ?? "", placeholder: f.mixed ? T("differs") : null, onchange: read, onkeydown: fieldKeys });
}

function fieldKeys(e) {                                    // what is typed here is no key of the page
  if (e.key === "Escape" || e.key === "Enter") { e.preventDefault(); e.currentTarget.blur(); e.currentTarget.closest(".nbp").querySelector(".nba-stage")?.focus({ preventScroll: true }); }
  e.stopPropagation();
}

function toAttributes(s) {
  if (!s.get("drawing").form) return toast(s, T("Select a shape whose label has attributes."), "info");
  s.ui.tab = "shapes";
  repaint(s, true);
  return s.root.querySelector(".nbp-form :is(input, select, .tag)")?.focus();
}
