"""The built widgets in a real browser over Python objects of this process: no Voilà, no JupyterLab, no kernel.

A page of the harness has the front ends of ipywidgets, ipycanvas and anywidget as their wheels bring them, and a small
manager of widgets (``manager.js``). It is connected by a WebSocket, for Playwright's own bridge belongs to one thread,
and widgets answer from others. What a kernel does in its main thread, a :class:`Kernel` does in a thread of its own.
"""
