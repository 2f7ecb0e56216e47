import type { Unordered } from '../compare';
import type { DataSet } from '../dataset';
import type { Random } from '../random';

/** A plain value that says what is asked: a smaller question is one with less in it. */
export type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain | undefined };

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Plain;
}

/** What names of a data set are in storage. */
export interface Names {
  metric(local: string): string;
  /** The series at this place of the data set; TSUIDs are the same in every store. */
  series(place: number): { readonly metric: string; readonly tags: Readonly<Record<string, string>>; readonly tsuid: string };
}

/** One kind of question. */
export interface QuestionKind<Spec> {
  readonly name: string;
  readonly unordered: Unordered;
  /** What to ask about a data set. */
  random(random: Random, data: DataSet): Spec;
  /** @throws Error when a spec that was made smaller is none any more */
  request(spec: Spec, names: Names): HttpRequest;
  /** Metrics it asks about; null: any. */
  metrics(spec: Spec, data: DataSet): string[] | null;
}
