import { startFailureText } from '../../src/tools/tsd-failure';
import { causeLines, describeError } from '../../src/tools/error-text';
import { IllegalArgumentError, NumberFormatError } from '../../src/util/errors';
import { RetryableError } from '../../src/storage';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
const away = new RetryableError("Can't reach ZooKeeper: connect ECONNREFUSED 127.0.0.1:1", { cause: refused });

it('names errors as Java does, and others by their own names', () => {
  expect(describeError(new IllegalArgumentError('bad'))).toBe('java.lang.IllegalArgumentException: bad');
  expect(describeError(away)).toBe("RetryableError: Can't reach ZooKeeper: connect ECONNREFUSED 127.0.0.1:1");
  expect(describeError('odd')).toBe('odd');
});

it('tells causes, but not what the line before has said', () => {
  expect(causeLines(away)).toBe("Caused by: RetryableError: Can't reach ZooKeeper: connect ECONNREFUSED 127.0.0.1:1\n");
  expect(causeLines(refused, away.message)).toBe('');
  const deep = new RetryableError('no region', {
    cause: new RetryableError('busy', { cause: new RetryableError('busy', { cause: refused }) }),
  });
  expect(causeLines(deep)).toBe(
    'Caused by: RetryableError: no region\nCaused by: RetryableError: busy\nCaused by: Error: connect ECONNREFUSED 127.0.0.1:1\n',
  );
});

it('tells every cause of a class of the original, as Java does', () => {
  const cause = new NumberFormatError("Invalid character 'n' in now");
  const error = new IllegalArgumentError(`Invalid time: now. ${cause.message}`, { cause });
  expect(causeLines(error.cause, error.message)).toBe("Caused by: java.lang.NumberFormatException: Invalid character 'n' in now\n");
});

it('says why a daemon did not start', () => {
  expect(startFailureText(away)).toBe(
    'Exception in thread "main" java.lang.RuntimeException: Initialization failed\n' +
      "Caused by: RetryableError: Can't reach ZooKeeper: connect ECONNREFUSED 127.0.0.1:1\n",
  );
});
