/** hls.js is large and only a player needs it: it is loaded while the first lesson opens, and once. */
export const loadHlsEngine = () => import('./hls-engine.ts');
