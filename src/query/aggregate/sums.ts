import type { Aggregator, Interpolation } from '../specification';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Sums: NaN is skipped, nothing but NaN is NaN. */
export function sum(name: string, interpolation: Interpolation): Aggregator {
  return { name, interpolation, adds: true, runDouble: sumDouble, runLong: sumLong, runBigInt: sumBigInt };
}

function sumDouble(values: Float64Array, from: number, to: number): number {
  let total = 0;
  let present = false;
  for (let i = from; i < to; i++) {
    const value = values[i];
    if (value === value) {
      total += value;
      present = true;
    }
  }
  return present ? total : NaN;
}

function sumLong(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) {
    total += values[i];
    if (total > MAX_SAFE || total < -MAX_SAFE) return NaN;
  }
  return total;
}

function sumBigInt(values: BigInt64Array, count: number): bigint {
  let total = 0n;
  for (let i = 0; i < count; i++) total += values[i];
  return wrap(total);
}

export const squareSum: Aggregator = {
  name: 'squareSum',
  interpolation: 'zero',
  runDouble(values, from, to) {
    let total = 0;
    let present = false;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value === value) {
        total += value * value;
        present = true;
      }
    }
    return present ? total : NaN;
  },
  runLong(values, from, to) {
    let total = 0;
    for (let i = from; i < to; i++) {
      total += values[i] * values[i];
      if (total > MAX_SAFE) return NaN;
    }
    return total;
  },
  runBigInt(values, count) {
    let total = 0n;
    for (let i = 0; i < count; i++) total += values[i] * values[i];
    return wrap(total);
  },
};

/** Mean; integers are divided toward zero. */
export const avg: Aggregator = {
  name: 'avg',
  interpolation: 'lerp',
  runDouble(values, from, to) {
    let total = 0;
    let n = 0;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value === value) {
        total += value;
        n++;
      }
    }
    return n === 0 ? NaN : total / n;
  },
  runLong(values, from, to) {
    // The quotient of safe integers is never rounded up to the next integer.
    return Math.trunc(sumLong(values, from, to) / (to - from));
  },
  runBigInt: (values, count) => sumBigInt(values, count) / BigInt(count),
};

/** Product. NaN makes it NaN. */
export const mult: Aggregator = {
  name: 'mult',
  interpolation: 'lerp',
  runDouble(values, from, to) {
    let product = 1;
    for (let i = from; i < to; i++) product *= values[i];
    return product;
  },
  runLong(values, from, to) {
    let product = 1;
    for (let i = from; i < to; i++) {
      product *= values[i];
      if (product > MAX_SAFE || product < -MAX_SAFE) return NaN;
    }
    return product + 0;
  },
  runBigInt(values, count) {
    let product = 1n;
    for (let i = 0; i < count; i++) product = wrap(product * values[i]);
    return product;
  },
};

/** The last value less the first that is not NaN; 0 for a single value. */
export const diff: Aggregator = {
  name: 'diff',
  interpolation: 'lerp',
  runDouble(values, from, to) {
    if (to - from === 1) return values[from] === values[from] ? 0 : NaN;
    let first = from;
    while (first < to - 1 && values[first] !== values[first]) first++;
    return values[to - 1] - values[first];
  },
  runLong(values, from, to) {
    const difference = values[to - 1] - values[from];
    return difference > MAX_SAFE || difference < -MAX_SAFE ? NaN : difference;
  },
  runBigInt: (values, count) => wrap(values[count - 1] - values[0]),
};

/** Number of values that are not NaN; never NaN itself. */
export const count: Aggregator = {
  name: 'count',
  interpolation: 'zero',
  runDouble(values, from, to) {
    let n = 0;
    for (let i = from; i < to; i++) if (values[i] === values[i]) n++;
    return n;
  },
  runLong: (_values, from, to) => to - from,
  runBigInt: (_values, n) => BigInt(n),
};
