import { EmbeddedStorage } from '../../../../src/storage/embedded';
import { TABLES } from '../../../support/temp-store';
import { MoodyStorage } from './moody-storage';
import { spoolingOn } from './spooling';

/**
 * A process to be killed: writes numbered points of several hosts into a store that takes nothing (`away`), or replays slowly what is in the
 * spool (`replay`). Every number that is told to be stored goes to stdout.
 */
async function main([mode, data, spool, first]: string[]): Promise<void> {
  const real = new EmbeddedStorage({ path: data, tables: TABLES });
  await real.open();
  const moody = new MoodyStorage(real);
  if (mode === 'away') moody.mood = 'away';
  else moody.pauseMs = 30;
  const { writer } = await spoolingOn(moody.storage, spool, { spool: { afterMs: 50 } });
  process.stdout.write('open\n');
  for (let n = Number(first); ; n++) {
    // Known names and new ones in turn.
    const host = n % 3 === 0 ? `new${Math.floor(n / 30)}` : `h${n % 7}`;
    const point = { metric: 'm', timestamp: 1_700_000_000 + n, value: String(n), tags: new Map([['host', host]]) };
    const sink = {
      stored: () => void process.stdout.write(`${n}\n`),
      failed: (error: Error) => void process.stdout.write(`failed ${error.message}\n`),
    };
    await writer.submitPoint(point, 'telnet', sink);
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

void main(process.argv.slice(2));
