// What a page needs beside its widgets: the theme, the placeholder, a banner when the connection is lost, logging out.
"use strict";
(() => {
  const body = document.body;
  const base = body.dataset.baseUrl;
  const GONE = 4410, ENDED = 4401;

  // Theme: the style sheets follow the system by themselves; widgets also read these two attributes.
  const forced = document.documentElement.dataset.theme;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => {
    const isDark = forced === "auto" ? dark.matches : forced === "dark";
    body.dataset.jpThemeLight = String(!isDark);
    body.dataset.jpThemeName = isDark ? "JupyterLab Dark" : "JupyterLab Light";
  };
  theme();
  dark.addEventListener("change", theme);

  // Placeholder: until the first widget is there (or the page is complete and has none).
  const ready = () => body.classList.add("ready");
  window.cellLoaded = true; // Voilà calls voila_finish when its own parts are loaded
  window.voila_finish = () => {
    const cells = document.getElementById("rendered_cells");
    const shown = () => [...cells.querySelectorAll(".output > div")]
      .some((output) => output.childElementCount && output.textContent !== "Loading widget...");
    if (shown() || !cells.querySelector(".output")) return ready();
    const watch = new MutationObserver(() => { if (shown()) { watch.disconnect(); ready(); } });
    watch.observe(cells, { childList: true, subtree: true, characterData: true });
    setTimeout(ready, 8000);
  };

  // The connection: say so when it does not come back, and at once when the kernel is gone or the session ended.
  let open = 0, timer = 0, leaving = false, final = false;
  const lost = (text, button) => {
    document.getElementById("lost-text").textContent = text;
    document.getElementById("lost-button").textContent = button;
    document.getElementById("lost").hidden = false;
  };
  const closed = (code) => {
    clearTimeout(timer);
    if (leaving || final) return;
    if (code === ENDED) {
      final = true;
      lost("Your session has ended — what was saved is kept", "Log in");
    } else if (code === GONE) {
      final = true;
      lost("Connection lost — what you drew is kept; reload", "Reload");
    } else {
      timer = setTimeout(() => { if (!open && !leaving) lost("Connection lost — what you draw is kept in this browser", "Reload"); }, 3000);
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols);
      if (!String(url).includes("/api/kernels/")) return;
      let mine = 0;
      this.addEventListener("open", () => {
        open += mine = 1;
        clearTimeout(timer);
        if (!final) document.getElementById("lost").hidden = true;
        dispatchEvent(new CustomEvent("nbannotate-line", { detail: "open" }));
      });
      this.addEventListener("close", (event) => {
        open -= mine;
        mine = 0;
        if (!open) {
          dispatchEvent(new CustomEvent("nbannotate-line", { detail: "closed" }));
          closed(event.code);
        }
      });
    }
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("#lost-button")) location.reload();
  });

  // Logging out: any link to "logout" posts the hidden form, whose token no other site has.
  const cookie = (name) => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";
  const logout = () => {
    leaving = true;
    const form = document.getElementById("logout");
    form.elements._xsrf.value = cookie("_xsrf");
    form.submit();
  };
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement || node.dataset?.nbannotateLogout !== undefined);
    if (!link || (link.href !== undefined && new URL(link.href, location).pathname !== `${base}logout`)) return;
    event.preventDefault();
    logout();
  }, true);

  addEventListener("pagehide", () => { leaving = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
