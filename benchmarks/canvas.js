// In the page of benchmarks/canvas.py: finds the image of one of the widgets, moves the pointer, and looks at the frames.

window.bench = (kind, width, height) => {
  const ours = kind === "ours", bbox = kind === "bbox", real = window.requestAnimationFrame.bind(window);
  const $ = (selector) => document.querySelector(selector), frame = () => new Promise((next) => real(next));
  const pause = (ms) => new Promise((next) => setTimeout(next, ms));
  const target = () => $(ours ? "canvas.nba-overlay" : bbox ? "svg[class*=svelte]" : "canvas");

  function place() {                                       // where the image is on the page
    if (!("annotations" === kind)) return $(ours ? "img.nba-preview" : "img[class*=svelte]").getBoundingClientRect();
    const box = target().getBoundingClientRect(), k = Math.min(box.width / width, box.height / height);
    return { x: box.x + (box.width - width * k) / 2, y: box.y + (box.height - height * k) / 2, width: width * k, height: height * k };
  }

  const at = ([x, y]) => { const b = place(); return [b.x + (x * b.width) / width, b.y + (y * b.height) / height]; };

  function box(i, n) {                                     // of shape i of n, as in canvas.py
    const side = Math.ceil(Math.sqrt(n)), x = ((i % side) * width) / side, y = (Math.floor(i / side) * height) / side;
    return [0.15, 0.85].map((f) => [Math.round(x + (f * width) / side), Math.round(y + (f * height) / side)]);
  }

  const middle = (i, n) => { const [a, b] = box(i, n); return at([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]); };

  function there(i, n) {                                   // whether its left edge is painted
    if (bbox) return document.querySelectorAll("rect.movable").length >= n;
    const [a, b] = box(i, n), [x, y] = at([a[0], (a[1] + b[1]) / 2]), canvas = $(ours ? "canvas.nba-base" : "canvas");
    const area = canvas.getBoundingClientRect(), f = canvas.width / area.width;
    const { data } = canvas.getContext("2d").getImageData(Math.round((x - area.x) * f) - 3, Math.round((y - area.y) * f) - 3, 7, 7);
    for (let j = 0; j < data.length; j += 4) {
      const rgb = data.slice(j, j + 3);
      if (data[j + 3] > 100 && Math.max(...rgb) - Math.min(...rgb) > 60) return true;
    }
    return false;
  }

  function fire(name, [x, y], more = {}) {
    const Event = ours ? PointerEvent : MouseEvent, to = bbox ? document.elementFromPoint(x, y) ?? window : target();
    to.dispatchEvent(new Event((ours ? "pointer" : "mouse") + name, { bubbles: true, cancelable: true, pointerId: 1, button: 0,
      buttons: name === "up" ? 0 : 1, clientX: x, clientY: y, view: window, ...more }));
  }

  async function open(n, patience = 60000) {               // ms from the click to the frame after the last shape
    const button = (m) => [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === `open ${m}`);
    button(0).click();
    await pause(1500);
    const begun = performance.now();
    button(n).click();
    while (!there(n - 1, n)) { if (performance.now() - begun > patience) return null; await frame(); }
    await frame();
    return performance.now() - begun;
  }

  async function during(seconds, step) {                   // step(i) before each frame: what it took, and the frames
    const work = [], intervals = [];
    let extra = 0, last = null, i = 0;
    window.requestAnimationFrame = (f) => real((t) => { const from = performance.now(); f(t); extra += performance.now() - from; });
    for (const begun = performance.now(); performance.now() - begun < seconds * 1000 || i < 10 * seconds;) {
      const t = await frame(), from = performance.now();
      if (last !== null) intervals.push(t - last);
      last = t;
      step(i++);
      work.push(performance.now() - from + extra);
      extra = 0;
    }
    window.requestAnimationFrame = real;
    return { work, intervals };
  }

  const hover = (p) => fire("move", p, { button: -1, buttons: 0 });
  const wave = ([x, y], i, dx, dy) => [x + dx * Math.sin(i / 20), y + dy * Math.sin(i / 33)];

  async function drag(seconds, from, dx, dy, more = {}) {
    hover(from);
    fire("down", from, more);
    const got = await during(seconds, (i) => fire("move", wave(from, i, dx, dy), more));
    return { ...got, end: () => fire("up", from, more) };
  }

  const MOVES = {
    pan: (seconds) => drag(seconds, at([width / 2, 3]), 120, 90, { button: 1 }),
    zoom(seconds) {
      const [clientX, clientY] = at([width / 2, height / 2]), wheel = { bubbles: true, cancelable: true, clientX, clientY };
      return during(seconds, (i) => target().dispatchEvent(new WheelEvent("wheel", { ...wheel, deltaY: Math.floor(i / 40) % 2 ? 40 : -40 })));
    },
    hover: (seconds, n) => during(seconds, (i) => hover(middle((i * 37) % n, n))),
    select: (seconds, n) => during(seconds, (i) => {       // ten times a second
      if (i % 6) return;
      const p = middle((i * 37) % n, n);
      hover(p); fire("down", p); fire("up", p);
    }),
    drag(seconds, n) {                                     // ipyannotations: a corner; it moves no boxes
      const i = Math.floor(n / 2 + Math.sqrt(n) / 2);
      return drag(seconds, "annotations" === kind ? at(box(i, n)[0]) : middle(i, n), 60, 40);
    },
    async "drag all"(seconds, n) {
      const all = { key: "a", code: "KeyA", ctrlKey: true, bubbles: true, cancelable: true };
      $(".nba-stage").dispatchEvent(new KeyboardEvent("keydown", all));
      await pause(2500);
      return drag(seconds, middle(Math.floor(n / 2), n), 8, 8);
    },
  };
  let end = null;
  return {
    open,
    async move(name, seconds, n) { const got = await MOVES[name](seconds, n); end = got.end; return { work: got.work, intervals: got.intervals }; },
    end() { end?.(); end = null; },
  };
};
