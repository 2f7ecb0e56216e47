import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileExpression, parseExpression } from '../../../../src/query/expression/exp/language';
import { ClientError } from '../../../../src/util/errors';

/** What the original says to an expression over a = 100, 101, 102 and b = 0, 1, 2. */
interface Golden {
  readonly expr: string;
  readonly values?: readonly (number | string)[];
  readonly status?: number;
  readonly message?: string;
}

const LIMITS = { length: 1000, depth: 50, count: 10 };
const golden = JSON.parse(readFileSync(join(__dirname, 'golden/language.json'), 'utf8')) as Golden[];

/** What the original can do and we refuse, with the reason that is given. */
const REFUSED = /not supported/;

/** Where we answer better than the original, see docs/deviations.md. */
const OURS: ReadonlyMap<string, Pick<Golden, 'values' | 'status' | 'message'>> = new Map([
  // The original doesn't see variables in double parentheses, or takes them for 0.
  ['((a))', { values: [100, 101, 102] }],
  ['((a + b))', { values: [100, 102, 104] }],
  ['(((a)+b))', { values: [100, 102, 104] }],
  ['-((a))', { values: [-100, -101, -102] }],
  ['a + (((b)))', { values: [100, 102, 104] }],
  // It fails to read the text of a double as a big integer.
  ['a eq 100h', { values: [1, 0, 0] }],
  ['a > 5h', { values: [1, 1, 1] }],
]);

function answer(expr: string): Pick<Golden, 'values' | 'status' | 'message'> {
  try {
    const { node, variables, refused } = parseExpression(expr, LIMITS);
    if (node === null || variables.length === 0) {
      if (expr === '') return { status: 500, message: 'Invalid expression at index 0' };
      if (refused && node !== null && variables.length === 0) throw refused;
      return { status: 500, message: "The expression didn't appear to have any variables" };
    }
    const unknown = variables.find((name) => name !== 'a' && name !== 'b');
    if (unknown !== undefined) return { status: 500, message: `Expression [${expr}] was missing input ${unknown}` };
    if (refused) throw refused;
    const evaluate = compileExpression(
      node,
      new Map([
        ['a', 0],
        ['b', 1],
      ]),
      expr,
    );
    const values = [0, 1, 2].map((i) => evaluate(Float64Array.of(100 + i, i)));
    return { values: values.map((v) => (Object.is(v, -0) ? '-0.0' : Number.isFinite(v) ? v : String(v))) };
  } catch (e) {
    if (!(e instanceof ClientError)) throw e;
    return { status: e.status, message: e.message.replace(/ for ExpressionIterator.*/s, '') };
  }
}

describe('the original', () => {
  test.each(golden.map((g) => [g.expr, g] as const))('and we agree on %p', (expr, { values, status, message }) => {
    const got = answer(expr);
    if (got.message !== undefined && REFUSED.test(got.message)) {
      expect(got.status).toBe(400);
      return;
    }
    const want = OURS.get(expr) ?? (values === undefined ? { status, message } : { values });
    expect(got).toEqual(want);
  });
});
