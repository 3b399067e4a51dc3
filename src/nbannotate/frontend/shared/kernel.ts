// The kernel of a notebook's cell: when it has ended, what the cell shows does nothing any more, and says so.

import type { Kernel, Layout, Model } from "./model.ts";
import { T } from "./texts.ts";

export const kernelEnded = (): string => T("The kernel has ended or was started anew. Run the cell again to go on.");

// Calls once when nobody hears a widget any more: then all of its manager's models lose their comm. Returns how to stop.
export function whenKernelEnds(model: Model, does: () => void): () => void {
  const layout = model.get<Layout | undefined>("layout"),
    kernel: Kernel | undefined = model.widget_manager.kernel; // the layout is one of the manager's own models
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
  const status = (_: unknown, now: string) => {
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
