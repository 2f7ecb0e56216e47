const PATHS = {
  left: 'M10 3 5 8l5 5',
  right: 'm6 3 5 5-5 5',
  zoomOut: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8m3 7 4 4M5 7h4',
  reload: 'M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3',
  close: 'm4 4 8 8m0-8-8 8',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8m3 7 4 4',
  flag: 'M4 14V3h8l-2 3 2 3H4',
  calendar: 'M3 4h10v9H3zM3 7h10M6 2v3m4-3v3',
  share: 'M8 10V2m0 0L5 5m3-3 3 3M3 9v4h10V9',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1 1m8 8 1 1m0-10-1 1m-8 8-1 1',
  copy: 'M6 6V2.5h7.5V10H10M2.5 6H10v7.5H2.5z',
} as const;

/** A small line drawing in the colour of the text around it. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
