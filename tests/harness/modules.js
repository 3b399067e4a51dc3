// Just enough of RequireJS and of the classic notebook that the scripts of the wheels, which were made for it, load.
const modules = { module: {} };
const actions = { register() {} };
const menus = { keyboard_manager: { actions: { register() {} } }, menubar: { actions: { register() {} } } };
globalThis.Jupyter = { version: "7.0.0", notebook: { container: { on() {} }, ...menus }, ...menus };
globalThis.define = (needed, make) => {
  const exports = make(...needed.map((name) => modules[name]));
  modules[document.currentScript.dataset.module] = exports;
};
class OutputArea {
  register_mime_type() {}
}
const theirs = { "base/js/namespace": globalThis.Jupyter, "base/js/events": { on() {} }, "notebook/js/outputarea": { OutputArea } };
globalThis.requirejs = (names, loaded) => loaded(...names.map((name) => theirs[name]));
globalThis.requirejs.config = () => {};
