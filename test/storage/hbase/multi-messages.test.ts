import { readMultiResponse, type BatchOperation, type RegionBatch } from '../../../src/storage/hbase/multi-messages';
import { ProtoWriter } from '../../../src/storage/hbase/protobuf';
import type { Region } from '../../../src/storage/hbase/region';

const JAVA = 'org.apache.hadoop.hbase.RegionTooBusyException';
const TRACE = `${JAVA}: Over memstore limit\n${'\tat org.apache.hadoop.hbase.regionserver.HRegion.put(HRegion.java:1)\n'.repeat(60)}`;

/** A MultiResponse of one region: a result for each action, an exception where its text is not null. */
function response(texts: readonly (string | null)[]): Buffer {
  const w = new ProtoWriter(1024);
  const group = w.begin(1);
  texts.forEach((text, i) => {
    const action = w.begin(1);
    w.uint(1, i);
    const answer = w.begin(text === null ? 2 : 3);
    if (text !== null) w.string(1, JAVA).string(2, text);
    w.end(answer);
    w.end(action);
  });
  w.end(group);
  return w.finish();
}

const batchOf = (size: number): RegionBatch => ({
  region: {} as Region,
  operation: { name: 'put', size } as BatchOperation,
  indices: Array.from({ length: size }, (_, i) => i),
});

describe('the answer to a batch', () => {
  it('tells which elements failed and why', () => {
    const [{ exception, failed }] = readMultiResponse(response([null, TRACE, null, 'Something else']), Buffer.alloc(0), [batchOf(4)]);
    expect(exception).toBeNull();
    expect([...failed].map(([i, { message, overloaded }]) => [i, message, overloaded])).toEqual([
      [1, 'RegionTooBusyException: Over memstore limit', true],
      [3, 'RegionTooBusyException: Something else', true],
    ]);
  });

  it('makes one exception of those that are repeated for thousands of rows', () => {
    const texts = Array.from({ length: 5000 }, () => TRACE);
    const [{ failed }] = readMultiResponse(response(texts), Buffer.alloc(0), [batchOf(texts.length)]);
    expect(failed.size).toBe(5000);
    expect(new Set(failed.values()).size).toBe(1);
  });

  it('makes one exception of those that differ in the stack trace only, also in turns with others', () => {
    const texts = Array.from({ length: 90 }, (_, i) => (i % 3 === 0 ? 'Something else' : `${TRACE}\tat Some.line(Some.java:${i})\n`));
    const [{ failed }] = readMultiResponse(response(texts), Buffer.alloc(0), [batchOf(texts.length)]);
    expect(failed.size).toBe(90);
    expect(new Set(failed.values()).size).toBe(2);
  });

  it('refuses an answer that lacks elements', () => {
    expect(() => readMultiResponse(response([null, null]), Buffer.alloc(0), [batchOf(3)])).toThrow('2 results for 3 actions');
  });
});
