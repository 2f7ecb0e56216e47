import fc from 'fast-check';
import { UidBitmap } from '../../../src/maintenance/unused-uids/uid-bitmap';

describe.each([1, 2, 3, 4, 5, 8])('a set of UIDs of %d bytes', (width) => {
  const id = fc.uint8Array({ minLength: width, maxLength: width }).map((bytes) => Buffer.from(bytes));

  it('has what was added, wherever it stood, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(id), fc.array(id), (added, others) => {
        const set = new UidBitmap(width);
        for (const each of added) set.add(Buffer.concat([Buffer.of(7, 7), each, Buffer.of(9)]), 2);
        const names = new Set(added.map((each) => each.toString('hex')));
        for (const each of [...added, ...others]) expect(set.has(each)).toBe(names.has(each.toString('hex')));
      }),
    );
  });
});
