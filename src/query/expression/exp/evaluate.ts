import { ClientError } from '../../../util/errors';
import { hashMapOrder } from '../../../util/java-hash-order';
import type { Labels, TagIds } from '../../group';
import type { QueryGroup } from '../../output';
import type { Series } from '../../series';
import { displacedBy, joinIntersection, joinUnion, type Joined, type JoinRule, type JoinSide } from '../join';
import { doublePoints, POINTS_A_TURN, type PointsMemory } from '../series';
import { compileExpression, type Evaluate } from './language';
import { checkReferences, expOutputsOf, type ExpPlan } from './plan';
import { AlignedRows } from './rows';
import type { ValidExp, ValidExpression } from './validate';

/** A series of a variable, with its numbers over the whole scan window. */
interface Member extends Labels {
  readonly points: Series;
  /** Of all metrics that it was made from, sorted. */
  readonly metrics: readonly string[];
}

/** What a variable stands for: the series of a metric or of another expression. */
interface Variable extends JoinSide<Member> {
  readonly fill: number;
}

/** What names a series of an output. */
export interface OutputLabels {
  readonly metrics: readonly string[];
  readonly commonTags: ReadonlyMap<string, string>;
  readonly aggregatedTags: readonly string[];
}

/** One output: its rows, and the labels of their values. */
export interface ExpOutputRows {
  readonly id: string;
  /** Null: none was given. */
  readonly alias: string | null;
  readonly labels: readonly OutputLabels[];
  readonly rows: AlignedRows;
  /** An expression: only rows of the query window count. A metric shows the whole scan window. */
  readonly isExpression: boolean;
}

const identity: Evaluate = (values) => values[0];
const DEFAULT_JOIN = { operator: 'union', useQueryTags: false, includeAggTags: true } as const;

/**
 * What a request asks to see, one output after the other, each ready to be written. Null: others may have a turn here.
 * Mirrors QueryExecutor.
 * @param answers the groups of each sub-query of the plan
 * @param memory holds the points that are there to the end
 * @throws ClientError while it is iterated
 */
export function* evaluateExp(
  valid: ValidExp,
  plan: ExpPlan,
  answers: readonly (readonly QueryGroup[])[],
  memory: PointsMemory,
): Generator<ExpOutputRows | null> {
  checkReferences(valid.expressions);
  const evaluation = new ExpEvaluation(valid, plan, answers, memory);
  // That nothing belongs together is an error also where nobody wants to see it.
  for (const { id } of valid.expressions) yield* evaluation.join(id);
  for (const { id, alias } of expOutputsOf(valid)) yield yield* evaluation.output(id ?? '', alias);
}

class ExpEvaluation {
  private readonly expressions: ReadonlyMap<string, ValidExpression>;
  private readonly variables = new Map<string, Variable>();
  private readonly joins = new Map<string, JoinedExpression>();

  constructor(
    private readonly valid: ValidExp,
    private readonly plan: ExpPlan,
    private readonly answers: readonly (readonly QueryGroup[])[],
    private readonly memory: PointsMemory,
  ) {
    this.expressions = new Map(valid.expressions.map((expression) => [expression.id, expression]));
  }

  *output(id: string, alias: string | null): Generator<null, ExpOutputRows> {
    if (this.expressions.has(id)) {
      const joined = yield* this.join(id);
      return { id, alias, labels: joined.outputLabels(), rows: joined.rows(), isExpression: true };
    }
    const { series } = yield* this.variable(id);
    const labels = series.map(({ metrics, tags, aggregateTags }) => ({ metrics, commonTags: tags, aggregatedTags: aggregateTags }));
    const rows = new AlignedRows([{ series: series.map(({ points }) => points), displaced: [], fill: 0 }], series.length, identity);
    return { id, alias, labels, rows, isExpression: false };
  }

  private *variable(id: string): Generator<null, Variable> {
    const known = this.variables.get(id);
    if (known) return known;
    const variable = this.expressions.has(id) ? yield* this.ofExpression(id) : yield* this.ofMetric(id);
    this.variables.set(id, variable);
    return variable;
  }

  private *ofMetric(id: string): Generator<null, Variable> {
    const metric = this.valid.metrics.find((one) => one.id === id);
    const groups = this.answers[this.plan.places.get(id) ?? 0];
    const series: Member[] = [];
    for (const group of groups) {
      const { metric: name, tags, aggregateTags, ids } = group;
      const points = this.memory.keep(yield* group.points());
      series.push({ metric: name, tags, aggregateTags, ids, metrics: [name], points });
      yield null;
    }
    return { series, filterTagks: groups.at(0)?.filterTagks ?? null, fill: metric?.fillPolicy?.value ?? 0 };
  }

  /** The values of another expression, at its own times. What it lacks is NaN unless it says otherwise. */
  private *ofExpression(id: string): Generator<null, Variable> {
    const joined = yield* this.join(id);
    const points = yield* materialize(joined.rows(), this.memory);
    const fill = this.expressions.get(id)?.fillPolicy?.value ?? NaN;
    return { series: joined.members.map((members, i) => joined.memberOf(members, points[i])), filterTagks: joined.filterTagks, fill };
  }

