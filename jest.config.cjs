// Tests mirror src/. Suites that need another program (HBase, Redis, Java, agents) live in test/interop and
// test/clients and say on the screen when they are skipped, and why; with CI=true a skip is a failure.
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
};
module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/test/interop/', '/test/clients/'],
    },
    {
      ...common,
      displayName: 'interop',
      testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
      globalSetup: '<rootDir>/test/interop/support/global-setup.cjs',
      globalTeardown: '<rootDir>/test/interop/support/global-teardown.cjs',
    },
    { ...common, displayName: 'clients', testMatch: ['<rootDir>/test/clients/**/*.test.ts'] },
  ],
};
