// Tests with real sockets, processes and clocks can be late on a busy CI machine: there a failed one is tried once more, and the first
// failure is printed. Elsewhere every failure counts.
if (process.env.CI === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true });
