// esbuild reads the CommonJS default of this package another way than webpack; @grafana/ui expects webpack’s.
export { Scrollbars as default, Scrollbars } from 'react-custom-scrollbars-2/lib/index.js';
