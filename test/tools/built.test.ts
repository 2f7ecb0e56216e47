import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Daemon } from '../clients/support/daemon';

const TSDB = resolve(__dirname, '../../bin/tsdb');

// The other tests run the sources; these run what `bin/build` has made of them.
describe('the built program', () => {
  it('serves by two workers, and finds what it loads on demand: drawing, its threads, expressions, regular expressions', async () => {
    const daemon = await Daemon.start({ 'tsd.network.worker_threads': '2' });
    const call = (path: string, init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${daemon.port}${path}`, init);
    try {
      const point = { metric: 'sys.cpu.user', timestamp: 1700000000, value: 42.5, tags: { host: 'web01' } };
      const put = await call('/api/put?sync&summary', { method: 'POST', body: JSON.stringify(point) });
      expect(await put.json()).toEqual({ success: 1, failed: 0 });
      const window = 'start=1699999990&end=1700000010';
      const picture = await call(`/q?${window}&m=sum:sys.cpu.user&wxh=300x200&png`);
      expect(Buffer.from(await picture.arrayBuffer()).toString('latin1', 1, 4)).toBe('PNG');
      const answers = [
        `/api/query?${window}&m=sum:sys.cpu.user%7Bhost=regexp(web..)%7D`,
        `/api/query/gexp?${window}&exp=scale(sum:sys.cpu.user,1)`,
      ];
      for (const path of answers) expect(await (await call(path)).json()).toEqual([expect.objectContaining({ dps: { 1700000000: 42.5 } })]);
    } finally {
      await daemon.stop();
    }
  }, 120_000);

  it('has every tool', () => {
    const help = execFileSync(TSDB, ['help'], { encoding: 'utf8' });
    const tools = [...help.matchAll(/^ {2}([a-z_-]+) /gm)].map(([, name]) => name);
    expect(tools).toEqual(expect.arrayContaining(['fsck', 'import', 'mkmetric', 'query', 'scan', 'search', 'tsd', 'uid']));
    for (const tool of tools) {
      const { stdout, stderr } = spawnSync(TSDB, [tool, '--help'], { encoding: 'utf8' });
      expect(stdout + stderr).toMatch(tool === 'version' ? /built at revision/ : /usage/i);
    }
  }, 120_000);
});
