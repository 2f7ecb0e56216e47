import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { copyText } from '../lib/clipboard';

/** Copies a text that is made when it is pressed, and says whether it could. */
export function CopyButton({ text, children, class: className }: { text: () => string; children: ComponentChildren; class?: string }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    setSaid((await copyText(text())) ? 'Copied' : 'The browser does not allow it');
    setTimeout(() => setSaid(''), 2000);
  };
  return (
    <button type="button" class={className} onClick={() => void copy()}>
      {said === '' ? children : said}
    </button>
  );
}
