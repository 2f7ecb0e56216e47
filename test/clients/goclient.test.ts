import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemon } from './support/daemon';
import { describeWithPrograms, findProgram } from './support/needs';
import { expectAsOriginal, outcomes } from './support/outcomes';
import { Recorder } from './support/recorder';
import { run } from './support/run';
import { exchanges } from './support/transcript';

const GOPATH = '/usr/share/gocode';
const SAMPLE = join(GOPATH, 'src/github.com/bluebreezecf/opentsdb-goclient/sample.go');

describeWithPrograms('opentsdb-goclient with its own sample', ['go', SAMPLE], () => {
  let daemon: Daemon;
  let recorder: Recorder;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'goclient-'));
    // It deletes by a POST, which the original allows whatever this key says.
    daemon = await Daemon.start({ 'tsd.http.query.allow_delete': 'true' });
    recorder = await Recorder.start(daemon.port);
    const source = readFileSync(SAMPLE, 'utf8').replace('127.0.0.1:4242', `127.0.0.1:${recorder.port}`);
    writeFileSync(join(directory, 'sample.go'), source);
    const built = await run(findProgram('go')!, ['build', '-o', 'sample', 'sample.go'], {
      cwd: directory,
      env: { GO111MODULE: 'off', GOPATH, GOFLAGS: '' },
      stopAfterMs: 170_000,
    });
    if (built.code !== 0) throw new Error(built.stderr);
    await run(join(directory, 'sample'), [], { stopAfterMs: 60_000 });
  }, 250_000);

  afterAll(async () => {
    await recorder.stop();
    await daemon.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('puts, queries, deletes, suggests, annotates, assigns and edits metadata as with the original', () => {
    expectAsOriginal('goclient', outcomes(recorder.connections));
  });

  test('a query with delete took the points away', () => {
    const [before, deleting, after] = exchanges(recorder.connections).filter(({ target }) => target === '/api/query');
    const points = (body: string): number[] => (JSON.parse(body) as { dps: object }[]).map(({ dps }) => Object.keys(dps).length);
    expect(points(before.body)).toEqual([1, 1, 1, 1, 1]);
    expect(points(deleting.body)).toEqual([1, 1, 1, 1, 1]);
    expect(JSON.parse(after.body)).toEqual([]);
  });
});
