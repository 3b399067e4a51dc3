// A small way to write elements, and to make what is on the page equal to what was written without losing focus,
// scroll or what is being typed.

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  element._on = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "html")
      element.innerHTML = value; // cleaned in Python (pages/prose.py)
    else if (name.startsWith("on")) listen(element, name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const dispatch = (event) => event.currentTarget._on[event.type]?.(event);

function listen(element, type, handler) {
  if (!(type in element._on)) element.addEventListener(type, dispatch);
  element._on[type] = handler;
}

const keyOf = (node) => (node.nodeType === 1 ? node.getAttribute("data-key") : null);
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

export function morph(old, now) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (now._on) {
    old._on ??= {};
    for (const type of Object.keys(old._on)) if (!(type in now._on)) old._on[type] = undefined;
    for (const [type, handler] of Object.entries(now._on)) listen(old, type, handler);
  }
  if (now.hasAttribute("data-keep")) return;
  const keyed = new Map();
  for (const child of old.childNodes) if (keyOf(child) !== null) keyed.set(keyOf(child), child);
  let place = old.firstChild;
  for (const child of [...now.childNodes]) {
    let match = keyOf(child) !== null ? keyed.get(keyOf(child)) : place;
    while (match && keyOf(child) === null && keyOf(match) !== null) match = match.nextSibling;
    if (match && alike(match, child)) {
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      morph(match, child);
    } else {
      old.insertBefore(child, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  field(old, now);
}

// What a person typed or chose is not in the attributes; it is set, unless they are at it.
function field(old, now) {
  if (old.nodeName === "INPUT" && now.type === "checkbox") old.checked = now.checked;
  else if ((old.nodeName === "INPUT" && now.hasAttribute("value")) || old.nodeName === "SELECT") {
    if (old !== document.activeElement && old.value !== now.value) old.value = now.value;
  }
}

// Arrow keys go through the buttons of a group.
export function arrows(e, selector, forward = ["ArrowRight", "ArrowDown"], backward = ["ArrowLeft", "ArrowUp"]) {
  const step = forward.includes(e.key) ? 1 : backward.includes(e.key) ? -1 : 0;
  if (!step) return null;
  const all = [...e.currentTarget.querySelectorAll(selector)],
    next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.focus();
  e.preventDefault();
  e.stopPropagation();
  return next;
}
