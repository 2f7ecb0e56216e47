import { compareAnswers, type Answer } from './compare';
import type { DataSeries, DataSet } from './dataset';
import { explanationOf } from './explained';
import type { LoadedData, Peers } from './peers';
import type { Question } from './questions';
import type { HttpRequest } from './questions/question';

/** An answer of ours that is not the original's. */
export interface Difference {
  readonly question: Question;
  readonly loaded: LoadedData;
  /** What ours reads. */
  readonly store: string;
  readonly want: Answer;
  readonly got: Answer;
  readonly text: string;
  /** Why that is meant; null: nobody knows. */
  readonly explanation: string | null;
}

interface Compared {
  original: Answer;
  /** One that is not explained if there is one; null without any. */
  difference: Difference | null;
}

const hour = (): number => Math.floor(Date.now() / 3_600_000);

/** Asks all, and compares. */
export async function compareOn(peers: Peers, loaded: LoadedData, question: Question): Promise<Compared> {
  const before = hour();
  const compared = await compareOnce(peers, loaded, question);
  // How far one looks back for last points is counted in hours: where the next one began between two answers, they differ.
  return compared.difference === null || hour() === before ? compared : compareOnce(peers, loaded, question);
}

async function compareOnce(peers: Peers, loaded: LoadedData, question: Question): Promise<Compared> {
  const request = question.request(loaded);
  const { original, ours } = await peers.ask(request);
  const found: Difference[] = [];
  for (const [store, got] of ours) {
    const text = compareAnswers(original, got, question.unordered);
    if (text === null) continue;
    const explanation =
      explanationOf(question, original, got, peers.salted) ?? (await anotherAnswer(peers, request, question, original, got));
    found.push({ question, loaded, store, want: original, got, text, explanation });
  }
  return { original, difference: found.find(({ explanation }) => explanation === null) ?? found[0] ?? null };
}

/** Asked again, the original may agree: some of what it says depends on which of its look-ups ends first. */
async function anotherAnswer(peers: Peers, request: HttpRequest, question: Question, want: Answer, got: Answer): Promise<string | null> {
  const { original } = await peers.ask(request);
  const changed = compareAnswers(want, original, question.unordered) !== null && compareAnswers(original, got, question.unordered) === null;
  return changed ? "the original's answer is another one the second time" : null;
}

/** Tries to make a difference smaller, at most so often. */
const MOST_TRIES = 400;

/** Makes the question and the data of a difference as small as they get without losing it. */
export class Shrinker {
  private tries = 0;

  constructor(
    private readonly peers: Peers,
    private best: Difference,
  ) {}

  async shrink(): Promise<Difference> {
    // No answer: each try would take its time.
    if (this.best.got.status === 0 || this.best.want.status === 0) return this.best;
    await this.shrinkQuestion();
    await this.shrinkData();
    await this.shrinkQuestion();
    return this.best;
  }

  private get exhausted(): boolean {
    return this.tries >= MOST_TRIES;
  }

  /** Still the same kind of difference: a smaller question that fails in another way is another one. */
  private async keeps(loaded: LoadedData, question: Question): Promise<boolean> {
    this.tries++;
    // A question that was made smaller may be none any more.
    const { difference: found } = await compareOn(this.peers, loaded, question).catch(() => ({ difference: null }));
    if (found === null || found.explanation !== null) return false;
    if (found.want.status !== this.best.want.status || found.got.status !== this.best.got.status) return false;
    this.best = found;
    return true;
  }

  private async shrinkQuestion(): Promise<void> {
    for (let again = true; again && !this.exhausted;) {
      again = false;
      for (const smaller of this.best.question.smaller()) {
        if (this.exhausted) return;
        if (!(await this.keeps(this.best.loaded, smaller))) continue;
        again = true;
        break;
      }
    }
  }

  private async shrinkData(): Promise<void> {
    const { question, loaded } = this.best;
    const metrics = question.metrics(loaded.data);
    if (metrics !== null) await this.tryData((series) => (metrics.includes(series.metric) ? series : emptied(series)));
    for (const [i] of loaded.data.series.entries()) await this.tryData((series, at) => (at === i ? emptied(series) : series));
    await this.tryData((series) => ({ ...series, notes: [] }));
    for (const [i] of loaded.data.series.entries()) await this.shrinkPoints(i);
  }

  /** Halves, quarters and so on of a series' points are left out one after the other. */
  private async shrinkPoints(place: number): Promise<void> {
    const count = (): number => this.best.loaded.data.series[place].points.length;
    for (let size = Math.ceil(count() / 2); size >= 1 && count() > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < count() && !this.exhausted;) {
        const without = ({ points, ...series }: DataSeries): DataSeries => ({
          ...series,
          points: points.filter((_, i) => i < from || i >= from + size),
        });
        if (!(await this.tryData((series, at) => (at === place ? without(series) : series)))) from += size;
      }
    }
  }

  /** @param change places of series must stay: questions name them */
  private async tryData(change: (series: DataSeries, place: number) => DataSeries): Promise<boolean> {
    const { question, loaded } = this.best;
    const series = loaded.data.series.map(change);
    if (this.exhausted || series.every((each, i) => each === loaded.data.series[i])) return false;
    // Global annotations are there already, at the same time.
    const data: DataSet = { ...loaded.data, id: this.peers.freshId(loaded.data), series, globals: [] };
    return this.keeps(await this.peers.load(data), question);
  }
}

const emptied = (series: DataSeries): DataSeries =>
  series.points.length + series.notes.length === 0 ? series : { ...series, points: [], notes: [] };
