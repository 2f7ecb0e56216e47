import { BodyBuffer } from '../../../src/server/http/body-buffer';

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));

function collected(pieces: number, expected: number | null, expectLater = false): Buffer {
  const buffer = new BodyBuffer(expected);
  for (let at = 0; at < bytes.length; at += pieces) {
    buffer.add(bytes.subarray(at, at + pieces));
    if (expectLater && buffer.size > 50_000) buffer.expect(1_000_000);
  }
  return buffer.take();
}

test.each([1, 7, 1000, 65_536, 100_000])('pieces of %d bytes become one', (pieces) => {
  expect(collected(pieces, null).equals(bytes)).toBe(true);
  expect(collected(pieces, bytes.length).equals(bytes)).toBe(true);
  expect(collected(pieces, null, true).equals(bytes)).toBe(true);
});

test('a body that comes in one piece is not copied', () => {
  const buffer = new BodyBuffer(bytes.length);
  buffer.add(bytes);
  expect(buffer.take()).toBe(bytes);
});

test('nothing is an empty body', () => expect(new BodyBuffer(null).take()).toHaveLength(0));
