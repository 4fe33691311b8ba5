// Jest setup provided by Grafana scaffolding
import './.config/jest-setup';

import { configure } from '@testing-library/react';

// How long something takes to appear says nothing: forms are loaded when they are needed, and machines are slow and busy.
configure({ asyncUtilTimeout: 30_000 });

// jsdom lacks what react-dom/server, which @grafana/ui loads, wants at once.
if (typeof globalThis.MessageChannel === 'undefined') {
  globalThis.MessageChannel = class {
    port1 = { onmessage: null };
    port2 = { postMessage: (data) => setTimeout(() => this.port1.onmessage?.({ data })) };
  };
}
