import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_MERGE,
  DuplicateTimestampError,
  IllegalDataError,
  mergeRow,
  readValue,
  uidToHex,
  offsetMsAt,
  flagsAt,
  type MergedRow,
  type MergeOptions,
} from '../../src/schema';
import { PointsBuilder } from '../../src/query/series';
import { RowDecoder } from '../../src/query/source/row-decoder';
import { BASE, rowOfText } from './row-cells';

/** How golden files name the modes: default, fix_duplicates, date-tiered keeping the maximum, and the minimum. */
const MODES: Record<string, MergeOptions> = {
  d: DEFAULT_MERGE,
  f: { ...DEFAULT_MERGE, fixDuplicates: true },
  M: { ...DEFAULT_MERGE, dateTiered: true },
  m: { ...DEFAULT_MERGE, dateTiered: true, useMaxValue: false },
};

const cellText = ({ cell }: MergedRow): string => (cell === null ? 'NULL' : `OK ${uidToHex(cell.qualifier)}=${uidToHex(cell.value)}`);

/** What the merge says, as the golden file has it: cell | put and deletes | compactions, duplicates, annotations. */
function outcome(merged: MergedRow): string {
  const { cell, write, deletes, annotations, duplicatesSame, duplicatesDifferent } = merged;
  const put = write ? ` PUT ${uidToHex(cell!.qualifier)}=${uidToHex(cell!.value)}` : '';
  const del = deletes.length > 0 ? ` DEL ${deletes.map(uidToHex).join(' ')}` : '';
  const counts = `${Number(merged.merged)} ${duplicatesSame} ${duplicatesDifferent} ${annotations.length}`;
  return `${cellText(merged)} |${put}${del} | ${counts}`;
}

/** What the decoder reads from a row must be what the merged cell says. */
function expectDecoded(text: string, options: MergeOptions, merged: MergedRow): void {
  const sink = new PointsBuilder(1);
  const decoder = new RowDecoder(options);
  const compactable = decoder.decode(rowOfText(text), BASE, sink);
  const points = merged.points.map((p) => [BASE * 1000 + offsetMsAt(p.qualifier, 0), readValue(p.value, 0, flagsAt(p.qualifier, 0))]);
  const exact = (i: number): number | bigint => {
    const integer = sink.isInteger === null ? sink.allIntegers : sink.isInteger[i] === 1;
    const big = integer && sink.integers !== null ? sink.integers[i] : null;
    return big !== null && !Number.isSafeInteger(Number(big)) ? big : sink.values[i];
  };
  expect(Array.from({ length: sink.size }, (_, i) => [sink.timestamps[i], exact(i)])).toEqual(points);
  if (merged.write || merged.deletes.length > 0 || merged.appendRepair !== null) expect(compactable).toBe(true);
  expect(decoder.findings).toEqual({
    merged: Number(merged.merged),
    duplicatesSame: merged.duplicatesSame,
    duplicatesDifferent: merged.duplicatesDifferent,
    warnings: merged.warnings,
  });
}

