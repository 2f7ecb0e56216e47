import fc from 'fast-check';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from '../../../src/util/crc32';
import { frame, FrameReader } from '../../../src/write/spool/frame';
import { SEGMENT_HEADER, SegmentQueue } from '../../../src/write/spool/segment-queue';
import { SpoolFullError, SpoolSpace } from '../../../src/write/spool/space';
import { turns } from '../../support/until';

let dir: string;
let space: SpoolSpace;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spool-queue-'));
  space = new SpoolSpace(1 << 30);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (segmentBytes?: number): Promise<SegmentQueue> => SegmentQueue.open(dir, space, segmentBytes);
const text = (n: number): Buffer => Buffer.from(`record ${n}`);

/** Takes everything out, oldest first. */
async function drain(queue: SegmentQueue): Promise<string[]> {
  const out: string[] = [];
  for (let segment = await queue.oldest(); segment !== null; segment = await queue.oldest()) {
    const reader = new FrameReader(await queue.read(segment), SEGMENT_HEADER);
    for (let payload = reader.next(); payload !== null; payload = reader.next()) out.push(payload.toString());
    await queue.remove(segment);
  }
  return out;
}

const lastFile = (): string => join(dir, readdirSync(dir).sort().at(-1) as string);

describe('frames', () => {
  test('the checksum is that of gzip', () => expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926));

  test('any records come out as they went in, up to where the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.nat(), (payloads, cut) => {
        const frames = payloads.map((payload) => frame(Buffer.from(payload)));
        const bytes = Buffer.concat(frames);
        const kept = bytes.subarray(0, cut % (bytes.length + 1));
        let whole = 0;
        for (let at = 0; whole < frames.length && at + frames[whole].length <= kept.length; whole++) at += frames[whole].length;
        const reader = new FrameReader(kept, 0);
        const out: Buffer[] = [];
        for (let payload = reader.next(); payload !== null; payload = reader.next()) out.push(payload);
        expect(out).toEqual(payloads.slice(0, whole).map((payload) => Buffer.from(payload)));
        expect(reader.damaged).toBe(0);
        expect(reader.unread).toBe(kept.length - frames.slice(0, whole).reduce((sum, { length }) => sum + length, 0));
      }),
    );
  });

  test('a flipped bit costs its record and no other', () => {
    const frames = [text(0), text(1), text(2)].map(frame);
    frames[1][10] ^= 4;
    const reader = new FrameReader(Buffer.concat(frames), 0);
    expect([reader.next()?.toString(), reader.next()?.toString(), reader.next()]).toEqual(['record 0', 'record 2', null]);
    expect(reader.damaged).toBe(1);
  });
});

describe('the queue', () => {
  test('records come out in the order of adding, across segments, callers and processes', async () => {
    const queue = await open(64);
    await Promise.all(Array.from({ length: 20 }, (_, i) => queue.append([text(2 * i), text(2 * i + 1)])));
    await queue.close();
    expect(readdirSync(dir).length).toBeGreaterThan(0);
    space = new SpoolSpace(1 << 30);
    const next = await open(64);
    await next.append([text(40)]);
    expect(await drain(next)).toEqual(Array.from({ length: 41 }, (_, i) => text(i).toString()));
    expect(next.empty).toBe(true);
    expect(space.used).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('records that come while others are taken out follow them', async () => {
    const queue = await open();
    await queue.append([text(0)]);
    const segment = await queue.oldest();
    await queue.append([text(1)]);
    expect(queue.empty).toBe(false);
    expect((await queue.read(segment!)).includes('record 1')).toBe(false);
    await queue.remove(segment!);
    expect(await drain(queue)).toEqual(['record 1']);
    await queue.close();
  });

  test('the bytes of a segment are counted at every moment, also while it is closed', async () => {
    const queue = await open();
    await queue.append([Buffer.from('a record')]);
    const { bytes } = queue;
    const seen = new Set<number>();
    let closing = true;
    const oldest = queue.oldest().finally(() => (closing = false));
    while (closing) {
      seen.add(queue.bytes);
      await turns(1);
    }
    expect((await oldest)?.size).toBe(bytes);
    expect([...seen]).toEqual([bytes]);
    await queue.close();
  });

  test('a torn tail is not read, and not written behind', async () => {
    const queue = await open();
    await queue.append([text(0), text(1)]);
    // The process dies here: nothing is closed, and half a record has reached the disk.
    appendFileSync(lastFile(), frame(text(2)).subarray(0, 11));
    space = new SpoolSpace(1 << 30);
    const next = await open();
    await next.append([text(3)]);
    expect(await drain(next)).toEqual(['record 0', 'record 1', 'record 3']);
    await next.close();
    await queue.close();
  });

  test.each([0, 3, SEGMENT_HEADER])('a file of %i bytes is none', async (size) => {
    const queue = await open();
    await queue.append([text(0)]);
    truncateSync(lastFile(), size);
    const next = await open();
    expect(next.empty).toBe(true);
    expect(await next.oldest()).toBeNull();
    await queue.close();
  });

  test('files in another form are left alone', async () => {
    writeFileSync(join(dir, '000000000007.spool'), 'TSDSPL99 of a later version');
    const queue = await open();
    await queue.append([text(0)]);
    expect(await drain(queue)).toEqual(['record 0']);
    expect(readdirSync(dir)).toEqual(['000000000007.spool']);
    await queue.close();
  });

  test('beyond its bytes nothing is taken, and what was taken out makes room', async () => {
    space = new SpoolSpace(100);
    const queue = await open();
    const record = Buffer.alloc(30);
    await queue.append([record]);
    await queue.append([record]);
    await expect((async () => queue.append([record]))()).rejects.toThrow(SpoolFullError);
    const segment = await queue.oldest();
    await queue.remove(segment!);
    await queue.append([record]);
    await queue.close();
    expect(readFileSync(lastFile()).length).toBe(SEGMENT_HEADER + 38);
  });

  test('a disk that takes nothing is told, costs no room, and what comes later is read', async () => {
    const queue = await open();
    await queue.append([text(0)]);
    await drain(queue);
    rmSync(dir, { recursive: true });
    await expect(queue.append([text(1)])).rejects.toThrow('ENOENT');
    expect(space.used).toBe(0);
    expect(queue.empty).toBe(true);
  });
});
