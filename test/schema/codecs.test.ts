import fc from 'fast-check';
import {
  annotationCell,
  buildAppendColumn,
  buildCompacted,
  buildQualifier,
  buildRollupQualifier,
  checkQualifierAt,
  columnKind,
  decodeAnnotation,
  DATA_FAMILY,
  DEFAULT_LAYOUT,
  DEFAULT_MERGE,
  mergeRow,
  encodeAnnotation,
  encodeDouble,
  encodeFloat,
  encodeInteger,
  extendedOffsetMs,
  fitsInFloat,
  flagsAt,
  histogramColumn,
  javaJsonString,
  offsetMsAt,
  parseAppendColumn,
  parseRollupQualifier,
  prettyBytes,
  qualifierLengthAt,
  readValue,
  repairPoint,
  uidToHex,
  type Annotation,
  type EncodedValue,
  type PointCell,
} from '../../src/schema';
import { rowOf } from '../../src/storage/row';

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex');
const show = (p: PointCell): string => `${uidToHex(p.qualifier)}=${uidToHex(p.value)}`;
const KEY = hex('000001 50E22700 000001000001');
/** The points of a row with this cell alone. */
const pointsOf = (qualifier: Buffer, value: Buffer): PointCell[] =>
  mergeRow(rowOf(KEY, [{ family: DATA_FAMILY, qualifier, value, timestamp: 1 }]), DEFAULT_MERGE).points;
const KV_KEY = 'key=[0, 0, 1, 80, -30, 39, 0, 0, 0, 1, 0, 0, 1], family="t"';

describe('qualifiers', () => {
  test.each<[number, number, string]>([
    [1356998400, 0x0, '0000'],
    [1356998401, 0x7, '0017'],
    [1356998460, 0xf, '03CF'],
    [1357001999, 0xb, 'E0FB'],
    [1356998400500, 0x0, 'F0007D00'],
    [1356998401000, 0xb, 'F000FA0B'],
    [1357001999999, 0xf, 'FDBB9FCF'],
    [1356998461500, 0x0, 'F03C0F00'],
  ])('%d, flags %d', (t, flags, expected) => {
    const q = buildQualifier(t, flags);
    expect(uidToHex(q)).toBe(expected);
    expect(buildQualifier(BigInt(t), flags)).toEqual(q);
    expect(flagsAt(q, 0)).toBe(flags);
    expect(offsetMsAt(q, 0)).toBe((t > 4294967295 ? t : t * 1000) - 1356998400000);
    expect(qualifierLengthAt(q, 0)).toBe(q.length);
  });

  test.each<[string, string]>([
    ['0000', 'seconds'],
    ['0100', 'seconds'],
    ['0500', 'seconds'],
    ['0600', 'seconds'],
    ['E0FB', 'seconds'],
    ['F0007D00', 'milliseconds'],
    ['00000010', 'compacted'],
    ['010000000000', 'compacted'],
    ['F0007D000010', 'compacted'],
    ['010000', 'annotation'],
    ['0100000463', 'annotation'],
    ['050000', 'append'],
    ['06003C', 'histogram'],
    ['06000001F4', 'histogram'],
    ['070000', 'unknown'],
    ['', 'unknown'],
  ])('column %s: %s', (q, kind) => expect(columnKind(hex(q))).toBe(kind));

  test('malformed ones', () => {
    expect(() => checkQualifierAt(hex('00'), 0, 1, 0)).toThrow('Offset of [0] is out of bounds for the qualifier length of [1]');
    expect(() => checkQualifierAt(hex('0000F000'), 0, 4, 2)).toThrow('Detected a millisecond flag but qualifier length is too short');
  });
});

