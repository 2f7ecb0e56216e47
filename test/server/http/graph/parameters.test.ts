import { decodeAgain } from '../../../../src/server/http/graph/second-decoding';
import { readGraphOptions, type GraphOptions } from '../../../../src/server/http/graph/graph-options';
import { parseLegend } from '../../../../src/server/http/graph/legend-words';
import { rightAxes } from '../../../../src/server/http/graph/right-axis';

const read = (params: Record<string, string | string[]>): GraphOptions =>
  readGraphOptions(new Map(Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? [value] : value])));

describe('what there is without parameters', () => {
  it('is the original’s picture', () => {
    expect(read({})).toMatchObject({
      size: { width: 1024, height: 768 },
      title: null,
      style: 'linespoint',
      smoothing: 'none',
      timeFormat: null,
      legend: { place: 'inside', horizontal: 'right', vertical: 'top', box: true },
      colors: { background: '#ffffff', foreground: '#000000' },
      left: { label: null, min: null, max: null, log: false, format: null },
    });
  });
});

it.each<[Record<string, string>, Partial<GraphOptions> | object]>([
  [{ wxh: '800x600' }, { size: { width: 800, height: 600 } }],
  [{ wxh: ' 800x600 ' }, { size: { width: 800, height: 600 } }],
  [{ wxh: '0800x0600' }, { size: { width: 800, height: 600 } }],
  [{ wxh: '4096x100' }, { size: { width: 4096, height: 100 } }],
  [{ yrange: '[0:5]' }, { left: { min: 0, max: 5 } }],
  [{ yrange: '[:10]' }, { left: { min: null, max: 10 } }],
  [{ yrange: '[0:]' }, { left: { min: 0, max: null } }],
  [{ yrange: '[:]' }, { left: { min: null, max: null } }],
  [{ yrange: '[ 1 : 2 ]' }, { left: { min: 1, max: 2 } }],
  [{ yrange: '[-1.5e3:.5]' }, { left: { min: -1500, max: 0.5 } }],
  [{ y2range: '[100:50]' }, { right: { min: 100, max: 50 } }],
  [{ ylog: '' }, { left: { log: true }, right: { log: false } }],
  [{ y2log: 'true' }, { right: { log: true } }],
  [{ ylabel: 'percent of time (%25)' }, { left: { label: 'percent of time (%)' } }],
  [{ y2label: 'größe' }, { right: { label: 'größe' } }],
  [{ title: 'a+b%2Bc' }, { title: 'a b+c' }],
  [{ yformat: '%25.2f%25%25' }, { left: { format: '%.2f%%' } }],
  [{ y2format: '%25.1s %25cB' }, { right: { format: '%.1s %cB' } }],
  [{ xformat: '%25d.%25m. %25H:%25M' }, { timeFormat: '%d.%m. %H:%M' }],
  [{ bgcolor: 'xABCDEF', fgcolor: 'x010203' }, { colors: { background: '#abcdef', foreground: '#010203' } }],
  [{ style: 'linespoints' }, { style: 'linespoint' }],
  [{ style: 'stacked' }, { style: 'stacked' }],
  [{ smooth: 'csplines' }, { smoothing: 'csplines' }],
  [{ nokey: '', key: 'nonsense'.slice(0, 0) }, { legend: null }],
])('%j', (params, options) => {
  expect(read(params)).toMatchObject(options);
});

it('takes the last of a repeated parameter, and checks all of them', () => {
  expect(read({ title: ['one', 'two'] }).title).toBe('two');
  expect(() => read({ title: ['`', 'two'] })).toThrow('back-tick');
  expect(() => read({ wxh: ['9x9', '800x600'] })).toThrow('too short');
});

const RANGE = 'was invalid. Must be in the format [min:max].';
const TEXT = 'was invalid. Must satisfy the pattern [a-zA-z0-9 \\-_]';
const FORMAT = 'was invalid. Must satisfy the pattern (%[a-zA-Z])+[:\\/]?\\s?';

