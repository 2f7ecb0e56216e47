import {
  DoNotRetryError,
  RetryableError,
  StorageError,
  TableDisabledError,
  TableNotFoundError,
  ThrottleError,
  TimeoutError,
} from '../../../src/storage';
import { OutOfTimeError } from '../../../src/storage/hbase/deadline';
import {
  CallTimedOutError,
  ConnectionLostError,
  isAmbiguous,
  policyFor,
  RemoteException,
  toStorageError,
} from '../../../src/storage/hbase/errors';

const P = 'org.apache.hadoop.hbase.';

describe('what an exception means', () => {
  it.each([
    [`${P}NotServingRegionException`, 'moved'],
    [`${P}exceptions.RegionMovedException`, 'moved'],
    [`${P}exceptions.FailedSanityCheckException`, 'moved'],
    [`${P}exceptions.RegionOpeningException`, 'busy'],
    [`${P}RegionTooBusyException`, 'busy'],
    [`${P}CallQueueTooBigException`, 'busy'],
    [`${P}quotas.RpcThrottlingException`, 'busy'],
    [`${P}PleaseHoldException`, 'busy'],
    [`${P}regionserver.RegionServerStoppedException`, 'dead'],
    [`${P}regionserver.RegionServerAbortedException`, 'dead'],
    [`${P}ipc.ServerNotRunningYetException`, 'dead'],
    [`${P}UnknownScannerException`, 'reopen'],
    [`${P}exceptions.OutOfOrderScannerNextException`, 'reopen'],
    [`${P}TableNotFoundException`, 'table'],
    [`${P}regionserver.NoSuchColumnFamilyException`, 'fatal'],
    [`${P}security.AccessDeniedException`, 'fatal'],
    [`${P}DoNotRetryIOException`, 'fatal'],
    ['java.io.IOException', 'busy'],
    ['java.lang.NullPointerException', 'fatal'],
  ])('%s: %s', (className, policy) => {
    expect(new RemoteException(className, '').policy).toBe(policy);
  });

  it('believes the server when it says not to retry', () => {
    expect(new RemoteException('java.io.IOException', 'no', true).policy).toBe('fatal');
    // ... except for the exceptions that mean "not like this": a lost scanner is opened again.
    expect(new RemoteException(`${P}UnknownScannerException`, '', true).policy).toBe('reopen');
  });

  it('moves on from a server whose log is closed', () => {
    expect(new RemoteException('java.io.IOException', 'java.io.IOException: cannot append; log is closed').policy).toBe('moved');
  });

  it('shows one line, without the package', () => {
    const stack = `${P}RegionTooBusyException: Above memstore limit\n\tat a.b.c(D.java:1)`;
    expect(new RemoteException(`${P}RegionTooBusyException`, stack).message).toBe('RegionTooBusyException: Above memstore limit');
    expect(new RemoteException(`${P}RegionTooBusyException`, 'Above').message).toBe('RegionTooBusyException: Above');
    expect(new RemoteException(`${P}RegionTooBusyException`, '').message).toBe('RegionTooBusyException');
  });

  it('knows which failures leave the effect open', () => {
    expect(isAmbiguous(new CallTimedOutError('h:1', 'Mutate', 5))).toBe(true);
    expect(isAmbiguous(new ConnectionLostError('h:1', 'was cut', true))).toBe(true);
    expect(isAmbiguous(new ConnectionLostError('h:1', 'was refused', false))).toBe(false);
    expect(isAmbiguous(new RemoteException(`${P}RegionTooBusyException`, ''))).toBe(false);
    expect(policyFor(new Error('a bug'))).toBe('caller');
  });
});

describe('what the caller gets', () => {
  const site = { operation: 'put', table: 'tsdb', row: Buffer.of(0, 1), server: 'h:16020', attempts: 3, elapsedMs: 1234.5 };

  it.each([
    [new RemoteException(`${P}RegionTooBusyException`, 'x'), ThrottleError],
    [new RemoteException('java.io.IOException', 'x', false, true), ThrottleError],
    [new RemoteException(`${P}NotServingRegionException`, 'x'), RetryableError],
    [new RemoteException(`${P}TableNotFoundException`, 'x'), TableNotFoundError],
    [new RemoteException(`${P}TableNotEnabledException`, 'x'), TableDisabledError],
    [new RemoteException(`${P}DoNotRetryIOException`, 'x'), DoNotRetryError],
    [new ConnectionLostError('h:16020', 'was cut', true), RetryableError],
    [new CallTimedOutError('h:16020', 'Multi', 100), TimeoutError],
    [new OutOfTimeError(), TimeoutError],
    [new Error('a bug'), StorageError],
  ])('%s', (error, type) => {
    const made = toStorageError(error, site);
    expect(made.constructor).toBe(type);
    expect(made.message).toBe(`put on tsdb failed (row 0001, server h:16020, 3 attempts, 1235 ms): ${error.message}`);
    expect(made.context).toMatchObject({ table: 'tsdb', server: 'h:16020', attempts: 3 });
    expect(made.cause).toBe(error);
  });

  it('is a timeout when the time ran out, unless the server asked for less work', () => {
    expect(toStorageError(new RemoteException(`${P}NotServingRegionException`, 'x'), { ...site, outOfTime: true })).toBeInstanceOf(
      TimeoutError,
    );
    expect(toStorageError(new RemoteException(`${P}RegionTooBusyException`, 'x'), { ...site, outOfTime: true })).toBeInstanceOf(
      ThrottleError,
    );
  });
});
