// Jest setup provided by Grafana scaffolding
import './.config/jest-setup';

// jsdom lacks what react-dom/server, which @grafana/ui loads, wants at once.
if (typeof globalThis.MessageChannel === 'undefined') {
  globalThis.MessageChannel = class {
    port1 = { onmessage: null };
    port2 = { postMessage: (data) => setTimeout(() => this.port1.onmessage?.({ data })) };
  };
}
