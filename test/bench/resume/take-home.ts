// Our side of the resume bench: the core alone takes one lesson home and says how far it is, a JSON line at a time.
// Arguments: data folder, server address, lesson id, quality. Started again, it goes on where its folder says.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccounts } from '../../../src/core/accounts/accounts.ts';
import { openKeyFile } from '../../../src/core/accounts/key-file.ts';
import { createLeases } from '../../../src/core/accounts/leases.ts';
import { systemClock } from '../../../src/core/base/clock.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { systemRandom } from '../../../src/core/base/random.ts';
import { createCatalog } from '../../../src/core/catalog/catalog.ts';
import { createLessonContents } from '../../../src/core/content/lesson-contents.ts';
import { createOriginSource } from '../../../src/core/content/origin-source.ts';
import { createPieceStore } from '../../../src/core/content/piece-store.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { createDownloads } from '../../../src/core/downloads/downloads.ts';
import { createApiClient } from '../../../src/core/net/api-client.ts';
import { createBandwidthMeter } from '../../../src/core/net/bandwidth-meter.ts';
import { createConnectivity } from '../../../src/core/net/connectivity.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';

const [folder = '', address = '', lessonId = '', quality = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const { ledger, content } = openDatabases(folder);
const base = { clock: systemClock(), random: systemRandom(), logger: silentLogger() };
const transport = createGotTransport({ userAgent: 'teachify-bench' });
const memory = { kind: 'memory', wrap: () => null, unwrap: () => null } as const;
const accounts = await createAccounts({ ...base, database: ledger, transport, vault: memory, configuredServerUrl: () => address, saveServerUrl: () => {} });
const { authorisation, serverUrl } = accounts;
const connectivity = createConnectivity({ api: createApiClient({ transport, serverUrl }), clock: base.clock });
const api = createApiClient({ transport, serverUrl, authorisation, connectivity });
const bandwidth = createBandwidthMeter();
const store = createPieceStore({
  ...base,
  folder: join(folder, 'blocks'),
  database: content,
  source: createOriginSource({ transport, serverUrl, authorisation }),
  connectivity,
  bandwidth,
  cacheQuotaBytes: () => 1024 ** 3,
});
const catalog = createCatalog({ ...base, database: content, api, transport, accounts, posterUrl: (id) => id });
const contents = createLessonContents({ database: content, store, api, transport, authorisation, serverUrl, signingKey: () => accounts.signingKey() });
const leases = createLeases({ database: ledger, api, accounts, wrapper: openKeyFile(join(folder, 'key'), base.random) });
const downloads = createDownloads({ ...base, database: content, folder, store, contents, catalog, leases, accounts, connectivity, bandwidth });

downloads.changed((items) => {
  const item = items.find((found) => found.lessonId === lessonId);
  if (!item) return;
  process.stdout.write(`${JSON.stringify({ done: item.bytesDone, total: item.bytesTotal, state: item.state, reason: item.reason })}\n`);
  if (item.state === 'ready') process.exit(0);
});
await connectivity.probe();
const { demo } = (await accounts.checkServer(address)).server;
if (!accounts.current() && demo) await accounts.signIn(demo.email, demo.password);
if ((await catalog.view()).courses.length === 0) await catalog.refresh();
downloads.start();
await downloads.add([lessonId], quality);
