import { FrameBuffers } from '../../../src/storage/hbase/frame-buffers';

const KIB = 1024;

describe('buffers for frames', () => {
  it('are of the length that was asked for, and used again for frames that fit', () => {
    const buffers = new FrameBuffers();
    const first = buffers.take(100 * KIB + 1);
    expect(first.length).toBe(100 * KIB + 1);
    buffers.give(first);
    const second = buffers.take(70 * KIB);
    expect(second.length).toBe(70 * KIB);
    expect(second.buffer).toBe(first.buffer);
    expect(buffers.take(70 * KIB).buffer).not.toBe(first.buffer);
  });

  it('are not kept when they are small or large, nor without end', () => {
    const buffers = new FrameBuffers();
    for (const length of [0, 1, 16 * KIB - 1, 4096 * KIB + 1]) {
      const frame = buffers.take(length);
      expect(frame.length).toBe(length);
      frame.fill(1);
      buffers.give(frame);
      buffers.take(length).fill(2);
      expect(frame.every((byte) => byte === 1)).toBe(true);
    }
    const frames = Array.from({ length: 10 }, () => buffers.take(4096 * KIB));
    for (const frame of frames) buffers.give(frame);
    const known = new Set(frames.map(({ buffer }) => buffer));
    const again = Array.from({ length: 10 }, () => buffers.take(4096 * KIB));
    expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(4);
  });
});
