import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createStore, type Store } from '../../../src/app';
import { loadConfig } from '../../../src/config';
import type { ToolIo } from '../../../src/tools/common';

type Tool = (argv: string[], io: ToolIo) => Promise<number>;

/** What a tool has written, and its exit code. */
export interface ToolRun {
  code: number;
  out: string;
  err: string;
}

/** Tables in an embedded store of a test's own, for tools that open it by its configuration. */
export class TempTables {
  readonly directory = mkdtempSync(join(tmpdir(), 'tables-'));
  readonly config = join(this.directory, 'tsd.conf');

  /** @param settings further lines of the configuration */
  constructor(settings: Readonly<Record<string, string>> = {}) {
    const all = {
      'tsd.storage.engine': 'embedded',
      'tsd.storage.embedded.path': join(this.directory, 'data'),
      'tsd.core.timezone': 'UTC',
      ...settings,
    };
    writeFileSync(
      this.config,
      Object.entries(all)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join(''),
    );
  }

  /** Opens the store for a moment. */
  async with<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const store = createStore(loadConfig({ file: this.config, overrides: [] }).config);
    await store.storage.open();
    try {
      return await work(store);
    } finally {
      await store.storage.close();
    }
  }

  /** Every cell as `ROW QUALIFIER VALUE` in hexadecimal, `-` for nothing; in the order of the table. */
  cells(table = 'tsdb'): Promise<string[]> {
    return this.with(async ({ storage }) => {
      const cells: string[] = [];
      for await (const rows of storage.scan(table, { start: Buffer.alloc(0), stop: Buffer.alloc(0) }))
        for (const row of rows)
          for (let i = 0; i < row.size; i++)
            cells.push([row.key, row.qualifier(i), row.value(i)].map((bytes) => bytes.toString('hex') || '-').join(' '));
      return cells;
    });
  }

  /** Runs a tool on the tables. */
  async run(tool: Tool, ...argv: string[]): Promise<ToolRun> {
    const texts = { out: '', err: '' };
    const stream = (name: keyof typeof texts): PassThrough => {
      const pipe = new PassThrough();
      pipe.on('data', (bytes: Buffer) => (texts[name] += bytes.toString()));
      return pipe;
    };
    const [stdout, stderr] = [stream('out'), stream('err')];
    const code = await tool([...argv, `--config=${this.config}`], { stdout, stderr, stdin: new PassThrough() });
    const ends = [stdout, stderr].map((pipe) => new Promise((done) => pipe.end(done)));
    await Promise.all(ends);
    return { code, ...texts };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The entries of a log without their times: an entry may have several lines. */
export function logEntries(text: string): string[] {
  const begin = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /;
  const entries: string[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (begin.test(line)) entries.push(line.replace(begin, ''));
    else if (entries.length > 0) entries[entries.length - 1] += `\n${line}`;
  }
  return entries;
}
