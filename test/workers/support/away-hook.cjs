// Preloaded into a daemon and its workers: while the file STORE_AWAY is there the embedded store takes nothing.
require('../../support/ts-hook.cjs');
const { existsSync } = require('node:fs');
const { EmbeddedStorage } = require('../../../src/storage/embedded');
const { RetryableError } = require('../../../src/storage');

for (const method of ['put', 'putRows', 'append', 'delete']) {
  const real = EmbeddedStorage.prototype[method];
  EmbeddedStorage.prototype[method] = async function (...parameters) {
    if (existsSync(process.env.STORE_AWAY)) throw new RetryableError('The store is away');
    return real.apply(this, parameters);
  };
}
