// npm run check:advisories: known holes in what ships. Part of `npm run package`.
import { requireNoKnownHoles } from './package/require-no-known-holes.mjs';

await requireNoKnownHoles();