it.each([
  ['wxh', '99x100', 'Parameter wxh too short: 99x100'],
  ['wxh', '5000x100', 'Invalid wxh parameter: 5000x100: at most 4096x4096'],
  ['wxh', '100x99999', "Can't parse wxh '100x99999': Value out of range. Value:\"99999\" Radix:10"],
  ['wxh', '99999999999x100', "Can't parse wxh '99999999999x100': For input string: \"99999999999\""],
  ['wxh', '100x100\n', "'wxh' was invalid. Must satisfy the pattern ^\\d+x\\d+$"],
  ['wxh', '１００x１００', "'wxh' was invalid. Must satisfy the pattern ^\\d+x\\d+$"],
  ['yrange', '', `'yrange' ${RANGE}`],
  ['yrange', '0:10', `'yrange' ${RANGE}`],
  ['yrange', '[1:1]', `'yrange' ${RANGE}`],
  ['yrange', '[0:1e999]', `'yrange' ${RANGE}`],
  ['yrange', '[NaN:1]', `'yrange' ${RANGE}`],
  ['yrange', '[0x10:]', `'yrange' ${RANGE}`],
  ['yrange', "[33:system('touch /tmp/x')]", `'yrange' ${RANGE}`],
  ['yrange', '[0:10]\nset output "x"', `'yrange' ${RANGE}`],
  ['yrange', '[0:10];', `'yrange' ${RANGE}`],
  ['y2range', '[٠:١٠]', `'y2range' ${RANGE}`],
  ['title', '', `'title' ${TEXT}`],
  ['title', '<img src=x onerror=alert(1)>', `'title' ${TEXT}`],
  ['title', 'a" ; system "id', `'title' ${TEXT}`],
  ['title', '$(id)', `'title' ${TEXT}`],
  ['title', 'a|b', `'title' ${TEXT}`],
  ['title', 'a\u0000b', `'title' ${TEXT}`],
  ['title', 'a%0ab', `'title' ${TEXT}`],
  ['title', 'a\u202eb', `'title' ${TEXT}`],
  ['title', 'x'.repeat(201), `'title' ${TEXT}`],
  ['title', '%', 'URLDecoder: Incomplete trailing escape (%) pattern'],
  ['title', '%zz', 'URLDecoder: Illegal hex characters in escape (%) pattern - Error at index 0 in: "zz"'],
  ['title', '%1z', 'URLDecoder: Illegal hex characters in escape (%) pattern - Error at index 1 in: "1z"'],
  ['title', 'a`b', "Parameter title contained a back-tick. That's a no-no."],
  ['ylabel', '%2560', "Parameter ylabel contained a back-tick. That's a no-no."],
  ['key', '&#96;', "Parameter key contained a back-tick. That's a no-no."],
  ['ylabel', "'", `'ylabel' ${TEXT}`],
  ['y2label', '\\', `'y2label' ${TEXT}`],
  ['yformat', 'x', `'yformat' ${FORMAT}`],
  ['yformat', '%25q', `'yformat' ${FORMAT}`],
  ['yformat', '%25n', `'yformat' ${FORMAT}`],
  ['yformat', '%25s%25s;', `'yformat' ${FORMAT}`],
  ['yformat', '%25999f', `'yformat' ${FORMAT}`],
  ['y2format', '%25f'.repeat(13), `'y2format' ${FORMAT}`],
  ['xformat', '%25f', `'xformat' ${FORMAT}`],
  ['bgcolor', 'transparent', "'bgcolor' was invalid. Must be a hex value e.g. 'xFFFFFF'"],
  ['bgcolor', 'xFFFFFFF', "'bgcolor' was invalid. Must be a hex value e.g. 'xFFFFFF'"],
  ['fgcolor', '#ffffff', "'fgcolor' was invalid. Must be a hex value e.g. 'xFFFFFF'"],
  ['style', 'points;', "'style' was invalid. Must satisfy the pattern (linespoint|points|circles|dots)"],
  ['style', 'constructor', "'style' was invalid. Must satisfy the pattern (linespoint|points|circles|dots)"],
  ['smooth', 'uniquex', "'smooth' was invalid. Must satisfy the pattern unique|frequency|fnormal|cumulative|"],
  ['smooth', 'none', "'smooth' was invalid."],
  ['key', 'out right; set output', "'key' was invalid. Must be words of "],
  ['key', '__proto__', "'key' was invalid. Must be words of "],
  ['ylog', '$(id)', "'ylog' was invalid."],
])('%s=%j is refused', (name, value, message) => {
  let thrown: unknown;
  try {
    read({ [name]: value });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ status: 400, message: expect.stringContaining(message) });
});

it.each([
  ['', { place: 'inside', horizontal: 'right', vertical: 'top', box: false }],
  ['out right top box', { place: 'outside', horizontal: 'right', vertical: 'top', box: true }],
  ['out left bottom horiz', { place: 'outside', horizontal: 'left', vertical: 'bottom', layout: 'horizontal' }],
  ['top left', { place: 'inside', horizontal: 'left', vertical: 'top' }],
  ['bottom center', { horizontal: 'center', vertical: 'bottom' }],
  ['center right', { horizontal: 'right', vertical: 'center' }],
  ['center left', { horizontal: 'left', vertical: 'center' }],
  ['center center', { horizontal: 'center', vertical: 'center' }],
  ['out center bottom', { place: 'outside', horizontal: 'center', vertical: 'bottom' }],
  ['below', { place: 'outside', horizontal: 'center', vertical: 'bottom' }],
  ['rmargin center', { place: 'outside', horizontal: 'right', vertical: 'center' }],
  ['t l rev inv', { horizontal: 'left', vertical: 'top', reverse: true, invert: true }],
])('key=%j', (words, legend) => {
  expect(parseLegend('key', words)).toMatchObject(legend);
});

describe('o', () => {
  it('puts a sub-query on the right axis without any list', () => {
    expect(rightAxes(['', 'axis x1y2'], 2, null)).toEqual([false, true]);
    expect(rightAxes(['axis x1y2'], 2, null)).toEqual([true, false]);
    expect(rightAxes(['with lines', 'x', 'y'], 1, null)).toEqual([false]);
  });

  it('takes nothing that could mean something elsewhere', () => {
    for (const option of ['axis x1y2; system "id"', 'a\nb', '$(id)', '`id`', '<b>']) {
      expect(() => rightAxes([option], 1, null)).toThrow('Query option at index 0 was not in the allow list.');
    }
  });

  it('is what the list says where there is one', () => {
    expect(rightAxes(['', 'axis x1y2'], 2, ['', 'axis x1y2'])).toEqual([false, true]);
    expect(() => rightAxes(['', 'lw 2'], 2, ['', 'axis x1y2'])).toThrow('Query option at index 1 was not in the allow list.');
    expect(() => rightAxes(['', ''], 1, [''])).toThrow("2 `o' parameters, but 1 `m' parameters.");
    expect(rightAxes([], 1, ['axis x1y2'])).toEqual([false]);
  });
});

it('decodes once more', () => {
  expect(decodeAgain('a+b%20%C3%BC%25')).toBe('a b ü%');
  expect(decodeAgain('ü+')).toBe('ü ');
});