describe('rows the schema gives', () => {
  test.each<[string, string, string]>([
    [
      'd',
      '0000=05@1 0017=0000000000000006@1',
      'OK 00000017=05000000000000000600 | PUT 00000017=05000000000000000600 DEL 0000 0017 | 1 0 0 0',
    ],
    ['d', '0010=05@1 F0007D00=06@1', 'OK F0007D000010=060501 | PUT F0007D000010=060501 DEL 0010 F0007D00 | 1 0 0 0'],
    ['d', '00000010=050600@1 0020=07@1', 'OK 000000100020=05060700 | PUT 000000100020=05060700 DEL 00000010 0020 | 1 0 0 0'],
    ['d', '0010=05@1 F000FA00=05@2', 'OK F000FA00=05 | DEL 0010 | 1 1 0 0'],
    ['f', '0010=05@1 F000FA00=06@2', 'OK F000FA00=06 | DEL 0010 | 1 0 1 0'],
    ['d', '0020=07@2 050000=001006@5', 'OK 00100020=060700 | | 1 0 0 0'],
    ['d', '0010=06@2 050000=001006@5', 'OK 0010=06 | | 1 1 0 0'],
    ['d', '010000=7B7D@1 0010=07@1', 'OK 0010=07 | | 0 0 0 1'],
    ['d', '00000010=05@1 0020=07@1', 'OK 00000020=050700 | PUT 00000020=050700 DEL 00000010 0020 | 1 0 0 0'],
    // The example at the end of the write path: a float of telnet and a millisecond point.
    ['d', '03DB=422A0000@1 F03C0F00=07@1', 'OK 03DBF03C0F00=422A00000701 | PUT 03DBF03C0F00=422A00000701 DEL 03DB F03C0F00 | 1 0 0 0'],
    ['M', '0010=05@1 F000FA00=06@2', 'OK F000FA00=06 | DEL 0010 | 1 0 0 0'],
    ['m', '0010=05@1 F000FA00=06@2', 'OK 0010=05 | DEL F000FA00 | 1 0 0 0'],
    ['m', '0010=05@1 F000FA00=05@2', 'OK F000FA00=05 | DEL 0010 | 1 0 0 0'],
    ['d', '000000100020=05060700@1 0000=05@1', 'OK 000000100020=05060700 | DEL 0000 | 1 1 0 0'],
    ['d', '00000010=050600@1', 'OK 00000010=050600 | | 1 0 0 0'],
    ['d', '00000010=0506@1', 'OK 00000010=050600 | PUT 00000010=050600 | 1 0 0 0'],
    ['d', '00000010=050601@1', 'OK 00000010=050600 | PUT 00000010=050600 | 1 0 0 0'],
    ['d', '00100000=050600@1', 'OK 00100000=050600 | | 1 0 0 0'],
    ['d', '000B=00000000422A0000@1', 'OK 000B=422A0000 | PUT 000B=422A0000 | 1 0 0 0'],
    ['d', '0017=06@1', 'OK 0010=06 | PUT 0010=06 DEL 0017 | 1 0 0 0'],
    ['d', '0500=07@1', 'OK 0500=07 | | 0 0 0 0'],
    ['d', '0100=01@1 0600=02@1', 'OK 01000600=010200 | PUT 01000600=010200 DEL 0100 0600 | 1 0 0 0'],
    ['d', '050000=001006001007@1', 'OK 0010=07 | | 0 0 0 0'],
    ['d', '050001=001006@1', 'OK 0010=06 | | 0 0 0 0'],
    ['d', '050000=@1', 'NULL | | 0 0 0 0'],
    ['d', '06003C=2A@1', 'NULL | | 0 0 0 0'],
  ])('%s %s', (mode, text, expected) => {
    const merged = mergeRow(rowOfText(text), MODES[mode]);
    expect(outcome(merged)).toBe(expected);
    expectDecoded(text, MODES[mode], merged);
  });

  test('a lone mixed column keeps its meta byte in date-tiered mode', () => {
    expect(outcome(mergeRow(rowOfText('0000F0007D00=050601@1'), MODES.M))).toBe('OK 0000F0007D00=050601 | | 1 0 0 0');
  });

  test('cells without a value hold no point and are left alone', () => {
    expect(outcome(mergeRow(rowOfText('0000=@1'), DEFAULT_MERGE))).toBe('NULL | | 0 0 0 0');
    expect(outcome(mergeRow(rowOfText('0000=@1 0010=05@1'), DEFAULT_MERGE))).toBe('OK 0010=05 | | 0 0 0 0');
  });

  test('columns of unknown kinds are skipped with a warning', () => {
    const merged = mergeRow(rowOfText('0010=05@1 070000=01@1 83=00@1'), DEFAULT_MERGE);
    expect(cellText(merged)).toBe('OK 0010=05');
    expect(merged.warnings).toEqual(['Ignoring unexpected extended format type 7', 'Ignoring unexpected extended format type -125']);
    expectDecoded('0010=05@1 070000=01@1 83=00@1', DEFAULT_MERGE, merged);
  });

  test('an append column out of order is worth a repair', () => {
    const merged = mergeRow(rowOfText('050000=002007001006001008@1'), DEFAULT_MERGE);
    expect(uidToHex(merged.appendRepair!.value)).toBe('001008002007');
    expect(merged.write).toBe(false);
    expect(mergeRow(rowOfText('050000=001008002007@1'), DEFAULT_MERGE).appendRepair).toBeNull();
  });

  test('annotations and histograms by their cells', () => {
    const text = '0010=07@1 010000=7B7D@1 06003C=2A@1 F0007D00=05@1';
    const merged = mergeRow(rowOfText(text), DEFAULT_MERGE);
    expect([merged.annotations, merged.histograms]).toEqual([[1], [2]]);
    const seen: string[] = [];
    new RowDecoder(DEFAULT_MERGE, (_, cell, kind) => seen.push(`${kind} ${cell}`)).decode(rowOfText(text), BASE, new PointsBuilder());
    expect(seen).toEqual(['annotation 1', 'histogram 2']);
  });
});

