import type { QueryAnswer, ValidQuery } from '../../../query';
import { expOutputs, type ExpOutputRows, type ExpPlan, type OutputLabels, type ValidExp } from '../../../query/expression/exp';
import { javaJsonString } from '../../../schema';
import { TimeSlice } from '../../../util/time-slice';
import { doubleJson } from './double-json';
import { expRequestJson } from './exp-request-json';

/** Characters that one part should have, about. */
const PART = 32 * 1024;
/** What values may take between two looks at the clock: see `AlignedRows.cost`. */
const WORK_AT_ONCE = 50_000;
/** What the original says of a metric without any point: Long.MAX_VALUE. */
const NEVER = '9223372036854775807';

function labelsJson({ metrics, commonTags, aggregatedTags }: OutputLabels, index: number): string {
  const tags = [...commonTags].map(([tagk, tagv]) => `${javaJsonString(tagk)}:${javaJsonString(tagv)}`);
  const fields = [
    `"index":${index}`,
    `"metrics":[${metrics.map(javaJsonString).join(',')}]`,
    `"commonTags":{${tags.join(',')}}`,
    `"aggregatedTags":[${aggregatedTags.map(javaJsonString).join(',')}]`,
  ];
  return `{${fields.join(',')}}`;
}

function metaJson(labels: readonly OutputLabels[]): string {
  if (labels.length === 0) return '';
  const series = labels.map((one, i) => labelsJson(one, i + 1));
  return `,"meta":[{"index":0,"metrics":["timestamp"]},${series.join(',')}]`;
}

/** Texts of the rows of an output; what they hold in all is known when they are over. */
class RowsText {
  first: number | null = null;
  last = 0;
  count = 0;

  constructor(
    private readonly output: ExpOutputRows,
    private readonly window: Pick<ValidQuery, 'startMs' | 'endMs'>,
  ) {}

  /** The texts of all rows, commas between them; a long row comes in parts. Empty: others may have a turn here. */
  *texts(): Generator<string> {
    const { rows, isExpression } = this.output;
    const atOnce = Math.ceil(WORK_AT_ONCE / rows.cost);
    for (let time = rows.next(); time !== Infinity; time = rows.next()) {
      if (isExpression && time > this.window.endMs) return;
      if (isExpression && time < this.window.startMs) {
        yield '';
        continue;
      }
      let text = `${this.count === 0 ? '' : ','}[${time}`;
      for (let i = 0; i < rows.width; i++) {
        text += `,${doubleJson(rows.valueOf(i))}`;
        if (i % atOnce < atOnce - 1) continue;
        yield text;
        text = '';
      }
      // The last time of an expression stays 0 as long as there is but one row, as in the original.
      if (this.first !== null || !isExpression) this.last = time;
      this.first ??= time;
      this.count++;
      yield `${text}]`;
    }
  }

  get metaJson(): string {
    const first = this.first ?? (this.output.isExpression ? 0 : NEVER);
    const { width } = this.output.rows;
    return `"dpsMeta":{"firstTimestamp":${first},"lastTimestamp":${this.last},"setCount":${this.count},"series":${width}}`;
  }
}

/**
 * The answer of `/api/query/exp`, to the byte as the original writes it, in parts as they are made. Mirrors QueryExecutor.
 * @param query what `plan` was made to
 * @throws ClientError while iterating
 */
export async function* expAnswerJson(valid: ValidExp, plan: ExpPlan, query: ValidQuery, found: QueryAnswer): AsyncGenerator<string> {
  const outputs = await found.compute(() => expOutputs(found, valid, plan));
  const slice = new TimeSlice(found.signal);
  let part = '{"outputs":[';
  let comma = '';
  for (const output of outputs) {
    const alias = output.alias === null ? '' : `,"alias":${javaJsonString(output.alias)}`;
    part += `${comma}{"id":${javaJsonString(output.id)}${alias},"dps":[`;
    comma = ',';
    const rows = new RowsText(output, query);
    for (const text of rows.texts()) {
      part += text;
      if (slice.isOver()) await slice.next();
      if (part.length <= PART) continue;
      yield part;
      part = '';
    }
    part += `],${rows.metaJson}${metaJson(output.labels)}}`;
  }
  yield `${part}],"query":${expRequestJson(valid.request)}}`;
}