describe('values', () => {
  test.each<[number | bigint, string]>([
    [0, '00'],
    [5, '05'],
    [-128, '80'],
    [127, '7F'],
    [128, '0080'],
    [-129, 'FF7F'],
    [-32768, '8000'],
    [32768, '00008000'],
    [-2147483648, '80000000'],
    [2147483648, '0000000080000000'],
    [9223372036854775807n, '7FFFFFFFFFFFFFFF'],
    [-9223372036854775808n, '8000000000000000'],
  ])('integer %s', (value, expected) => {
    for (const v of [value, BigInt(value)]) {
      const { bytes, flags } = encodeInteger(v);
      expect(uidToHex(bytes)).toBe(expected);
      expect(flags).toBe(bytes.length - 1);
      expect(readValue(bytes, 0, flags)).toBe(value);
    }
  });

  test('floating point', () => {
    expect(encodeFloat(42.5)).toEqual({ bytes: hex('422A0000'), flags: 0xb });
    expect(encodeDouble(42.5)).toEqual({ bytes: hex('4045400000000000'), flags: 0xf });
    expect([42.5, -0.0, 0.1, 16777217.0, 1e40, 1e-46].map(fitsInFloat)).toEqual([true, true, false, false, false, false]);
  });

  test('lengths no value has', () => {
    expect(() => readValue(hex('010203'), 0, 2)).toThrow('Integer value @ 0 not on 8/4/2/1 bytes in [1, 2, 3]');
    expect(() => readValue(hex('FF01'), 1, 0x8)).toThrow('Floating point value @ 1 not on 8 or 4 bytes in [-1, 1]');
    expect(() => readValue(hex('01'), 0, 7)).toThrow('Integer value @ 0 not on 8/4/2/1 bytes in [1]');
  });

  test('any number comes back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (v) => {
        const { bytes, flags } = encodeInteger(v);
        expect(BigInt(readValue(bytes, 0, flags))).toBe(BigInt(v));
      }),
    );
    fc.assert(fc.property(fc.double(), (v) => expect(readValue(encodeDouble(v).bytes, 0, 0xf)).toBe(v)));
    fc.assert(fc.property(fc.float(), (v) => expect(readValue(encodeFloat(v).bytes, 0, 0xb)).toBe(v)));
  });
});

describe('historic floats', () => {
  test.each<[string, string, string]>([
    ['000B', '00000000422A0000', '000B=422A0000'],
    ['0017', '06', '0010=06'],
    ['0000', '0506', '0001=0506'],
    ['0000', '05', '0000=05'],
    ['000F', '422A0000', '000B=422A0000'],
  ])('%s=%s', (q, v, expected) => expect(show(repairPoint(hex(q), hex(v)))).toBe(expected));

  test('not zero in front', () =>
    expect(() => repairPoint(hex('000B'), hex('00000001422A0000'))).toThrow(
      'Corrupted floating point value: [0, 0, 0, 1, 66, 42, 0, 0] flags=0xb -- first 4 bytes are expected to be zeros.',
    ));
});

describe('compacted columns', () => {
  test.each<[string, string, string[]]>([
    ['00000017', '05 0000000000000006 00', ['0000=05', '0017=0000000000000006']],
    ['F0007D00 0010', '06 05 01', ['F0007D00=06', '0010=05']],
    ['000000100020', '05 06 07 00', ['0000=05', '0010=06', '0020=07']],
    ['0500', '07', ['0500=07']],
    ['F0007D00', '0506', ['F0007D00=0506']],
  ])('%s', (q, v, points) => {
    const split = pointsOf(hex(q), hex(v));
    expect(split.map(show)).toEqual(points);
    expect(show(buildCompacted(split))).toBe(`${q.replace(/ /g, '')}=${v.replace(/ /g, '')}`);
  });
});

