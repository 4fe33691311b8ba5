import { defineConfig } from 'eslint/config';

import baseConfig from './.config/eslint.config.mjs';

const border = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

export default defineConfig([
  { ignores: ['**/node_modules/', '**/dist/', '**/coverage/', '.data/', '.config/', 'tests/browser/output/'] },
  ...baseConfig,
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      // TypeScript itself refuses redeclarations, and knows overloads from them.
      'no-redeclare': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  { files: ['scripts/**', '**/*.mjs', 'bench/**'], rules: { 'no-console': 'off' } },
  // The borders of docs/architecture.md.
  border(
    ['src/**', 'playground/**'],
    ['apitrail', 'apitrail/*', '**/backend-node/**', '@duckdb/*', 'fastify', 'node:*'],
    'The plugin never imports the companion: what both need lives in contract/.'
  ),
  border(
    ['contract/**'],
    ['**/src/**', '**/backend-node/**', 'apitrail', '@grafana/*', 'react', 'node:*', '@duckdb/*', 'fastify'],
    'contract/ imports neither the plugin nor the companion.'
  ),
  border(
    ['backend-node/**'],
    ['**/src/**', '@grafana/*', 'react', 'react-dom', '**/playground/**'],
    'The companion never imports the plugin: what both need lives in contract/.'
  ),
  { files: ['playground/*.mjs', 'playground/server/**'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['contract/**/*.test.ts'], rules: { 'no-restricted-imports': 'off' } },
]);
