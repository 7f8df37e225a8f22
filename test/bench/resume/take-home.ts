// Our side of the resume bench: the core alone takes one lesson home and ends when it is there.
// Arguments: data folder, server address, lesson id, quality. Started again, it goes on where its folder says.
import { silentLogger } from '../../../src/core/base/logger.ts';
import { compose } from '../../../src/core/compose.ts';

const [dataFolder = '', address = '', lessonId = '', quality = ''] = process.argv.slice(2);
const core = await compose({
  dataFolder,
  defaultServerUrl: () => address,
  nativeBinding: undefined,
  vault: { kind: 'memory', wrap: () => null, unwrap: () => null },
  settingsFile: { read: () => undefined, write: () => {} },
  version: 'bench',
  env: {},
  mediaUrl: (path) => path,
  logger: silentLogger(),
});
core.downloads.changed((items) => {
  if (items.find((item) => item.lessonId === lessonId)?.state === 'ready') process.exit(0);
});
await core.connectivity.probe();
const { demo } = (await core.accounts.checkServer(address)).server;
if (!core.accounts.current() && demo) await core.accounts.signIn(demo.email, demo.password);
if ((await core.catalog.view()).courses.length === 0) await core.catalog.refresh();
core.start();
await core.downloads.add([lessonId], quality);