describe('rows that are refused', () => {
  const key = '[0, 0, 1, 80, -30, 39, 0, 0, 0, 1, 0, 0, 1]';
  const fix = 'set tsd.storage.fix_duplicates=true to fix automatically or run Fsck';
  test.each<[string, string]>([
    ['0010=05@1 F000FA00=06@2', `Duplicate timestamp for key=${key}, ms_offset=1000, older=[6], newer=[5]; ${fix}`],
    ['0010=05@1 001B=40A00000@1', `Duplicate timestamp for key=${key}, ms_offset=1000, older=[5], newer=[64, -96, 0, 0]; ${fix}`],
    [
      '000B=00000001422A0000@1',
      'Corrupted floating point value: [0, 0, 0, 1, 66, 42, 0, 0] flags=0xb -- first 4 bytes are expected to be zeros.',
    ],
    ['050000=00@1', 'Offset of [0] is out of bounds for the qualifier length of [1]'],
    ['0000F000=050600@1', 'Detected a millisecond flag but qualifier length is too short'],
    ['F000=05@1', 'Detected a millisecond flag but qualifier length is too short'],
    ['00000017=0500@1', "Corrupted value: couldn't break down into individual values (consumed 1 bytes, but was expecting to consume 2)"],
  ])('%s', (text, message) => {
    expect(() => mergeRow(rowOfText(text), DEFAULT_MERGE)).toThrow(message);
    const sink = new PointsBuilder();
    sink.push(1, 1, true);
    expect(() => new RowDecoder(DEFAULT_MERGE).decode(rowOfText(text), BASE, sink)).toThrow(message);
    expect(sink.size).toBe(1);
  });

  test('an unresolved duplicate is counted too', () => {
    const decoder = new RowDecoder(DEFAULT_MERGE);
    expect(() => decoder.decode(rowOfText('0010=05@1 F000FA00=06@2'), BASE, new PointsBuilder())).toThrow(DuplicateTimestampError);
    expect(decoder.findings.duplicatesDifferent).toBe(1);
  });

  test('a value of a length no value has is refused when it is read', () => {
    expect(cellText(mergeRow(rowOfText('0002=010203@1'), DEFAULT_MERGE))).toBe('OK 0002=010203');
    expect(() => new RowDecoder(DEFAULT_MERGE).decode(rowOfText('0002=010203@1'), BASE, new PointsBuilder())).toThrow(
      'Integer value @ 0 not on 8/4/2/1 bytes in [1, 2, 3]',
    );
  });

  test('the warning when a different value is dropped', () => {
    expect(mergeRow(rowOfText('0010=05@1 F000FA00=06@2'), MODES.f).warnings).toEqual([
      `Duplicate timestamp for key=${key}, ms_offset=1000, kept=[6], discarded=[5]`,
    ]);
  });
});

describe('rows the 2.4.1 classes merged', () => {
  const lines = readFileSync(join(__dirname, 'golden', 'merge.tsv'), 'utf8')
    .trim()
    .split('\n');
  const golden = lines.map((line) => {
    const [input, answer] = line.split('\t');
    // Cell timestamps in the answers are those of the run, but for what the merge makes of them.
    return { mode: input[0], text: input.slice(2), answer: answer.replace(/@\d+/g, '').replace(/\| \|/, '| |') };
  });

  test('there are plenty', () => expect(golden.length).toBeGreaterThan(600));

  test.each(golden)('$mode $text', ({ mode, text, answer }) => {
    const row = rowOfText(text);
    const illegal = /^ERR (\w+) (.*?) \|/.exec(answer);
    if (illegal !== null) {
      // Where Java runs out of an array, ours says what is wrong with the cell.
      const message = illegal[1] === 'IllegalDataException' ? illegal[2] : "Corrupted value: couldn't break down";
      expect(() => mergeRow(row, MODES[mode])).toThrow(IllegalDataError);
      expect(() => mergeRow(row, MODES[mode])).toThrow(message);
      return;
    }
    const merged = mergeRow(row, MODES[mode]);
    expectDecoded(text, MODES[mode], merged);
    if (!MODES[mode].dateTiered) expect(outcome(merged)).toBe(answer);
    // The original's meta byte is at times wrong in this mode: everything else must be the same.
    else expect(withoutMeta(outcome(merged))).toBe(withoutMeta(answer));
  });

  const withoutMeta = (text: string): string =>
    text
      .replace(/ PUT \w+=\w+/, '')
      .replace(/^OK (\w+)=(\w+)/, (all, q: string, v: string) =>
        q.length > 8 || (q.length === 8 && !q.startsWith('F')) ? `OK ${q}=${v.slice(0, -2)}` : all,
      );
});
