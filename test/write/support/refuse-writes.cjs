// Preloaded into a daemon: its store refuses every point.
require('../../support/ts-hook.cjs');
const { EmbeddedStorage } = require('../../../src/storage/embedded');
const { DoNotRetryError } = require('../../../src/storage');
EmbeddedStorage.prototype.put = async (_table, _family, rows) => rows.map((_, index) => ({ index, error: new DoNotRetryError('Refused') }));
EmbeddedStorage.prototype.putRows = undefined;
