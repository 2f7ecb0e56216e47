import { Command, InvalidArgumentError, Option } from 'commander';
import { COMPARISONS, type Comparison } from './verdict';

/** What a check is asked to do. */
export interface CheckOptions {
  host: string;
  port: number;
  metric: string;
  tag: string[];
  duration: number;
  downsample: string;
  downsampleWindow: number;
  downsampleFillPolicy: string;
  aggregator: string;
  method: Comparison;
  rate: boolean;
  warning: number;
  critical: number;
  verbose: boolean;
  timeout: number;
  noResultOk: boolean;
  ignoreRecent: number;
  percentOver: number;
  badPercent: number | null;
  now: number | null;
  ssl: boolean;
}

const FILL_POLICIES = ['none', 'nan', 'null', 'zero'];

const integer = (text: string): number => {
  if (!/^[+-]?\d+$/.test(text)) throw new InvalidArgumentError(`invalid integer value: '${text}'`);
  return Number(text);
};
const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError(`invalid floating-point value: '${text}'`);
  return value;
};

/** Declares the options of the original's `check_tsd`, by their long and short names. */
export function declareCheck(): Command {
  return new Command('check_tsd')
    .description('Asks a TSD for the values of a metric and judges them by thresholds, for Nagios and its kin.')
    .helpOption('-h, --help', 'show this help')
    .option('-H, --host <HOST>', 'host of the TSD', 'localhost')
    .option('-p, --port <PORT>', 'its port', integer, 80)
    .option('-m, --metric <METRIC>', 'the metric')
    .option('-t, --tag <TAG>', 'a tag, as host=web01; may be given several times', (tag: string, all: string[]) => [...all, tag], [])
    .option('-d, --duration <SECONDS>', 'how far back to look', integer, 600)
    .option('-D, --downsample <METHOD>', 'downsampling function, as avg', 'none')
    .option('-W, --downsample-window <SECONDS>', 'its interval', integer, 60)
    .addOption(
      new Option('-F, --downsample-fill-policy <POLICY>', 'what stands for an empty interval').choices(FILL_POLICIES).default('none'),
    )
    .option('-a, --aggregator <METHOD>', 'aggregator', 'sum')
    .addOption(new Option('-x, --method <METHOD>', 'how a value is compared with a threshold').choices(COMPARISONS).default('gt'))
    .option('-r, --rate', 'judge the rate instead of the value', false)
    .option('-w, --warning <THRESHOLD>', 'threshold of a warning', number)
    .option('-c, --critical <THRESHOLD>', 'threshold of a critical state', number)
    .option('-v, --verbose', 'show the points and what is done with them', false)
    .option('-T, --timeout <SECONDS>', 'how long to wait for the answer', integer, 10)
    .option('-E, --no-result-ok', 'all is well when there is no data point')
    .option('-I, --ignore-recent <SECONDS>', 'leave out points that are not older', integer, 0)
    .option('-P, --percent-over <PERCENT>', 'alarm only when more than this share of the values is bad', number, 0)
    .option('-N, --now <UTC>', 'Unix time that stands for now', integer)
    .option('-B, --bad_percent <PERCENT>', 'no alarm with a smaller share of bad values', number)
    .option('-S, --ssl', 'ask over TLS', false);
}

/** As commander names them: `--no-result-ok` is to it the opposite of an option `--result-ok`. */
type Given = Omit<CheckOptions, 'noResultOk' | 'badPercent' | 'now' | 'metric' | 'warning' | 'critical'> &
  Partial<Pick<CheckOptions, 'metric' | 'warning' | 'critical'>> & { resultOk?: boolean; bad_percent?: number; now?: number };

/** The options, checked. @returns a text instead: what is wrong with them */
export function readCheck(command: Command): CheckOptions | string {
  const given = command.opts<Given>();
  const { metric } = given;
  const warning = given.warning ?? given.critical;
  const critical = given.critical ?? given.warning;
  if (!metric) return 'You must specify a metric (option -m).';
  if (given.duration <= 0) return 'Duration must be strictly positive.';
  if (given.downsampleWindow <= 0) return 'Downsample window must be strictly positive.';
  if (warning === undefined || critical === undefined)
    return 'You must specify at least a warning threshold (-w) or a critical threshold (-c).';
  if (given.ignoreRecent < 0) return '--ignore-recent must be positive.';
  if (given.percentOver < 0 || given.percentOver > 100) return '--percent-over must be in the range 0..100.';
  const badPercent = given.bad_percent ?? null;
  return { ...given, metric, warning, critical, badPercent, noResultOk: given.resultOk === false, now: given.now ?? null };
}
