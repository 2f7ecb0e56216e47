// Tests mirror src/. Suites that need another program (HBase, Redis, Java, agents) live in test/interop and
// test/clients and say on the screen when they are skipped, and why; with CI=true a skip is a failure.
// Those of `browser` use the built page in Chromium.
// The suites of `attack` look at the memory and the answers of a daemon under attack: one at a time, with nothing beside them.
// The suites of `faults` kill, freeze and stall a whole HBase for minutes, and attack a daemon as long: `npm run test:faults`, not `npm test`.
const FAULTS = ['daemon-faults', 'hbase-server-loss', 'stall', 'compaction-kill', 'rows-kill', 'fsck-kill', 'redis'].map(
  (name) => `/test/interop/${name}\\.test\\.ts$`,
);
const LONG_ATTACKS = '/test/attack/long/';
// A slice of the random questions; `npm run test:differential` asks as many as one likes.
const DIFFERENTIAL = '/test/differential/differential\\.test\\.ts$';
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  // Clocks and orders of another machine, when asked for.
  setupFilesAfterEnv: process.env.TSDB_TEST_ODD === undefined ? [] : ['<rootDir>/test/runner/odd-machine.cjs'],
};
const hbase = {
  globalSetup: '<rootDir>/test/interop/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/interop/support/global-teardown.ts',
};
module.exports = {
  // A test waits for what it waits for; on a busy machine a start alone takes seconds.
  testTimeout: 120_000,
  // Many suites wait more than they compute; by default one core would be left over.
  maxWorkers: '100%',
  // With --coverage: how much of src/ the run has reached, in a few lines; file by file in coverage/index.html.
  coverageProvider: 'v8',
  collectCoverageFrom: ['<rootDir>/src/**/*.ts'],
  coverageReporters: ['text-summary', 'html'],
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/test/attack/', '/test/interop/', '/test/clients/', '/test/browser/', DIFFERENTIAL],
    },
    { ...common, displayName: 'attack', testMatch: ['<rootDir>/test/attack/**/*.test.ts'], testPathIgnorePatterns: [LONG_ATTACKS] },
    {
      ...common,
      ...hbase,
      displayName: 'interop',
      testRegex: ['/test/interop/.*\\.test\\.ts$', DIFFERENTIAL],
      testPathIgnorePatterns: FAULTS,
    },
    { ...common, ...hbase, displayName: 'faults', testRegex: [...FAULTS, LONG_ATTACKS] },
    { ...common, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...common, displayName: 'clients', testMatch: ['<rootDir>/test/clients/**/*.test.ts'] },
  ],
};
