import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Drawer } from '../../src/chart';
import { CHARTS, chart, series } from './support/charts';
import { difference, readPng } from './support/png';

// The kept pictures were looked at. `KEEP_PICTURES=1` draws them anew: look at them again then.
const keep = process.env.KEEP_PICTURES === '1';
/** Steps of 255 by which a channel may differ, and the part of pixels that may differ by more: what another version of a mathematical function may change. */
const CHANNEL = 24;
const PIXELS = 0.002;

const drawer = new Drawer();

it.each(Object.entries(CHARTS))('%s looks as it did', (name, description) => {
  const file = join(__dirname, 'pictures', `${name}.png`);
  const drawn = drawer.draw(description, 'png');
  if (keep || !existsSync(file)) {
    if (!keep) throw new Error(`There is no kept picture ${file}`);
    writeFileSync(file, drawn);
  }
  expect(difference(readPng(drawn), readPng(readFileSync(file)), CHANNEL)).toBeLessThanOrEqual(PIXELS);
});

it('tells pictures apart', () => {
  const one = readPng(drawer.draw(CHARTS.lines, 'png'));
  for (const other of ['linespoint', 'points', 'clipped', 'dark']) {
    expect(difference(one, readPng(drawer.draw(CHARTS[other], 'png')), CHANNEL)).toBeGreaterThan(10 * PIXELS);
  }
});

it('shows a peak of one point among fifty thousand', () => {
  const flat = chart({ series: [series('flat', 50_000, () => 1)], left: { label: null, min: 0, max: 100, log: false, format: null } });
  const peak = { ...flat, series: [series('flat', 50_000, (i) => (i === 31_234 ? 99 : 1))] };
  const [one, other] = [flat, peak].map((description) => readPng(drawer.draw(description, 'png')));
  const pixels = difference(one, other, CHANNEL) * one.width * one.height;
  expect(pixels).toBeGreaterThan(150);
});

it.each([
  ['numbers at the ends of all numbers', [1.7e308, -1.7e308, 5e-324, 0, -0]],
  ['what are no numbers', [NaN, Infinity, -Infinity]],
  ['one number', [42]],
  ['none', []],
])('draws %s', (_name, values) => {
  for (const log of [false, true]) {
    for (const format of ['png', 'svg'] as const) {
      const axis = { label: null, min: null, max: null, log, format: null };
      const drawn = drawer.draw(chart({ series: [series('s', values.length, (i) => values[i])], left: axis }), format);
      expect(drawn.length).toBeGreaterThan(500);
      expect(format === 'svg' && /NaN|Infinity|undefined/.test(drawn.toString())).toBe(false);
    }
  }
});

it('draws the smallest and the largest picture', () => {
  for (const [width, height] of [
    [100, 100],
    [4096, 100],
    [100, 4096],
  ]) {
    const picture = readPng(drawer.draw({ ...CHARTS['many-names'], title: 'x'.repeat(300), size: { width, height } }, 'png'));
    expect([picture.width, picture.height]).toEqual([width, height]);
  }
});

describe('SVG', () => {
  const hostile = `<script>alert(1)</script>"'&\u0000\u001b]]><!--\ud800`;
  const text = drawer
    .draw(
      chart({
        title: hostile,
        notice: hostile,
        series: [series(hostile, 5, (i) => i), series('b', 5, (i) => i, { axis: 'right' })],
        left: { label: hostile, min: null, max: null, log: false, format: null },
        right: { label: hostile, min: null, max: null, log: false, format: null },
        legend: { place: 'outside', horizontal: 'right', vertical: 'top', layout: 'vertical', box: true, reverse: false, invert: false },
        annotations: [{ start: chart().time.from + 1000, end: null, text: hostile }],
      }),
      'svg',
    )
    .toString();

  it('escapes every text', () => {
    expect(text).not.toMatch(/<script|<!--|\]\]>/);
    expect(text.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(5);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it('has nothing but shapes in it', () => {
    const names = new Set([...text.matchAll(/<(\/?[a-zA-Z]+)/g)].map(([, name]) => name.replace('/', '')));
    expect([...names].sort()).toEqual(['clipPath', 'defs', 'path', 'rect', 'svg', 'text']);
    expect(text).not.toMatch(/href|style=|on[a-z]+=/);
  });
});
