import { PassThrough } from 'node:stream';
import { main } from '../../src/tools/main';

async function tsdb(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = { stdout: new PassThrough(), stderr: new PassThrough(), stdin: new PassThrough() };
  const code = await main(argv, io, 'tsdb');
  return { code, out: String(io.stdout.read() ?? ''), err: String(io.stderr.read() ?? '') };
}

describe('the tsdb command', () => {
  it.each([[[]], [['nonsense']], [['constructor']], [['SCAN']], [['--version']]])('does not know %j', async (argv: string[]) => {
    const { code, out, err } = await tsdb(...argv);
    expect(code).toBe(1);
    expect(err).toBe(`tsdb: error: unknown command '${argv[0] ?? ''}'\nusage: tsdb <command> [args]\n`);
    expect(out).toMatch(/^Valid commands: .*fsck, import, .*mkmetric, .*query, .*scan, search, .*tsd, uid, .*version\n$/);
  });

  it.each(['help', '--help', '-h'])('lists with %s what there is, with a line about each', async (word) => {
    const { code, out, err } = await tsdb(word);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toBe('usage: tsdb <command> [args]');
    const known = (await tsdb('nonsense')).out.replace('Valid commands: ', '').trimEnd().split(', ');
    expect(lines.slice(1, -1).map((line) => line.trim().split(' ')[0])).toEqual(known);
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/^ {2}\S+ +\S.*/);
  });

  it.each(['import', 'query', 'scan', 'search', 'uid', 'mkmetric', 'tsd', 'fsck', 'tables', 'check-store', 'rollup'])(
    'says how %s is used',
    async (command) => {
      const { code, out, err } = await tsdb('help', command);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(new RegExp(`^tsdb ${command}: .*\n\n?Usage: `));
      expect(out).toContain('--config=PATH');
      if (command === 'fsck') return; // it has had a help of its own, on stderr
      for (const flag of ['--help', '-h']) {
        const asked = await tsdb(command, flag);
        expect(asked).toMatchObject({ code: 0, err: '' });
        expect(out.endsWith(asked.out)).toBe(true);
      }
    },
  );

  it('has no help about what it does not know, and takes no word behind -- for a wish', async () => {
    expect(await tsdb('help', 'nonsense')).toMatchObject({ code: 1 });
    expect((await tsdb('scan', '--', '--help')).code).toBe(2);
    expect((await tsdb('help', 'version')).out).toBe('tsdb version: print the version\n');
  });
});
