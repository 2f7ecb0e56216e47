import { appended, type PlainValue } from '../../src/storage/embedded/log/changed-cells';

describe('a value that is appended to', () => {
  it('is all that came, and is copied only now and then', () => {
    const first = Buffer.from('0,');
    let cell: PlainValue = { value: first, timestamp: 1 };
    const memories = new Set<Buffer>();
    for (let i = 1; i <= 1000; i++) {
      cell = appended(cell, Buffer.from(`${i},`), i);
      if (cell.room !== undefined) memories.add(cell.room);
    }
    expect(cell.value.toString()).toBe(Array.from({ length: 1001 }, (_, i) => `${i},`).join(''));
    expect(cell.timestamp).toBe(1000);
    expect(memories.size).toBeLessThan(15);
    expect(first.toString()).toBe('0,');
  });

  it('leaves what it was as it was', () => {
    const whole = Buffer.from('log: abc and what stands behind it');
    const old = { value: whole.subarray(5, 8), timestamp: 1 };
    const longer = appended(old, Buffer.from('def'), 2);
    const longest = appended(longer, Buffer.from('g'), 3);
    expect([old, longer, longest].map(({ value }) => value.toString())).toEqual(['abc', 'abcdef', 'abcdefg']);
    expect(whole.toString()).toBe('log: abc and what stands behind it');
  });
});
