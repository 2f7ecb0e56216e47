import { options, render } from 'preact';
import { App } from './app';
import './style/page.css';

// Effects run before anything else happens, not after the next frame: of what is typed or pressed in between, some would be lost, and that
// something is under way would show late.
options.requestAnimationFrame = queueMicrotask;

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