describe('append columns', () => {
  const parse = (value: string, qualifier = '050000'): string[] => parseAppendColumn(KEY, hex(qualifier), hex(value), 1).points.map(show);

  test.each<[string, string[], boolean]>([
    ['', [], false],
    ['0000 05 001B 40A00000 F0007D00 06', ['0000=05', 'F0007D00=06', '001B=40A00000'], true],
    ['0010 06 0010 07', ['0010=07'], true],
    ['0010 06 F000FA00 07', ['F000FA00=07'], true],
    ['0010 06 0020 07', ['0010=06', '0020=07'], false],
  ])('%s', (value, points, repairable) => {
    const column = parseAppendColumn(KEY, hex('050000'), hex(value), 1);
    expect(column.points.map(show)).toEqual(points);
    expect(column.repairable).toBe(repairable);
    expect(parse(uidToHex(buildAppendColumn(column.points)))).toEqual(points);
  });

  test.each<[string, string, string]>([
    ['050000', '00', 'Offset of [0] is out of bounds for the qualifier length of [1]'],
    ['050000', '00100600107700', 'Offset of [6] is out of bounds for the qualifier length of [7]'],
    [
      '050000',
      '0017060000',
      `Corrupted value: couldn't break down into individual values (consumed 2 bytes, but was expecting to consume 5): KeyValue(${KV_KEY}, qualifier=[5, 0, 0], value=[0, 23, 6, 0, 0], timestamp=1), cells so far: []`,
    ],
    [
      '050000',
      'F0007D',
      `Corrupted value: couldn't break down into individual values (consumed 0 bytes, but was expecting to consume 3): KeyValue(${KV_KEY}, qualifier=[5, 0, 0], value="\\xF0\\x00}", timestamp=1), cells so far: []`,
    ],
    [
      '050000',
      '0010060017',
      `Corrupted value: couldn't break down into individual values (consumed 5 bytes, but was expecting to consume 5): KeyValue(${KV_KEY}, qualifier=[5, 0, 0], value=[0, 16, 6, 0, 23], timestamp=1), cells so far: [Cell([0, 16], [6])]`,
    ],
    [
      '0500',
      '001006',
      'Can not parse cell, it is not  an appended cell. It has a different qualifier [5, 0], row key [0, 0, 1, 80, -30, 39, 0, 0, 0, 1, 0, 0, 1]',
    ],
    [
      '05',
      '001006',
      'Can not parse cell, it is not  an appended cell. It has a different qualifier "\\x05", row key [0, 0, 1, 80, -30, 39, 0, 0, 0, 1, 0, 0, 1]',
    ],
  ])('%s=%s is refused', (qualifier, value, message) => expect(() => parse(value, qualifier)).toThrow(message));
});

describe('points in columns', () => {
  const values: fc.Arbitrary<EncodedValue> = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(encodeInteger),
    fc.integer().map(encodeInteger),
    fc.double({ noNaN: true }).map(encodeDouble),
    fc.float({ noNaN: true }).map(encodeFloat),
  );
  const times = fc.oneof(
    fc.integer({ min: 0, max: 3599 }).map((s) => 1356998400 + s),
    fc.integer({ min: 0, max: 3599999 }).map((ms) => 1356998400000 + ms),
  );
  const points = fc
    .uniqueArray(fc.tuple(times, values), { minLength: 1, maxLength: 60, selector: ([t]) => (t > 4294967295 ? t : t * 1000) })
    .map((list) =>
      list
        .map(([t, v]) => ({ qualifier: buildQualifier(t, v.flags), value: v.bytes }))
        .sort((a, b) => offsetMsAt(a.qualifier, 0) - offsetMsAt(b.qualifier, 0)),
    );

  test('compacted and taken apart', () => {
    fc.assert(
      fc.property(points, (list) => {
        const cell = buildCompacted(list);
        expect(pointsOf(cell.qualifier, cell.value).map(show)).toEqual(list.map(show));
      }),
    );
  });

  test('appended in any order and taken apart', () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.nat()), (list, order) => {
        const shuffled = list.map((p) => ({ p, k: Number(order.next().value) })).sort((a, b) => a.k - b.k);
        const value = Buffer.concat(shuffled.flatMap(({ p }) => [p.qualifier, p.value]));
        expect(parseAppendColumn(KEY, hex('050000'), value, 1).points.map(show)).toEqual(list.map(show));
      }),
    );
  });
});

