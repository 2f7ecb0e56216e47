import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { numberToUid } from '../../src/schema/bytes';
import { UidCache } from '../../src/uid/cache';
import { PackedMappings } from '../../src/uid/packed-mappings';
import { UnboundedMappings } from '../../src/uid/unbounded-mappings';
import { Random } from '../differential/random';

const WIDTH = 3;
const uid = (number: number): Buffer => numberToUid(number, WIDTH);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of buffers that somebody refers to. */
function heldBytes(): number {
  collect();
  // What the first has found is let go of in the background, and surely before the second begins.
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** What is kept, as Maps. */
class Model {
  readonly ids = new Map<string, number>();
  readonly names = new Map<number, string>();
}

/** Names of one and of two bytes a character, of many lengths. */
const nameOf = (number: number): string => `${'é日'.slice(0, number % 3)}name.${'x'.repeat(number % 40)}${number}`;

describe.each([
  ['packed', () => new PackedMappings(WIDTH)],
  ['beyond what is kept loose', () => new UnboundedMappings(WIDTH)],
])('mappings %s', (_, create) => {
  it('know after any number of changes what Maps would', () => {
    const random = new Random(11);
    const mappings = create();
    const model = new Model();
    const most = 40_000;
    for (let step = 0; step < 3 * most; step++) {
      const number = random.int(0, most - 1);
      const name = nameOf(number);
      const what = random.int(0, 999);
      if (what < 495) {
        if (model.ids.has(name)) continue;
        model.ids.set(name, number);
        mappings.addId(name, uid(number));
      } else if (what < 990) {
        if (model.names.has(number)) continue;
        model.names.set(number, name);
        mappings.addName(uid(number), name);
      } else {
        if (what < 997 && model.ids.delete(name)) mappings.removeId(name);
        if (what > 992 && model.names.delete(number)) mappings.removeName(uid(number));
      }
    }
    const wrong: number[] = [];
    for (let number = 0; number < most; number++) {
      const id = model.ids.get(nameOf(number));
      const same = id === undefined ? mappings.idOf(nameOf(number)) === undefined : mappings.idOf(nameOf(number))?.equals(uid(id));
      if (!same || mappings.nameOf(uid(number)) !== model.names.get(number)) wrong.push(number);
    }
    expect(wrong).toEqual([]);
    expect(mappings.size).toBe(model.ids.size + model.names.size);
    mappings.clear();
    expect([mappings.size, mappings.idOf(nameOf(1)), mappings.nameOf(uid(1))]).toEqual([0, undefined, undefined]);
  });
});

describe('PackedMappings', () => {
  it.each([
    ['é', 'Ǩ'], // the low bytes of both are the same
    ['日本', '日木'],
    ['a'.repeat(32_767), `${'a'.repeat(32_766)}b`],
    ['日'.repeat(10_922), `${'日'.repeat(10_921)}本`],
  ])('does not take names for one another that look alike (%#)', (one, other) => {
    const mappings = new PackedMappings(WIDTH);
    mappings.addId(one, uid(1));
    mappings.addName(uid(1), one);
    expect(mappings.idOf(other)).toBeUndefined();
    mappings.addId(other, uid(2));
    expect([mappings.idOf(one), mappings.idOf(other), mappings.nameOf(uid(1))]).toEqual([uid(1), uid(2), one]);
  });

  it.each([1, 2, 3, 4, 6, 7, 8])('keeps UIDs of %d bytes', (width) => {
    const mappings = new PackedMappings(width);
    const last = Buffer.alloc(width, 0xff);
    mappings.addId('last', last);
    mappings.addName(last, 'last');
    mappings.addName(Buffer.alloc(width + 1), 'of another width');
    expect([mappings.idOf('last'), mappings.nameOf(last), mappings.nameOf(Buffer.alloc(width)), mappings.size]).toEqual([
      last,
      'last',
      undefined,
      2,
    ]);
  });

  it('takes a few dozen bytes a name', () => {
    const mappings = new PackedMappings(WIDTH);
    const before = heldBytes();
    for (let i = 0; i < 40_000; i++) {
      mappings.addId(`value.${i}`, uid(i));
      mappings.addName(uid(i), `value.${i}`);
    }
    expect(heldBytes() - before).toBeLessThan(60 * 40_000);
    expect(mappings.size).toBe(80_000);
  });

  it('lets go of names that are put in and taken out again and again', () => {
    const mappings = new PackedMappings(WIDTH);
    const before = heldBytes();
    for (let i = 0; i < 60_000; i++) {
      mappings.addId(`name.${i}`, uid(i));
      mappings.addName(uid(i), `name.${i}`);
      mappings.removeId(`name.${i}`);
      mappings.removeName(uid(i));
    }
    expect(heldBytes() - before).toBeLessThan(1 << 20);
    expect(mappings.size).toBe(0);
  });
});

describe('UidCache', () => {
  it('keeps its own copies', () => {
    const cache = new UidCache(WIDTH);
    const id = uid(7);
    cache.putIfAgreed('seven', id, true, true);
    id[2] = 8;
    expect(cache.id('seven')).toEqual(uid(7));
  });

  it('forgets the least used when it is bounded', () => {
    const cache = new UidCache(WIDTH, { names: 2, ids: 1 });
    for (const [i, name] of ['a', 'b', 'c'].entries()) cache.putIfAgreed(name, uid(i), true, true);
    expect([cache.id('a'), cache.id('b'), cache.id('c')]).toEqual([undefined, uid(1), uid(2)]);
    expect([cache.name(uid(1)), cache.name(uid(2)), cache.size]).toEqual([undefined, 'c', 3]);
  });

  it.each([null, { names: 10, ids: 10 }])('refuses what contradicts it (%j)', (limits) => {
    const cache = new UidCache(WIDTH, limits);
    cache.putId('a', uid(1));
    cache.putName(uid(1), 'a');
    expect(() => cache.putId('a', uid(2))).toThrow('name=a => id=[0, 0, 2], already mapped to [0, 0, 1]');
    expect(() => cache.putName(uid(1), 'b')).toThrow('id=[0, 0, 1] => name=b, already mapped to a');
    expect(cache.putIfAgreed('a', uid(2), true, true)).toBe(false);
    expect(cache.putIfAgreed('b', uid(1), true, true)).toBe(false);
    expect(cache.size).toBe(2);
  });
});
