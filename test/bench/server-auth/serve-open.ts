// The course server's own application and routes on a school's database, where every bearer is taken for one student without
// a look: what a request costs when nobody asks who it is. Arguments: data folder, id of the student.
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../../src/server/app.ts';
import type { Services } from '../../../src/server/routes/services.ts';
import { createSchool } from '../../../src/server/services/school.ts';
import type { Caller } from '../../../src/server/services/sessions.ts';
import { openStore } from '../../../src/server/store/database.ts';

const [data = '', id = ''] = process.argv.slice(2);
const now = () => Date.now();
const store = await openStore(join(data, 'school.db'), process.env['TEACHIFY_SQLITE_BINDING']);
const student: Caller = { id, name: 'Everyone', email: 'everyone@school.test', role: 'student', deviceId: 'any' };
// The other routes are there and would fail; nobody asks them.
const services = { school: createSchool(store, now), sessions: { verify: async () => student } } as unknown as Services;
const app = await createApp(services, { logLevel: 'warn', trustProxy: undefined });
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`listening on http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
