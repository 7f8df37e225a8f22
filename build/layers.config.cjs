/** Who may import whom, and why. Run by build/check-layers.ts. */
const shared = '^src/shared/';
const npm = '(^|/)node_modules/';

const domains = ['net', 'content', 'downloads', 'playback', 'accounts', 'catalog', 'progress', 'settings', 'database', 'base'];

/** Domains talk through ports, so that each can be read, tested and replaced alone. */
const domainRules = domains.map((domain) => ({
  name: `core-${domain}-through-ports`,
  comment: 'A domain imports itself, base, database, net and shared; of another domain only its ports.ts.',
  severity: 'error',
  from: { path: `^src/core/${domain}/` },
  to: { path: '^src/core/', pathNot: [`^src/core/${domain}/`, '^src/core/(base|database|net)/', '^src/core/[a-z]+/ports\\.ts$'] },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', comment: 'A cycle cannot be understood one file at a time.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'A file nothing reaches is dead.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '\\.css$'] },
      to: {},
    },
    {
      name: 'shared-is-pure',
      comment: 'Shared is what both ends agree on: no Node, no DOM, no Electron, only the schema library.',
      severity: 'error',
      from: { path: shared },
      to: { pathNot: [shared, `${npm}zod/`] },
    },
    {
      name: 'server-stands-alone',
      comment: 'The course server is its own program; with the app it shares only what the wire needs.',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/', pathNot: ['^src/server/', shared] },
    },
    {
      name: 'preload-is-thin',
      comment: 'Preload runs beside the page: it carries names across and nothing else.',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { pathNot: ['^src/preload/', shared, '(^|/)electron(/|$)'] },
    },
    {
      name: 'renderer-asks-main',
      comment: 'The renderer has no Node and no core; everything it needs crosses the bridge.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^src/', pathNot: ['^src/renderer/', shared] },
    },
    {
      name: 'renderer-features-apart',
      comment: 'A screen can be changed or removed without another one noticing.',
      severity: 'error',
      from: { path: '^src/renderer/features/([^/]+)/' },
      to: { path: '^src/renderer/features/', pathNot: '^src/renderer/features/$1/' },
    },
    {
      name: 'components-take-data',
      comment: 'Components take data and callbacks; only features know stores.',
      severity: 'error',
      from: { path: '^src/renderer/components/' },
      to: { path: '^src/renderer/(stores|features|app|bridge)' },
    },
    {
      name: 'electron-in-the-shell',
      comment: 'Core runs without a window too (command line, tests); electron belongs to main and preload.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|preload)/' },
      to: { path: '(^|/)electron(/|$)' },
    },
    {
      name: 'core-knows-no-shell',
      comment: 'The shell uses the core, never the other way; the server is reached over HTTP.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(main|preload|renderer|cli|server)/' },
    },
    {
      name: 'main-reaches-the-server-over-http',
      comment: 'The embedded server is a server like any other, in its own process.',
      severity: 'error',
      from: { path: '^src/(main|cli)/' },
      to: { path: '^src/(server|renderer|preload)/' },
    },
    {
      name: 'composition-roots-are-roots',
      comment: 'compose.ts knows every domain, so nothing but the entries of the two programs may know it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main/start-core\\.ts$', '^src/cli/open-core\\.ts$'] },
      to: { path: '^src/core/compose\\.ts$' },
    },
    {
      name: 'sqlite-in-one-place',
      comment: 'Repositories are handed a connection; how it is opened is decided once per program.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/core/database/', '^src/server/store/'] },
      to: { path: `${npm}better-sqlite3/` },
    },
    ...domainRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
