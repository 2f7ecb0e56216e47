import { sortInSlices } from '../../src/util/sort-in-slices';
import { TimeSlice } from '../../src/util/time-slice';

/** A generator that gives the same numbers each time. */
function numbers(count: number): { value: number; at: number }[] {
  let state = 1;
  return Array.from({ length: count }, (_, at) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return { value: state % 1000, at };
  });
}

test.each([0, 1, 4096, 4097, 8192, 50_001])('%d elements are sorted as by Array.sort, equal ones in their order', async (count) => {
  const compare = (a: { value: number }, b: { value: number }): number => a.value - b.value;
  const items = numbers(count);
  const wanted = [...items].sort(compare);
  expect(await sortInSlices(items, compare, new TimeSlice())).toEqual(wanted);
});

test('what is in order stays the same list', async () => {
  const items = Array.from({ length: 10_000 }, (_, i) => i);
  expect(await sortInSlices(items, (a, b) => a - b, new TimeSlice())).toBe(items);
});

test('others have their turn', async () => {
  let now = 0;
  const slice = new TimeSlice(null, () => now++);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await sortInSlices(
    Array.from({ length: 500_000 }, (_, i) => -i),
    (a, b) => a - b,
    slice,
  );
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});
