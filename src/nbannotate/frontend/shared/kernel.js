// The kernel of a notebook's cell: when it has ended, what the cell shows does nothing any more, and says so.

import { T } from "./texts.js";

export const kernelEnded = () => T("The kernel has ended or was started anew. Run the cell again to go on.");

// Calls once when nobody hears a widget any more: then all of its manager's models lose their comm. Returns how to stop.
export function whenKernelEnds(model, does) {
  const layout = model.get("layout"),
    kernel = model.widget_manager.kernel; // the layout is one of the manager's own models
  let told = false;
  const tell = () => {
    if (!told) {
      told = true;
      does();
    }
  };
  const comm = () => {
    if (layout?.comm_live === false) tell();
  };
  const status = (_, now) => {
    if (["starting", "restarting", "autorestarting", "terminating", "dead"].includes(now)) tell();
  };
  layout?.on?.("comm_live_update", comm);
  kernel?.statusChanged?.connect(status);
  comm();
  return () => {
    told = true;
    layout?.off?.("comm_live_update", comm);
    kernel?.statusChanged?.disconnect(status);
  };
}
