import fc from 'fast-check';
import { FrameSplitter, MAX_FRAME_BYTES } from '../../../src/storage/hbase/frames';

function framed(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      return [length, frame];
    }),
  );
}

function read(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const frames: Buffer[] = [];
  const reader = new FrameSplitter((frame) => frames.push(Buffer.from(frame)));
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b).concat(stream.length)) {
    reader.push(Buffer.from(stream.subarray(from, cut)));
    from = cut;
  }
  return frames;
}

describe('frames', () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });

  it('come out whole whatever the chunks', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat({ max: 2000 }), { maxLength: 30 }), (list, cuts) => {
        const stream = framed(list);
        const out = read(
          stream,
          cuts.map((cut) => Math.min(cut, stream.length)),
        );
        expect(out).toEqual(list.map((frame) => Buffer.from(frame)));
      }),
    );
  });

  it('come out whole byte by byte', () => {
    fc.assert(
      fc.property(frames, (list) => {
        const stream = framed(list);
        const everywhere = Array.from({ length: stream.length }, (_, i) => i);
        expect(read(stream, everywhere)).toEqual(list.map((frame) => Buffer.from(frame)));
      }),
    );
  });

  it('takes a long frame in many chunks in linear time', () => {
    const length = 64 << 20;
    const stream = framed([Buffer.alloc(length, 1)]);
    const seen: number[] = [];
    const reader = new FrameSplitter((frame) => seen.push(frame.length));
    const { user, system } = process.cpuUsage();
    for (let at = 0; at < stream.length; at += 16384) reader.push(stream.subarray(at, at + 16384));
    expect(seen).toEqual([length]);
    // Concatenating chunk by chunk would copy 128 GB here.
    const took = process.cpuUsage();
    expect((took.user + took.system - user - system) / 1e6).toBeLessThan(4);
  });

  it('refuses a length that can not be', () => {
    const bad = Buffer.alloc(4);
    bad.writeUInt32BE(MAX_FRAME_BYTES + 1);
    expect(() => new FrameSplitter(() => undefined).push(bad)).toThrow(RangeError);
  });
});
