import fc from 'fast-check';
import { buildCompacted, buildQualifier, CompactedBuilder } from '../../src/schema';

const HOUR = 1_600_002_000;
/** Seconds or milliseconds of one hour, and a value of any length, in time order. */
const point = fc.record({
  seconds: fc.nat(3599),
  fraction: fc.option(fc.nat(999)),
  value: fc.constantFrom(1, 2, 4, 8).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
});

test('points one after the other make the column that they make together', () => {
  const builder = new CompactedBuilder();
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 400 }), (points) => {
      const timed = points.map(({ seconds, fraction, value }) => ({
        timestamp: fraction === null ? HOUR + seconds : (HOUR + seconds) * 1000 + fraction,
        flags: value.length - 1,
        value,
      }));
      for (const { timestamp, flags, value } of timed) builder.add(timestamp, flags, value);
      const cells = timed.map(({ timestamp, flags, value }) => ({
        qualifier: buildQualifier(timestamp, flags),
        value: Buffer.from(value),
      }));
      expect(builder.take()).toEqual(buildCompacted(cells));
      expect(builder.length).toBe(0);
    }),
  );
});
