// Charts: what one is (`description.ts`), and how it is drawn.
export * from './description';
