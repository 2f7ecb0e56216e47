// A storage exception handler: points that storage did not take, as lines that `tsdb import` reads, into the file that
// `example.failed_points.file` names.
//
//   tsd.core.storage_exception_handler.enable = true
//   tsd.core.storage_exception_handler.plugin = failed-points.mjs
//   example.failed_points.file = /var/spool/failed-points.txt
import { appendFile } from 'node:fs/promises';

let file;
let handled = 0;

export default {
  initialize(config) {
    file = config.getString('example.failed_points.file');
    if (!file) throw new Error('example.failed_points.file is not set');
  },

  async handleError({ metric, timestamp, value, tags }, error) {
    const pairs = [...tags].map(([key, text]) => `${key}=${text}`);
    await appendFile(file, `${metric} ${timestamp} ${value} ${pairs.join(' ')}\n`);
    handled++;
    this.last = error.message;
  },

  version: () => '1.0.0',

  collectStats(sink) {
    sink.record('example.failed_points', handled);
  },
};
