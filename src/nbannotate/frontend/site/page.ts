// What a page needs beside its widgets: the theme, the placeholder, a banner when the connection is lost, logging out.
declare global {
  interface Window {
    cellLoaded: boolean; // these two: of Voilà
    voila_finish(): void;
  }
}

type Timer = ReturnType<typeof setTimeout> | 0;

{
  const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
  const body = document.body;
  const base = body.dataset.baseUrl;
  const GONE = 4410,
    IDLE = 4408,
    MEMORY = 4413,
    ENDED = 4401;

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
    const cells = element("rendered_cells");
    const shown = () =>
      [...cells.querySelectorAll(".output > div")].some(
        (output) => output.childElementCount && output.textContent !== "Loading widget...",
      );
    if (shown() || !cells.querySelector(".output")) return ready();
    const watch = new MutationObserver(() => {
      if (shown()) {
        watch.disconnect();
        ready();
      }
    });
    watch.observe(cells, { childList: true, subtree: true, characterData: true });
    setTimeout(ready, 8000);
  };

  // The connection: say so when it does not come back, and at once when the kernel is gone or the session ended. If the
  // server itself was away, ask it until it answers, and go on: it knows the session, but it has a new kernel.
  const ASK_MS = 1000,
    LONG_MS = 45000,
    SPREAD_MS = 1500,
    TURNS = 3,
    TURNS_MS = 120000;
  let open = 0,
    timer: Timer = 0,
    leaving = false,
    final = false,
    asking: Timer = 0,
    since = 0;
  const lost = (text: string, button: string): void => {
    // their words stand in the page, in its language
    const words = element("lost-text"),
      pressed = element("lost-button");
    words.textContent = words.dataset[text] ?? "";
    pressed.textContent = pressed.dataset[button] ?? "";
    element("lost").dataset.why = text;
    element("lost").hidden = false;
    if (text === "idle") pressed.focus({ preventScroll: true }); // else a shape may be in hand, which Enter finishes
  };
  const closed = (code: number): void => {
    clearTimeout(timer);
    if (leaving || final) return;
    if (code === ENDED) {
      final = true;
      lost("ended", "login");
    } else if (code === IDLE) {
      // any key goes on, but those that other keys are held with
      final = true;
      lost("idle", "on");
      addEventListener(
        "keydown",
        (event) => {
          if (["Shift", "Control", "Alt", "Meta", "AltGraph", "Tab"].includes(event.key)) return;
          event.preventDefault();
          event.stopImmediatePropagation();
          location.reload();
        },
        true,
      );
    } else if (code === MEMORY) {
      final = true;
      lost("memory", "reload");
    } else if (code === GONE) {
      final = true;
      lost("gone", "reload");
    } else {
      timer = setTimeout(() => {
        if (!open && !leaving && !final) lost("away", "reload");
      }, 3000);
      since ||= performance.now();
      asking ||= setTimeout(ask, ASK_MS);
    }
  };
  const ask = async (sure = false) => {
    const kernel = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}").kernelId;
    let said = "nothing";
    try {
      const reply = await fetch(`${base}api/kernels/${kernel}`, { redirect: "manual", cache: "no-store" });
      said = reply.type === "opaqueredirect" ? "ended" : reply.ok ? "there" : reply.status >= 500 ? "nothing" : "gone";
    } catch {
      /* nobody answers yet */
    }
    asking = 0;
    if (open || leaving || final) return;
    if (said === "ended") closed(ENDED);
    else if (said === "gone" && sure) goOn();
    else if (said === "gone")
      asking = setTimeout(ask, Math.random() * SPREAD_MS, true); // not all pages at once
    else asking = setTimeout(ask, said === "there" || performance.now() - since > LONG_MS ? 5 * ASK_MS : ASK_MS);
    if (said === "there") dispatchEvent(new CustomEvent("nbannotate-line", { detail: "there" })); // it need not wait longer
  };
  // Once more from the address, which names the task; what was drawn meanwhile comes from the browser. Not while a shape
  // is in hand or something is being written, not for a page that nobody looks at, and never again and again.
  const goOn = (): void => {
    if (open || leaving || final) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", goOn, { once: true });
      return;
    }
    const now = Date.now(),
      turns = (JSON.parse(sessionStorage.getItem("nbannotate-turns") ?? "[]") as number[]).filter(
        (t) => now - t < TURNS_MS,
      );
    const free = dispatchEvent(new CustomEvent("nbannotate-reload", { cancelable: true }));
    if (!free || turns.length >= TURNS) {
      final = true;
      lost("again", "on");
      return;
    }
    sessionStorage.setItem("nbannotate-turns", JSON.stringify([...turns, now]));
    location.reload();
  };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      if (!String(url).includes("/api/kernels/")) return;
      let mine = 0;
      this.addEventListener("open", () => {
        open += mine = 1;
        clearTimeout(timer);
        clearTimeout(asking);
        asking = since = 0;
        if (!final) element("lost").hidden = true;
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
    if ((event.target as Element).closest("#lost-button")) location.reload();
  });

  // Logging out: any link to "logout" posts the hidden form, whose token no other site has.
  const cookie = (name: string): string => document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1] ?? "";
  const logout = () => {
    leaving = true;
    const form = element<HTMLFormElement>("logout");
    (form.elements.namedItem("_xsrf") as HTMLInputElement).value = cookie("_xsrf");
    form.submit();
  };
  document.addEventListener(
    "click",
    (event) => {
      const link = event
        .composedPath()
        .find(
          (node) =>
            node instanceof HTMLAnchorElement ||
            (node instanceof HTMLElement && node.dataset.nbannotateLogout !== undefined),
        );
      if (!link) return;
      if (link instanceof HTMLAnchorElement && new URL(link.href, location.href).pathname !== `${base}logout`) return;
      event.preventDefault();
      logout();
    },
    true,
  );

  addEventListener("pagehide", () => {
    leaving = true;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

export {};
