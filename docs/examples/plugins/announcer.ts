// A startup plugin, as service discovery needs one: it takes the port from the environment, says in a file where the daemon listens once it
// does, and takes that back when the daemon stops. Written in TypeScript; see docs/plugins.md for how it is compiled.
//
//   tsd.startup.enable = true
//   tsd.startup.plugin = announcer.js
//   example.announcer.file = /run/opentsdb/address.json
//   example.announcer.port_variable = TSD_PORT
import { rm, writeFile } from 'node:fs/promises';
import type { Config } from '../../../src/config';
import type { StartedTsd, StartupPlugin } from '../../../src/server/startup-plugin';
import type { StatsSink } from '../../../src/util/stats';

export default class Announcer implements StartupPlugin {
  private file = '';
  private readySince = 0;

  /** Before anything else is made: keys that are set here count. */
  initialize(config: Config): void {
    if (!config.has('example.announcer.file')) throw new Error('example.announcer.file is missing');
    this.file = config.getString('example.announcer.file') ?? '';
    const port = process.env[config.getString('example.announcer.port_variable') ?? 'TSD_PORT'];
    if (port !== undefined) config.set('tsd.network.port', port);
  }

  async setReady({ address, config }: StartedTsd): Promise<void> {
    await writeFile(this.file, JSON.stringify({ host: address.address, port: address.port, mode: config.getString('tsd.mode') }));
    this.readySince = Date.now();
  }

  async shutdown(): Promise<void> {
    await rm(this.file, { force: true });
  }

  version(): string {
    return '1.0.0';
  }

  collectStats(sink: StatsSink): void {
    sink.record('example.announcer.seconds', Math.floor((Date.now() - this.readySince) / 1000));
  }
}
