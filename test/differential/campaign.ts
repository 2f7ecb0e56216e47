import { randomDataSet } from './dataset';
import type { Peers } from './peers';
import { KIND_NAMES, Question } from './questions';
import { Random } from './random';
import { compareOn, Shrinker, type Difference } from './shrink';

export interface CampaignOptions {
  readonly seed: number;
  readonly queries: number;
  /** Which of the questions to begin with: a number that a difference was printed with. */
  readonly from?: number;
  /** Kinds of questions; undefined: all. */
  readonly kinds?: readonly string[];
  /** Seconds. */
  readonly now?: number;
  /** Differences that nobody can explain, after which it ends. */
  readonly most?: number;
  /** Told of a difference as it was found. */
  readonly onFound?: (difference: Difference, number: number) => void;
  /** Told of a difference that has been made as small as it gets. */
  readonly onDifference?: (difference: Difference, number: number) => void;
  readonly onProgress?: (asked: number) => void;
}

export interface CampaignResult {
  readonly asked: number;
  /** How the original answered: with points, without, with an error; so that nobody takes a thousand errors for a test. */
  readonly answers: ReadonlyMap<string, number>;
  /** Questions by kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** How often an explained difference was seen. */
  readonly explained: ReadonlyMap<string, number>;
  /** As small as they get. */
  readonly differences: readonly Difference[];
}

/** Questions about one data set. */
const QUESTIONS_EACH = 200;
const AT_ONCE = 4;
/** Answers without any series or point. */
const EMPTY = /^\[\]$|"results":\[\]|^(?!.*"dps":(\{"|\[\[)).*"dps":/;

const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

/** Asks random questions about random data; the same seed asks the same. */
export async function runCampaign(peers: Peers, options: CampaignOptions): Promise<CampaignResult> {
  const { seed, queries, from = 0, kinds = KIND_NAMES, now = Math.floor(Date.now() / 1000), most = 20 } = options;
  const result = {
    asked: 0,
    answers: new Map<string, number>(),
    kinds: new Map<string, number>(),
    explained: new Map<string, number>(),
    differences: [] as Difference[],
  };
  for (let next = from; next < from + queries && result.differences.length < most;) {
    const number = Math.floor(next / QUESTIONS_EACH);
    const data = randomDataSet(seed, number, now);
    const loaded = await peers.load(data);
    const end = Math.min(from + queries, (number + 1) * QUESTIONS_EACH);
    const found: [number, Difference][] = [];
    const ask = async (): Promise<void> => {
      while (next < end) {
        const which = next++;
        const question = Question.random(new Random(seed, 'question', which), data, kinds);
        const { difference, original } = await compareOn(peers, loaded, question);
        result.asked++;
        count(result.answers, original.status !== 200 ? `status ${original.status}` : EMPTY.test(original.body) ? 'empty' : 'with results');
        count(result.kinds, question.kind);
        if (difference === null) continue;
        if (difference.explanation !== null) count(result.explained, difference.explanation);
        else {
          found.push([which, difference]);
          options.onFound?.(difference, which);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    for (const [which, difference] of found.sort(([a], [b]) => a - b)) {
      const smallest = await new Shrinker(peers, difference).shrink();
      result.differences.push(smallest);
      options.onDifference?.(smallest, which);
      if (result.differences.length >= most) break;
    }
    options.onProgress?.(result.asked);
  }
  return result;
}
