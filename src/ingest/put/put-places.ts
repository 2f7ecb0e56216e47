/** Where the texts and times of a body's points lie; what the numbers mean is PutBody's. */
export interface PutPlaces {
  index: Int32Array;
  tags: Int32Array;
  times: Float64Array;
}

/** Larger ones, in numbers, are not kept for the next body, nor more of them. */
const MOST_KEPT_NUMBERS = 128 * 1024;
const MOST_KEPT = 8;
/** Kept for the next bodies: memory outside of V8's heap, which a collection has to give back, costs more than reading a body. */
const spare: PutPlaces[] = [];

/** Places that nobody else has, with whatever was in them. The arguments are lengths, for when there are none to be had. */
export function takePlaces(index: number, tags: number, times: number): PutPlaces {
  return spare.pop() ?? { index: new Int32Array(index), tags: new Int32Array(tags), times: new Float64Array(times) };
}

/** Takes places back that nobody looks at any more. */
export function givePlaces(places: PutPlaces): void {
  if (places.index.length + places.tags.length <= MOST_KEPT_NUMBERS && spare.length < MOST_KEPT) spare.push(places);
}
