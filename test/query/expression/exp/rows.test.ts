import { AlignedRows, type RowColumn } from '../../../../src/query/expression/exp/rows';
import { B, series } from '../../evaluate-support';

const a = series('0:1 60:-2 120:3');
const b = series('0:5 90:6');

function rows(columns: readonly RowColumn[]): string {
  const aligned = new AlignedRows(columns, columns[0].series.length, (values) => values.reduce((sum, value) => sum + value, 0));
  const texts: string[] = [];
  for (let time = aligned.next(); time !== Infinity; time = aligned.next()) {
    const values = Array.from({ length: aligned.width }, (_, i) => aligned.valueOf(i));
    texts.push(`${time / 1000 - B}:${values.join(',')}`);
  }
  return texts.join(' ');
}

const both = (fill: number): RowColumn[] => [
  { series: [a], displaced: [], fill },
  { series: [b], displaced: [], fill },
];

test.each([
  [0, '0:6 60:-2 90:6 120:3'],
  [NaN, '0:6 60:NaN 90:NaN 120:NaN'],
  [7, '0:6 60:5 90:13 120:10'],
])('a missing point is the fill value %p', (fill, expected) => expect(rows(both(fill))).toBe(expected));

test('so is NaN, and a series that is not there is 0 whatever the fill value', () => {
  expect(rows([{ series: [series('0:NaN 60:1'), null], displaced: [], fill: 7 }])).toBe('0:7,0 60:1,0');
});
test('a series may stand in several places', () =>
  expect(rows([{ series: [a, a], displaced: [], fill: 0 }])).toBe('0:1,1 60:-2,-2 120:3,3'));
test('nothing has no rows', () => expect(rows([{ series: [null], displaced: [], fill: 0 }])).toBe(''));
test('there are rows at the times of a series whose place another one has', () => {
  expect(rows([{ series: [a], displaced: [b], fill: 0 }])).toBe('0:1 60:-2 90:0 120:3');
});
