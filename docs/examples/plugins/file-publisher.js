// A real-time publisher: a line of JSON for every point, into the file that `example.publisher.file` names.
//
//   tsd.rtpublisher.enable = true
//   tsd.rtpublisher.plugin = file-publisher.js
//   example.publisher.file = /var/spool/points.json
const { createWriteStream } = require('node:fs');

module.exports = class FilePublisher {
  published = 0;

  initialize(config) {
    const file = config.getString('example.publisher.file');
    if (!file) throw new Error('example.publisher.file is not set');
    this.file = createWriteStream(file, { flags: 'a' });
    this.file.on('error', (error) => (this.failure = error));
  }

  publishDataPoint({ metric, timestamp, value, tags }, tsuid) {
    if (this.failure) throw this.failure;
    const point = { tsuid: tsuid.toString('hex').toUpperCase(), metric, timestamp, value: String(value), tags: Object.fromEntries(tags) };
    this.published++;
    // A promise tells the daemon how many points are under way: beyond 10,000 it publishes none until some are done.
    return new Promise((done, failed) => this.file.write(`${JSON.stringify(point)}\n`, (error) => (error ? failed(error) : done())));
  }

  shutdown() {
    return new Promise((done) => this.file.end(done));
  }

  version() {
    return '1.0.0';
  }

  collectStats(sink) {
    sink.record('example.publisher.points', this.published);
  }
};
