/** What stands in place of a secret. The original's. */
const MASK = '********';

/** Names of settings, parameters and headers whose values are secrets; `pass` is the original's rule for settings. */
const SECRET_NAME = /pass|secret|token|credential|(api|access|private)[-_.]?key|signature/i;
/** More of them among headers, and among parameters of a URI: Authorization, Proxy-Authorization, X-Auth-*, Cookie and their like. */
const SECRET_OF_CLIENT = /auth|cookie|session|jwt|csrf|xsrf/i;

/** `scheme://user:SECRET@host`: a secret may have any character but blanks. */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@?#]*):[^\s]+@/gi;
/** `?name=value` and `&name=value`. */
const PARAMETER = /([?&]([^=&#\s]*)=)([^&#\s]+)/g;

/** A text with the secrets of the URIs in it masked: passwords, and parameters whose names say so. */
export function maskUris(text: string): string {
  if (!text.includes('=') && !text.includes('@')) return text;
  return text.replace(USER_INFO, `$1:${MASK}@`).replace(PARAMETER, (whole: string, start: string, name: string) => {
    return SECRET_NAME.test(name) || SECRET_OF_CLIENT.test(name) ? `${start}${MASK}` : whole;
  });
}

/** A setting's value as it may be shown. */
export function maskSetting(key: string, value: string): string {
  return SECRET_NAME.test(key) ? MASK : maskUris(value);
}

/** A request header's value as it may be shown to others. */
export function maskHeader(name: string, value: string): string {
  if (name.toLowerCase() === 'cookie') return '*******'; // the original's own
  return SECRET_NAME.test(name) || SECRET_OF_CLIENT.test(name) ? MASK : maskUris(value);
}
