// Pictures that only this page has.

import { ICONS } from "../shared/icons.ts";

Object.assign(ICONS, {
  flag: "M5 21V4h13l-3 4 3 4H5",
  tasks: "M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11",
  jobs: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2.1.8 3.5 2.8 3.5 5.4",
  chart: "M4 20V4M4 20h16M8 16v-4M12.5 16V8M17 16v-6",
  bell: "M6 16V10.5a6 6 0 0 1 12 0V16l1.8 2H4.2zM10 20.5h4",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  thread: "M4 5h16v11H9.5L5 20v-4H4zM8 9h8M8 12h5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  copy: "M8 8h12v12H8zM4 16V4h12",
  plus: "M12 5v14M5 12h14",
  play: "M7 4l12 8-12 8z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  shuffle: "M4 7h4l8 10h4M4 17h4l2-2.5M14 9.5L16 7h4M17.5 4.5L20 7l-2.5 2.5M17.5 14.5L20 17l-2.5 2.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
});
