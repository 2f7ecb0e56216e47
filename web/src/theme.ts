import { useEffect, useState } from 'preact/hooks';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'opentsdb.theme';
const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };

/** Remembered by the browser; where it keeps nothing, as the system has it. */
function remembered(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

/** Light, dark, or as the system has it. `shown` changes whenever the colours do. */
export function useTheme(): { theme: Theme; shown: string; next(): void } {
  const [theme, setTheme] = useState(remembered);
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const listen = (): void => setDark(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  // before anything reads the colours
  document.documentElement.dataset.theme = theme;
  return {
    theme,
    shown: theme === 'auto' ? (dark ? 'dark' : 'light') : theme,
    next: () => {
      const next = NEXT[theme];
      try {
        localStorage.setItem(KEY, next);
      } catch {
        // for this visit then
      }
      setTheme(next);
    },
  };
}
