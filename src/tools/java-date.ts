import { DateTime } from 'luxon';

/** A date as java.util.Date prints it: `Tue Jan 01 00:00:00 UTC 2013`. @param zone absent: the process's */
export function javaDate(milliseconds: number, zone: string | null): string {
  return DateTime.fromMillis(milliseconds, { zone: zone ?? 'local', locale: 'en-US' }).toFormat('EEE MMM dd HH:mm:ss ZZZZ yyyy');
}
