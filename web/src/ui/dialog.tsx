import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A modal dialog while it is in the tree. Escape and a click beside it close it. The focus goes to its element with `data-first`, and back to where it was. */
export function Dialog({
  title,
  class: className = '',
  onClose,
  children,
}: {
  title: string;
  class?: string;
  onClose(): void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={className}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => void (event.target === dialog.current && onClose())}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
