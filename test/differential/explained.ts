import type { Answer } from './compare';
import { parseAnswer, JsonObject, type Json } from './answer';
import type { Question } from './questions';
import type { ExpSpec } from './questions/exp';
import type { LookupSpec } from './questions/lookup';
import type { QuerySpec } from './questions/query';

/** A difference that is meant; `docs/deviations.md` has a row for each. */
interface Explanation {
  readonly name: string;
  /** @param salted the tables are */
  explains(question: Question, want: Answer, got: Answer, salted: boolean): boolean;
}

function messageOf({ body }: Answer): string {
  try {
    const error = (parseAnswer(body) as JsonObject).get('error') as JsonObject;
    return String(error.get('message') satisfies Json | undefined);
  } catch {
    return '';
  }
}

/** Messages of Java about its own mistakes: an index, a null, a cast. */
const JAVA_OWN = /^(begin |Index |Cannot |null$|String index|java\.|class |Range |-1$|\d+$|An internal null pointer)/;

/** A null pointer, an index or a length of Java's in what works here. */
const JAVA_BROKEN = /^(Cannot invoke "|Cannot read |null$|Index \d|-1$|Wrong id\.length = 0 )/;
/** What some messages end with: Java objects as text. */
const DUMP = /(?<=^Got Infinity: -?Infinity in this |^No intersections found: | for )[A-Z]\w*(\.\w+)*([(@].*)?$/s;

const bothFail = (want: Answer, got: Answer): boolean => want.status >= 400 && want.status === got.status;
const isExpression = ({ kind }: Question): boolean => kind === 'exp' || kind === 'gexp';

/** Of an expression whose text holds the name of another one. */
function isNested({ kind, spec }: Question): boolean {
  if (kind !== 'exp') return false;
  const { expressions } = spec as ExpSpec;
  return expressions.some(({ expr }) => expressions.some(({ id }) => new RegExp(`\\b${id}\\b`).test(expr)));
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    name: "a client's mistake that the original answers 500",
    explains(_, want, got) {
      if (want.status !== 500 || got.status < 400 || got.status >= 500) return false;
      const [wanted, said] = [messageOf(want), messageOf(got)];
      return said !== '' && (wanted === said || JAVA_OWN.test(wanted));
    },
  },
  {
    name: 'messages that the original ends with the text of a Java object',
    explains(_, want, got) {
      const [wanted, said] = [messageOf(want), messageOf(got)].map((text) => text.replace(DUMP, ''));
      return bothFail(want, got) && wanted === said && messageOf(want) !== wanted;
    },
  },
  {
    name: 'the original has not answered in time',
    explains: (_, want, got) => want.status === 0 && got.status !== 0,
  },
  {
    name: 'more memory than queries may have',
    explains: (_, want, got) => got.status === 413 && /our maximum amount of \d+MB in memory/.test(got.body) && want.status !== 413,
  },
  {
    name: 'the limit of a lookup in salted tables is that of a bucket',
    explains: ({ kind, spec }, want, got, salted) =>
      salted && kind === 'lookup' && want.status === got.status && (spec as LookupSpec).limit !== 0,
  },
  {
    name: 'several sub-queries or expressions fail, and the original tells of the one that ends first',
    explains({ kind, spec }, want, got) {
      const count = kind === 'query' ? (spec as QuerySpec).subs.length : isExpressions(kind, spec) ? 2 : 1;
      return bothFail(want, got) && count > 1;
    },
  },
  {
    name: 'expressions over groups without points, and aliases of sums, fail in the original',
    explains: (question, want) => isExpression(question) && want.status === 400 && JAVA_BROKEN.test(messageOf(want)),
  },
  {
    name: 'the place of a failure in an expression, as text of the original',
    explains(_, want, got) {
      const wanted = messageOf(want);
      return (
        bothFail(want, got) && wanted.startsWith('net.opentsdb.query.expression.ExpressionIterator.') && wanted.endsWith(messageOf(got))
      );
    },
  },
  {
    name: 'a last point of the seconds 80 to 95 of an hour',
    explains: ({ kind }, want) => kind === 'last' && want.status === 400 && /^(Offset of \[|arraycopy: )/.test(messageOf(want)),
  },
  {
    name: 'rows outside of the window, which nobody sees, fail in the original',
    explains: ({ kind }, want, got) =>
      kind === 'exp' &&
      want.status === 400 &&
      got.status === 200 &&
      /^Expression returned |\.ExpressionIterator\.<init>@/.test(messageOf(want)),
  },
  {
    name: 'nested expressions are lined up by time',
    explains: (question) => isNested(question),
  },
  {
    name: 'the place of a syntax error in an expression',
    explains(_, want, got) {
      return (
        bothFail(want, got) &&
        [want, got].every((answer) => /^net\.opentsdb\.query\.pojo\.Expression\.validate@.*parsing error/.test(messageOf(answer)))
      );
    },
  },
];

/** Whether there may be more than one mistake: a function within another one, an expression beside another one. */
function isExpressions(kind: string, spec: unknown): boolean {
  return kind === 'gexp' || (kind === 'exp' && (spec as ExpSpec).expressions.length > 1);
}

/** Why an answer may differ; null: nobody knows. */
export function explanationOf(question: Question, want: Answer, got: Answer, salted: boolean): string | null {
  return EXPLANATIONS.find((each) => each.explains(question, want, got, salted))?.name ?? null;
}