  *join(id: string): Generator<null, JoinedExpression> {
    const known = this.joins.get(id);
    if (known) return known;
    const expression = this.expressions.get(id);
    if (!expression) throw new ClientError(400, `Missing results for variable ${id}`);
    const inOrder = hashMapOrder(expression.parsed.variables);
    const [nested, metrics] = [true, false].map((isExpression) => inOrder.filter((name) => this.expressions.has(name) === isExpression));
    const names = [...nested, ...metrics];
    const variables: Variable[] = [];
    for (const name of names) variables.push(yield* this.variable(name));
    const rule = expression.join ?? DEFAULT_JOIN;
    const join = rule.operator === 'intersection' ? joinIntersection : joinUnion;
    const members = yield* join<Member>(variables, rule, (points) => this.memory.hold(points));
    const joined = new JoinedExpression(expression, names, variables, rule, members);
    this.joins.set(id, joined);
    return joined;
  }
}

/** An expression with the series of its variables that belong together. */
class JoinedExpression {
  private readonly evaluate: Evaluate;

  /**
   * @param names of the variables, expressions first, as a hash map holds them
   * @param members by series of the result, then by variable
   */
  constructor(
    private readonly expression: ValidExpression,
    private readonly names: readonly string[],
    private readonly variables: readonly Variable[],
    private readonly rule: JoinRule,
    readonly members: readonly Joined<Member>[],
  ) {
    if (this.members.length === 0 && variables.some(({ series }) => series.length > 0)) throw this.noIntersections();
    const { node, source } = expression.parsed;
    this.evaluate = node === null ? identity : compileExpression(node, new Map(names.map((name, i) => [name, i])), source);
  }

  /** Rows from the first time on. */
  rows(): AlignedRows {
    const { members } = this;
    const columns = this.variables.map((variable, i) => {
      const placed = new Set(members.map((joined) => joined[i]));
      const displaced = displacedBy(variable, placed, this.rule).map(({ points }) => points);
      return { fill: variable.fill, series: members.map((joined) => joined[i]?.points ?? null), displaced };
    });
    return new AlignedRows(columns, this.members.length, this.evaluate, this.expression.parsed.source.length);
  }

  get filterTagks(): readonly Buffer[] | null {
    const all = this.variables.flatMap(({ filterTagks }) => filterTagks ?? []);
    return all.length === 0 ? null : all;
  }

  /** Tags of the first variable only, aggregated keys of all in the order of their ids. */
  memberOf(members: Joined<Member>, points: Series): Member {
    const [first] = members;
    const there = members.filter((member) => member !== null);
    const keys = there.flatMap(({ ids, aggregateTags }) => ids.aggregated.map((id, i) => [aggregateTags[i], id] as const));
    const aggregated = new Map(keys.sort(([, a], [, b]) => a.compare(b)));
    const ids: TagIds = { metric: there[0].ids.metric, tags: first?.ids.tags ?? [], aggregated: [...aggregated.values()] };
    const metrics = [...new Set(there.flatMap((member) => member.metrics))].sort();
    return { metric: there[0].metric, tags: first?.tags ?? new Map(), aggregateTags: [...aggregated.keys()], ids, metrics, points };
  }

  /** The original shows the metrics of the first series with every one. */
  outputLabels(): OutputLabels[] {
    const all = this.members.map((members) => this.memberOf(members, NO_POINTS));
    return all.map(({ tags, aggregateTags }) => ({ metrics: all[0].metrics, commonTags: tags, aggregatedTags: aggregateTags }));
  }

  private noIntersections(): ClientError {
    const { id, join } = this.expression;
    const { useQueryTags, includeAggTags } = join ?? DEFAULT_JOIN;
    const queries = this.names.map(
      (name, i) => `${name}=TimeSyncedIterator(id=${name}, index=${i}, dpsSize=${this.variables[i].series.length})`,
    );
    const what = `id=${id}, useQueryTags=${useQueryTags}, includeAggTags=${includeAggTags}, index=0, queries={${queries.join(', ')}}`;
    return new ClientError(400, `No intersections found: IntersectionIterator(${what}`);
  }
}

/** Not of the arrays that queries share: it would keep a slab of them for ever. */
const NO_POINTS: Series = doublePoints(new Float64Array(0), new Float64Array(0));

/** The columns of rows, each as a series that is kept. @param memory told of them as they become more, too */
function* materialize(rows: AlignedRows, memory: PointsMemory): Generator<null, Series[]> {
  const times: number[] = [];
  const values: number[][] = Array.from({ length: rows.width }, () => []);
  let held = 0;
  let made = 0;
  let work = 0;
  for (let time = rows.next(); time !== Infinity; time = rows.next()) {
    times.push(time);
    work += rows.width;
    for (let i = 0; i < rows.width; i++) {
      values[i].push(rows.valueOf(i));
      made++;
      work += rows.cost;
      if (work < POINTS_A_TURN) continue;
      memory.hold(made);
      held += made;
      made = work = 0;
      yield null;
    }
  }
  memory.hold(-held);
  const timestamps = Float64Array.from(times);
  return values.map((column) => memory.keep(doublePoints(timestamps, Float64Array.from(column))));
}
