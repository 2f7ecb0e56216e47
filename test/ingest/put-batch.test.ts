import fc from 'fast-check';
import { PutBatch } from '../../src/ingest/put/put-batch';
import { PutBody } from '../../src/ingest/put/put-body';
import { checkPresent } from '../../src/ingest/put/sent-point';
import { baseTimeOf, buildQualifier, buildRowKey, DEFAULT_LAYOUT } from '../../src/schema';
import type { PointSink } from '../../src/write';
import { checkPoint } from '../../src/write/point-checks';
import { readValueText } from '../../src/write/value-text';
import { openTempStore, type TempStore } from '../support/temp-store';
import { cellsOf, writingOn, type Writing } from '../write/support/data-table';

let store: TempStore;
beforeEach(async () => {
  store = await openTempStore();
});
afterEach(() => store.close());

const MOST_TAGS = 4;
const sink: PointSink = {
  failed: (error) => {
    throw error;
  },
};

/** How a body writes its points: what one shares with the one before. */
interface Form {
  fields: string[];
  keys: string[];
  space: string;
  quoted: boolean;
  more: string;
}
const form: fc.Arbitrary<Form> = fc.record({
  fields: fc.shuffledSubarray(['metric', 'timestamp', 'value', 'tags'], { minLength: 4 }),
  keys: fc
    .tuple(
      fc.array(fc.constantFrom('host', 'dc', 'a', 'zone', 'z\\u006fne', 'caf\u00e9'), { minLength: 1, maxLength: MOST_TAGS + 1 }),
      fc.constantFrom(true, true, true, false),
    )
    .map(([keys, once]): string[] => (once ? [...new Set(keys)] : keys)),
  space: fc.constantFrom('', '', ' ', '\n'),
  quoted: fc.boolean(),
  more: fc.constantFrom('', '', ',"x":1', ',"metric":"again"', ',"tags":{"host":"late"}', ',"tsuid":"01"'),
});
const usual = <T>(arbitrary: fc.Arbitrary<T>, ...odd: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const name = usual(fc.constantFrom('web01', 'web02', 'db', 'w'), 'w\u00e9b', 'w\\u0065b01', 'not allowed!', '');
const element = fc.record({
  metric: usual(fc.constantFrom('m', 'n.o'), 'm\\u006d', 'caf\u00e9', 'a b'),
  timestamp: usual(
    fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 2 ** 32, max: 2 ** 32 + 9999 })).map(String),
    '0',
    '-1',
    '1.5',
    '"7"',
  ),
  value: usual(fc.integer({ min: -999, max: 999_999 }).map(String), '4.25', '1e3', 'NaN', '-', 'null'),
  names: fc.array(name, { minLength: MOST_TAGS + 1, maxLength: MOST_TAGS + 1 }),
  /** The rest of the body has another form. */
  next: usual<Form | null>(fc.constant(null), ...fc.sample(form, 20)),
  absent: usual(fc.constant(false), true),
});
type Element = typeof element extends fc.Arbitrary<infer E> ? E : never;

/** A body in JSON. */
function textOf(first: Form, elements: readonly Element[]): string {
  let like = first;
  const texts = elements.map(({ metric, timestamp, value, names, next, absent }) => {
    like = next ?? like;
    if (absent) return 'null';
    const { space, quoted } = like;
    const tags = like.keys.map((key, i) => `"${key}"${space}:"${names[i]}"`).join(`,${space}`);
    const values: Record<string, string> = {
      metric: `"${metric}"`,
      timestamp,
      value: quoted || value === '-' ? `"${value}"` : value,
      tags: `{${tags}}`,
    };
    return `{${like.fields.map((field) => `${space}"${field}":${space}${values[field]}`).join(',')}${like.more}}`;
  });
  return `[${texts.join(',')}]`;
}

/** What one point becomes by the checks and codecs that know no fast path: its cell, or null when it is refused. */
async function cellOf({ uids }: Writing, body: PutBody, i: number): Promise<string | null> {
  const sent = body.pointAt(i);
  try {
    checkPoint(checkPresent(sent), readValueText(checkPresent(sent).value, 'http'), MOST_TAGS, uids.validator);
  } catch {
    return null;
  }
  const { metric, timestamp, value, tags } = checkPresent(sent);
  const pairs = Array.from(tags, async ([k, v]) => Buffer.concat([await uids.getId('tagk', k), await uids.getId('tagv', v)]));
  const row = buildRowKey(DEFAULT_LAYOUT, await uids.getId('metrics', metric), baseTimeOf(Number(timestamp)), await Promise.all(pairs));
  const { bytes, flags } = readValueText(value, 'http');
  return `${row.toString('hex')} ${buildQualifier(Number(timestamp), flags).toString('hex')}=${bytes.toString('hex')}`;
}

/** What happens next: a point of one of two bodies, or something that comes in between. */
const turn = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('first', 'second') },
  { weight: 2, arbitrary: fc.constant('line') },
  { weight: 1, arbitrary: fc.constantFrom('rename', 'drop') },
);

it('takes points by the fast path as by the slow one, whatever their forms and what comes between', async () => {
  const writing = writingOn(store.storage, { 'tsd.storage.max_tags': String(MOST_TAGS) });
  const { writer, uids } = writing;
  const expected = new Map<string, string>();
  let [fast, renames] = [0, 0];
  // Of the series of many a point, in an hour in which none of them is.
  const line = Buffer.from('m 20000 1 zone=web01 host=db');
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(form, form),
      fc.array(element, { minLength: 1, maxLength: 12 }),
      fc.array(element, { minLength: 1, maxLength: 12 }),
      fc.array(turn, { maxLength: 40 }),
      async (forms, one, other, turns) => {
        const bodies = [one, other].map((elements, i) => {
          const body = new PutBody(Buffer.from(textOf(forms[i], elements)), 0);
          while (body.read(5));
          return { body, batch: new PutBatch(writer, body), at: 0 };
        });
        for (const what of [...turns, ...Array<string>(12).fill('first'), ...Array<string>(12).fill('second')]) {
          if (what === 'drop') uids.dropCaches();
          if (what === 'rename') await uids.rename('tagv', 'web02', `gone${renames++}`).catch(() => undefined);
          if (what === 'line') {
            if (!writer.addLine(line, 0, line.length, 'telnet', sink))
              await writer.submitPoint(
                {
                  metric: 'm',
                  timestamp: 20_000,
                  value: '1',
                  tags: new Map([
                    ['zone', 'web01'],
                    ['host', 'db'],
                  ]),
                },
                'telnet',
                sink,
              );
            continue;
          }
          const next = bodies[what === 'first' ? 0 : 1];
          if (next.at === next.body.size) continue;
          const i = next.at++;
          let taken = true;
          if (next.batch.addBytes(i, sink)) fast++;
          else
            try {
              await next.batch.add(i, sink);
            } catch {
              taken = false;
            }
          const cell = await cellOf(writing, next.body, i);
          expect(taken).toBe(cell !== null);
          if (cell !== null) expected.set(cell.slice(0, cell.indexOf('=')), cell);
        }
        for (const { batch } of bodies) batch.release();
      },
    ),
    { numRuns: 300 },
  );
  await writer.flush();
  const wanted = new Set([...expected.values()]);
  expect((await cellsOf(store.storage)).filter((cell) => !wanted.delete(cell))).toHaveLength(1);
  expect([...wanted]).toEqual([]);
  // How many depends on what was drawn; few would mean that the fast path was not tested.
  expect(fast).toBeGreaterThan(500);
  await writer.close();
});
