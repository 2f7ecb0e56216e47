import type { DataSet } from '../dataset';
import type { Random } from '../random';
import { annotations } from './annotations';
import { exp } from './exp';
import { gexp } from './gexp';
import { last } from './last';
import { lookup } from './lookup';
import { query } from './query';
import type { HttpRequest, Names, Plain, QuestionKind } from './question';
import { suggest } from './suggest';

/** Out of so many questions, how many are of a kind. */
const KINDS: readonly (readonly [weight: number, kind: QuestionKind<never>])[] = [
  [60, query as QuestionKind<never>],
  [12, gexp as QuestionKind<never>],
  [16, exp as QuestionKind<never>],
  [7, last as QuestionKind<never>],
  [5, lookup as QuestionKind<never>],
  [4, annotations as QuestionKind<never>],
  [3, suggest as QuestionKind<never>],
];

export const KIND_NAMES = KINDS.map(([, { name }]) => name);

/** Something to ask about a data set. */
export class Question {
  constructor(
    private readonly of: QuestionKind<never>,
    readonly spec: Plain,
  ) {}

  /** @param kinds names of those to choose from */
  static random(random: Random, data: DataSet, kinds: readonly string[]): Question {
    const choices = KINDS.filter(([, { name }]) => kinds.includes(name)).map(([weight, kind]) => [weight, () => kind] as const);
    const kind = random.oneOf(...choices);
    return new Question(kind, kind.random(random, data));
  }

  get kind(): string {
    return this.of.name;
  }

  get unordered(): QuestionKind<never>['unordered'] {
    return this.of.unordered;
  }

  /** @throws Error when a question that was made smaller is none any more */
  request(names: Names): HttpRequest {
    return this.of.request(this.spec as never, names);
  }

  metrics(data: DataSet): string[] | null {
    return this.of.metrics(this.spec as never, data);
  }

  /** The same with something left out, the largest parts first. */
  smaller(): Question[] {
    return without(this.spec).map((spec) => new Question(this.of, spec));
  }
}

function without(plain: Plain): Plain[] {
  if (Array.isArray(plain)) {
    const fewer = plain.map((_, i) => plain.filter((_, j) => j !== i));
    return [...fewer, ...plain.flatMap((item, i) => without(item).map((less) => plain.with(i, less)))];
  }
  if (plain === null || typeof plain !== 'object') return [];
  const entries = Object.entries(plain).filter(([, value]) => value !== undefined);
  const fewer = entries.map(([name]) => Object.fromEntries(entries.filter(([other]) => other !== name)));
  const inside = entries.flatMap(([name, value]) => without(value as Plain).map((less) => ({ ...plain, [name]: less })));
  return [...fewer, ...inside];
}
