// A manager of widgets whose kernel is at the other end of a WebSocket.
const base = modules["@jupyter-widgets/base"];
modules["@jupyter-widgets/controls"] = base; // one script brings both
base.load_ipython_extension(); // its style sheets

function packed(head, buffers = []) {
  const parts = buffers.map((b) => (ArrayBuffer.isView(b) ? new Uint8Array(b.buffer, b.byteOffset, b.byteLength) : new Uint8Array(b)));
  const text = new TextEncoder().encode(JSON.stringify({ ...head, sizes: parts.map((p) => p.length) }));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, text.length, true);
  return new Blob([size, text, ...parts]).arrayBuffer();
}

function unpacked(message) {
  const size = new DataView(message).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, size)));
  let at = 4 + size;
  const buffers = head.sizes.map((length) => {
    const copy = new DataView(message.slice(at, at + length));
    at += length;
    return copy;
  });
  return [head, buffers];
}

class Comm {
  constructor(manager, id) {
    Object.assign(this, { manager, comm_id: id, target_name: "jupyter.widget" });
  }
  on_msg(does) {
    this.heard = does;
  }
  on_close(does) {
    this.ended = does;
  }
  send(data, callbacks, _metadata, buffers) {
    return this.manager.say(this.comm_id, data, callbacks, buffers);
  }
  close() {}
}

class Manager {
  constructor(socket) {
    this.socket = socket;
    this.models = new Map();
    this.comms = new Map();
    this.asked = new Map();
    this.refs = 0;
    this.said = Promise.resolve(); // one message after another, for their bytes are read asynchronously
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.hear(...unpacked(event.data));
  }

  say(comm, data, callbacks, buffers) {
    const ref = ++this.refs;
    this.asked.set(ref, callbacks);
    const bytes = packed({ comm, data, ref }, buffers);
    this.said = this.said.then(async () => this.socket.send(await bytes));
    return String(ref);
  }

  hear(head, buffers) {
    const message = { content: { data: head.data, comm_id: head.comm }, buffers, metadata: {}, parent_header: {} };
    if (head.kind === "comm_open") this.opened(head.comm, head.data, buffers);
    else if (head.kind === "comm_msg") this.comms.get(head.comm)?.heard?.(message);
    else if (head.kind === "comm_close") {
      this.comms.get(head.comm)?.ended?.(message);
      this.comms.delete(head.comm);
      this.models.delete(head.comm);
    } else if (head.kind === "show") this.show(head.comm);
    else if (head.kind === "idle") {
      const status = this.asked.get(head.data.ref)?.iopub?.status;
      this.asked.delete(head.data.ref);
      status?.({ ...message, content: { execution_state: "idle" }, parent_header: { msg_id: String(head.data.ref) } });
    }
  }

  opened(id, data, buffers) {
    if (this.comms.has(id)) return;
    const comm = new Comm(this, id),
      waiting = [];
    comm.heard = (message) => waiting.push(message); // until there is a model
    this.comms.set(id, comm);
    base.put_buffers(data.state, data.buffer_paths ?? [], buffers);
    this.place(id).resolve(this.make(id, comm, data.state, waiting));
  }

  async make(model_id, comm, state, waiting) {
    const Model = await this.loadClass(state._model_name, state._model_module);
    const attributes = await Model._deserialize_state(state, this);
    const model = new Model(attributes, { widget_manager: this, model_id, comm });
    model.name = state._model_name;
    model.module = state._model_module;
    for (const message of waiting) comm.heard(message);
    return model;
  }

  place(id) {
    if (!this.models.has(id)) this.models.set(id, Promise.withResolvers());
    return this.models.get(id);
  }

  get_model(id) {
    return this.place(id).promise;
  }

  has_model(id) {
    return this.comms.has(id);
  }

  async create_view(model, options = {}) {
    const View = await this.loadClass(model.get("_view_name"), model.get("_view_module"));
    const view = new View({ model, options });
    view.listenTo(model, "destroy", view.remove);
    const made = Promise.resolve(view.render()).then(() => view);
    if (model.views) {
      model.views[view.cid] = made;
      view.once("remove", () => delete model.views?.[view.cid]);
    }
    return made;
  }

  async loadClass(name, module) {
    const found = modules[module]?.[name];
    if (!found) throw new Error(`There is no ${name} in ${module}`);
    return found;
  }

  async show(id) {
    const view = await this.create_view(await this.get_model(id)),
      place = document.querySelector("#rendered_cells"),
      tell = (type) => view.luminoWidget.processMessage({ type });
    tell("before-attach");
    place.replaceChildren(view.el);
    tell("after-attach");
    addEventListener("resize", () => view.luminoWidget.processMessage({ type: "resize", width: -1, height: -1 }));
  }

  callbacks() {
    return {};
  }
  setViewOptions(options = {}) {
    return options;
  }
  async resolveUrl(url) {
    return url;
  }
  inline_sanitize(text) {
    return text;
  }
}

new Manager(new WebSocket(`ws://${location.host}/socket/${location.pathname.slice("/page/".length)}`));
