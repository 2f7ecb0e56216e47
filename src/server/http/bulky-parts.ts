import { Semaphore } from '../../util/semaphore';
import { TimeSlice } from '../../util/time-slice';
import type { HttpCall } from './types';

/** Batches that are read at once, of all answers. */
const reading = new Semaphore(4);
/** Characters that are not worth asking for memory. */
const FEW = 64 * 1024;
/** Characters of a part. */
const PART = 16 * 1024;

/** Reads what may be bulky, with a few others at once. @throws what reading throws */
export const readBulky = <T>({ signal }: HttpCall, read: () => Promise<T>): Promise<T> => reading.run(signal, read);

/**
 * Members of a list of JSON, from batches of things that may be bulky. What clients have not taken yet is held in the memory that all requests share;
 * the others wait for it.
 * @throws what reading throws; ClientError 503 when there is no memory in time
 */
export async function* bulkyParts<T>(
  { memory, signal }: HttpCall,
  batches: AsyncIterable<readonly T[]>,
  toJson: (thing: T) => string,
): AsyncGenerator<string> {
  const iterator = batches[Symbol.asyncIterator]();
  const slice = new TimeSlice(signal);
  let part = '';
  let isFirst = true;
  const next = async (): Promise<string[] | null> => {
    const { done, value } = await iterator.next();
    if (done === true) return null;
    slice.restart();
    const texts: string[] = [];
    let characters = 0;
    for (const thing of value) {
      const text = toJson(thing);
      characters += text.length;
      texts.push(text);
      if (slice.isOver()) await slice.next();
    }
    if (characters > FEW) await memory.reserve(2 * characters);
    return texts;
  };
  try {
    for (let texts = await reading.run(signal, next); texts !== null; texts = await reading.run(signal, next)) {
      for (const text of texts) {
        part += isFirst ? text : `,${text}`;
        isFirst = false;
        if (part.length < PART) continue;
        yield part;
        part = '';
      }
      memory.shrink(0);
    }
    if (part !== '') yield part;
  } finally {
    await iterator.return?.();
  }
}
