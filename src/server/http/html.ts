const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for use inside HTML, attribute values included. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c]);

const HEAD_BEFORE_TITLE = '<!DOCTYPE html><html><head><meta http-equiv=content-type content="text/html;charset=utf-8"><title>';
const HEAD_AFTER_TITLE =
  '</title>\n<style><!--\nbody{font-family:arial,sans-serif;margin-left:2em}A.l:link{color:#6f6f6f}A.u:link{color:green}' +
  '.fwf{font-family:monospace;white-space:pre-wrap}//--></style>';
const BODY_BEFORE_SUBTITLE =
  '</head>\n<body text=#000000 bgcolor=#ffffff><table border=0 cellpadding=2 cellspacing=0 width=100%><tr><td rowspan=3 width=1% nowrap>' +
  '<img src=s/opentsdb_header.jpg><td>&nbsp;</td></tr><tr><td><font color=#507e9b><b>';
const BODY_AFTER_SUBTITLE = '</b></td></tr><tr><td>&nbsp;</td></tr></table>';
const FOOTER =
  '<table width=100% cellpadding=0 cellspacing=0><tr><td class=subg><img alt="" width=1 height=6></td></tr></table></body></html>';

/** A page in the original's frame. All arguments are HTML: whatever came from outside must have been escaped. */
export function page(title: string, subtitle: string, body: string): string {
  return HEAD_BEFORE_TITLE + title + HEAD_AFTER_TITLE + BODY_BEFORE_SUBTITLE + subtitle + BODY_AFTER_SUBTITLE + body + FOOTER;
}

/** The legacy answer to a bad request. */
export const badRequestPage = (message: string): string =>
  page(
    'Bad Request',
    "Looks like it's your fault this time",
    '<blockquote><h1>Bad Request</h1>Sorry but your request was rejected as being invalid.<br/><br/>' +
      `The reason provided was:<blockquote>${escapeHtml(message)}</blockquote></blockquote>`,
  );

export const notFoundPage = (): string =>
  page('Page Not Found', 'Error 404', '<blockquote><h1>Page Not Found</h1>The requested URL was not found on this server.</blockquote>');

/** @param detail what went wrong, as the configuration allows it to be told */
export const internalErrorPage = (detail: string): string =>
  page(
    'Internal Server Error',
    'Houston, we have a problem',
    `<blockquote><h1>Internal Server Error</h1>Oops, sorry but your request failed due to a server error.<br/><br/>` +
      `Please try again in 30 seconds.<pre>${escapeHtml(detail)}</pre></blockquote>`,
  );
