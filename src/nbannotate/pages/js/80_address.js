// What is shown stands in the address: the open task, or the job.

const addressed = () => location.hash.slice(1);
const withHash = (name) => `${location.pathname}${location.search}${name ? `#${name}` : ""}`;

function placeOf(s) {
  const { screen, task, job } = s.get("page");
  return screen === "task" ? `task=${task}` : screen === "job" ? `job=${job}` : "";
}

function syncAddress(s) {
  const { screen } = s.get("page");
  document.title = `${{ task: s.get("task").asset, job: s.get("job").name }[screen] ?? T("My tasks")} · nbannotate`;
  if (s.ui.going || screen === "opening" || screen === "failed") return;
  const place = placeOf(s);
  if (place === addressed()) { s.ui.placed = true; return; }
  if (s.ui.placed && !s.ui.replaced) history.pushState(null, "", withHash(place)); else history.replaceState(null, "", withHash(place));
  s.ui.placed = true;
}

function followAddress(s) {                                // back, forward, reload, or a link
  const place = addressed();
  if (place === placeOf(s)) return;
  s.ui.going = true;
  const done = (error) => {
    s.ui.going = s.ui.first = false;
    if (error) toast(s, error, "error");
    repaint(s);
  };
  const task = /^task=(\d{1,15})$/.exec(place), job = /^job=(\d{1,15})\.(\d{1,4})$/.exec(place);
  if (task) send(s, "open", { task: Number(task[1]) }, done);
  else if (job) send(s, "job", { campaign: Number(job[1]), step: Number(job[2]) }, done);
  else send(s, "home", {}, done);
}
