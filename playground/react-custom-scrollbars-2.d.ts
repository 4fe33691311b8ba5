declare module 'react-custom-scrollbars-2/lib/index.js';
