// Light or dark: as JupyterLab or our own site say, else as the system is.

function dark(): boolean {
  if (document.body.dataset.jpThemeLight === "false") return true;
  // Plain Voilà says "light" to everybody.
  const told =
    document.documentElement.dataset.theme || (document.body.dataset.jpThemeLight && !document.body.dataset.voila);
  return !told && matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Writes the theme onto an element, and again whenever it changes. Returns how to look again, and how to stop. */
export function followTheme(root: HTMLElement, changed = () => {}): { look: () => void; stop: () => void } {
  const look = () => {
    const now = dark() ? "dark" : "light";
    if (root.dataset.theme === now) return;
    root.dataset.theme = now;
    changed();
  };
  look();
  const system = matchMedia("(prefers-color-scheme: dark)"),
    told = new MutationObserver(look);
  system.addEventListener("change", look);
  told.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  told.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return {
    look,
    stop() {
      system.removeEventListener("change", look);
      told.disconnect();
    },
  };
}
