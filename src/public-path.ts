import app from './plugin.json';

declare let __webpack_public_path__: string;

// A nested plugin's chunks lie in the app's folder, not in its own: without this a lazily loaded chunk is not found.
if (typeof __webpack_public_path__ === 'string') {
  __webpack_public_path__ = __webpack_public_path__.replace(/\/[^/]+\/$/, `/${app.id}/`);
}
