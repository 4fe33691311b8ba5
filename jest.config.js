// Times in tests are UTC whatever the machine says.
process.env.TZ = 'UTC';

const scaffold = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');

const swc = (jsx) => ({
  '^.+\\.(t|j)sx?$': [
    '@swc/jest',
    { sourceMaps: 'inline', jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: jsx } } },
  ],
});

// Packages that only have ES modules; the scaffold's list does not know those that @grafana/* 13 brings.
const esModules = [
  ...grafanaESModules,
  'd3-array',
  'd3-time',
  'd3-format',
  'internmap',
  'pbf',
  'pure-rand',
  'fzstd',
  'react-use',
  '@grafana/i18n',
  '@grafana/data',
  '@grafana/ui',
  'colord',
  'ol',
  'nanoid',
  'monaco-promql',
  '@react-hookz/web',
  '@ver0/deep-equal',
];

// Some of them are only published as .mjs, which the scaffold's transform does not match.
const esModuleFiles = { '^.+\\.mjs$': ['@swc/jest', { jsc: { target: 'es2022' } }] };

const node = {
  testEnvironment: 'node',
  transform: swc(false),
  transformIgnorePatterns: [nodeModulesToTransform(esModules)],
};

module.exports = {
  // How long a test takes says nothing: machines are slow and busy.
  testTimeout: 120_000,
  projects: [
    {
      ...scaffold,
      displayName: 'plugin',
      rootDir: __dirname,
      testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}', '<rootDir>/playground/**/*.test.{ts,tsx}'],
      moduleNameMapper: {
        ...scaffold.moduleNameMapper,
        '^(monaco-editor|@monaco-editor/react)$': '<rootDir>/src/test-utils/no-monaco.tsx',
      },
      transform: { ...scaffold.transform, ...esModuleFiles },
      transformIgnorePatterns: [nodeModulesToTransform(esModules)],
    },
    {
      ...node,
      displayName: 'companion',
      rootDir: __dirname,
      testMatch: [
        '<rootDir>/contract/**/*.test.ts',
        '<rootDir>/backend-node/**/*.test.ts',
        '<rootDir>/bench/**/*.test.ts',
      ],
    },
    {
      ...node,
      displayName: 'integration',
      rootDir: __dirname,
      testMatch: ['<rootDir>/tests/integration/**/*.test.ts', '<rootDir>/tests/conformance/**/*.test.ts'],
    },
    {
      ...node,
      displayName: 'browser',
      rootDir: __dirname,
      testMatch: ['<rootDir>/tests/browser/**/*.test.ts'],
    },
  ],
};
