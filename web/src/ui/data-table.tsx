import type { ComponentChildren } from 'preact';

/** A column of a table. */
export interface Column {
  readonly name: string;
  /** Stands at the right. */
  readonly number?: true;
  /** Its name is only read aloud. */
  readonly silent?: true;
}

/** A table that can be moved sideways where it is too wide. @param children its rows */
export function DataTable({ label, columns, children }: { label: string; columns: readonly Column[]; children: ComponentChildren }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="grid">
        <thead>
          <tr>
            {columns.map(({ name, number, silent }) => (
              <th key={name} scope="col" class={number ? 'number' : undefined}>
                {silent ? <span class="off-screen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
