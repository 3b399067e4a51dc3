// The pulse of a page: tells the kernel every few seconds that somebody looks, and the page which theme it has.

function dark() {
  // JupyterLab and our own site say which theme they have; plain Voilà says "light" to everybody, so the system is asked.
  if (document.body.dataset.jpThemeLight === "false") return true;
  const told = document.documentElement.dataset.theme || (document.body.dataset.jpThemeLight && !document.body.dataset.voila);
  return !told && matchMedia("(prefers-color-scheme: dark)").matches;
}

export default {
  render({ model, el }) {
    el.classList.add("nba-pulse");
    const apply = () => {
      const root = el.closest(".nba-manager");
      if (!root) return;
      const theme = dark() ? "dark" : "light";
      if (root.dataset.theme === theme) return;
      root.dataset.theme = theme;
      document.dispatchEvent(new Event("nba-theme"));
    };
    const beat = () => {
      if (document.visibilityState === "visible" && el.isConnected) model.send({ beat: true });
    };
    const timer = setInterval(beat, model.get("seconds") * 1000);
    const watcher = new MutationObserver(apply);
    watcher.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", apply);
    document.addEventListener("visibilitychange", beat);
    requestAnimationFrame(apply); // the element is in the page only after render returns
    const placed = setTimeout(apply, 100);
    return () => {
      clearInterval(timer);
      clearTimeout(placed);
      watcher.disconnect();
      scheme.removeEventListener("change", apply);
      document.removeEventListener("visibilitychange", beat);
    };
  },
};
