// What anywidget gives to a widget: its model, and the manager that makes models and views of others.

/** A message of Python, and the bytes that came with it. */
export type Heard = (message: Record<string, unknown>, buffers: DataView[]) => void;

export interface Kernel {
  statusChanged?: {
    connect(does: (sender: unknown, status: string) => void): void;
    disconnect(does: (sender: unknown, status: string) => void): void;
  };
  reconnect?(): Promise<void>;
}

export interface Layout {
  comm_live?: boolean;
  on?(event: string, does: () => void): void;
  off?(event: string, does: () => void): void;
}

export interface View {
  el: HTMLElement;
  luminoWidget: { processMessage(message: object): void };
  remove(): void;
}

export interface Manager {
  kernel?: Kernel;
  get_model(id: string): Promise<Model>;
  create_view(model: Model, options: object): Promise<View>;
}

export interface Model {
  widget_manager: Manager;
  get<T = unknown>(name: string): T;
  send(content: object): void;
  on(event: "msg:custom", does: Heard): void;
  on(event: string, does: () => void): void;
  off(event: "msg:custom", does: Heard): void;
  off(event: string, does: () => void): void;
}

export interface Shown {
  model: Model;
  el: HTMLElement;
  signal: AbortSignal;
}
