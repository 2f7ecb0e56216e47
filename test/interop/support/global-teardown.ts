import { undoSetUp } from './global-setup';

export default function tearDown(): void {
  undoSetUp();
}