describe('annotations', () => {
  test.each<[number, string, string]>([
    [1328140800, '0000004F29D200', '010000'],
    [1328140801, '0000004F29D200', '010001'],
    [1328140801000, '0000004F29D200', '010001'],
    [1328140801123, '0000004F29D200', '0100000463'],
    [1328140000000, '0000004F29C3F0', '010AF0'],
    [1328140000, '0000004F29C3F0', '010D0C'],
  ])('global one at %d', (start, key, qualifier) => {
    const cell = annotationCell(DEFAULT_LAYOUT, '', start);
    expect(uidToHex(cell.key)).toBe(key);
    expect(uidToHex(cell.qualifier)).toBe(qualifier);
  });

  test('of a series, salted like its rows', () => {
    const cell = annotationCell({ ...DEFAULT_LAYOUT, salt: 1 }, '000001000001000001', 1356998460);
    expect(uidToHex(cell.key)).toBe('0800000150E22700000001000001');
    expect(extendedOffsetMs(cell.qualifier)).toBe(60000);
    expect(() => annotationCell(DEFAULT_LAYOUT, '', 0)).toThrow('The start timestamp has not been set');
  });

  const note = (fields: Partial<Annotation>): Annotation => ({
    tsuid: '',
    startTime: 1328140800,
    endTime: 0,
    description: '',
    notes: '',
    custom: null,
    ...fields,
  });

  test.each<[Annotation, string]>([
    [
      note({
        tsuid: '000001000001000001',
        custom: new Map([
          ['owner', 'ops'],
          ['dept', 'a'],
        ]),
      }),
      '{"tsuid":"000001000001000001","startTime":1328140800,"endTime":0,"description":"","notes":"","custom":{"dept":"a","owner":"ops"}}',
    ],
    [note({}), '{"startTime":1328140800,"endTime":0,"description":"","notes":"","custom":null}'],
  ])('stored JSON', (annotation, json) => {
    expect(encodeAnnotation(annotation).toString()).toBe(json);
    expect(decodeAnnotation(Buffer.from(json))).toEqual(annotation);
  });

  test('strings the way Java escapes them', () => {
    expect(javaJsonString('a"\\/\b\t\n\f\r\u0001\u001f\u007fé日😀')).toBe(
      '"a\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001F\u007fé日\\uD83D\\uDE00"',
    );
  });

  test('reading is lenient', () => {
    expect(decodeAnnotation(Buffer.from('{"startTime":"5","other":[1],"custom":{"n":1}}'))).toEqual(
      note({ startTime: 5, custom: new Map([['n', '1']]) }),
    );
    expect(() => decodeAnnotation(Buffer.from('{'))).toThrow('Unable to parse');
    expect(() => decodeAnnotation(Buffer.from('[]'))).toThrow('it is not an object');
  });

  test('any annotation comes back', () => {
    const text = fc.string({ unit: 'grapheme' });
    const annotations = fc.record({
      tsuid: fc.constantFrom('', '000001000001000001'),
      startTime: fc.integer({ min: 1, max: 9999999999999 }),
      endTime: fc.integer({ min: 0, max: 9999999999999 }),
      description: text,
      notes: text,
      custom: fc.option(fc.array(fc.tuple(text, fc.option(text))).map((entries) => new Map(entries))),
    });
    fc.assert(fc.property(annotations, (a) => expect(decodeAnnotation(encodeAnnotation(a))).toEqual(a)));
  });
});

test.each<[number, string]>([
  [1356998460, '06003C'],
  [1356998400500, '06000001F4'],
  [1356998460000, '060000EA60'],
])('histogram at %d', (t, qualifier) => {
  expect(uidToHex(histogramColumn(t).qualifier)).toBe(qualifier);
  expect(histogramColumn(t).baseTime).toBe(1356998400);
});

describe('rollups', () => {
  test.each<[number, number, number, string]>([
    [61, 144, 1, '0103DB'],
    [10, 768, 1, '0100AB'],
    [0, 366, 1, '01000B'],
    [8, 12, 1, '01008B'],
    [4128, 4608, 0, '00020B'],
  ])('offset %d of %d', (offset, intervals, id, expected) => {
    const q = buildRollupQualifier(id, offset, 0xb, intervals);
    expect(uidToHex(q)).toBe(expected);
    expect(parseRollupQualifier(q)).toEqual({ aggregator: id, offset: offset & 0xfff, flags: 0xb });
  });

  test('old names, the reserved bit, and what is no rollup', () => {
    expect(parseRollupQualifier(Buffer.concat([Buffer.from('count:'), hex('03DB')]))).toEqual({
      aggregator: 'count',
      offset: 61,
      flags: 0xb,
    });
    expect(parseRollupQualifier(hex('8103DB'))).toEqual({ aggregator: 1, offset: 61, flags: 0xb });
    expect(parseRollupQualifier(hex('03DB'))).toBeNull();
    expect(() => buildRollupQualifier(0, 12, 0, 12)).toThrow('Offset of 12 was greater than the configured intervals 12');
  });
});

test.each<[string, string]>([
  ['000001', '[0, 0, 1]'],
  ['74', '"t"'],
  ['410000', '"A\\x00\\x00"'],
  ['0a41', '"\\nA"'],
  ['0d0a', '[13, 10]'],
  ['e94141', '"\\xE9AA"'],
  ['', '""'],
])('bytes as asynchbase shows them: %s', (bytes, text) => expect(prettyBytes(hex(bytes))).toBe(text));
