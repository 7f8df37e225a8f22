// What a school of so many students needs and costs a month. Every figure is a parameter:
//   node build/server/cost-model.mjs --students 10000 --hours 12 --cdn-per-gb 0.02
//   node build/server/cost-model.mjs --help
import { parseArgs } from 'node:util';

/**
 * Defaults: sizes are measured (docs/scale.md says where), habits and what one core serves are guesses, prices are list prices to be replaced by your own.
 * @type {Record<string, { value: number, means: string }>}
 */
export const parameters = {
  students: { value: 0, means: 'students; 0 prints 100, 1,000, 10,000 and 1,000,000' },
  hours: { value: 10, means: 'hours of lessons a student fetches a month (what was fetched once is watched again for nothing)' },
  'mb-per-hour': { value: 67, means: 'MB an hour: 53 at 360p, 67 at 480p, 87 at 720p' },
  'lesson-hours': { value: 500, means: 'hours of lessons the school has' },
  'stored-mb-per-hour': { value: 210, means: 'MB an hour lies there with: all qualities, sound, side files' },
  'peak-share': { value: 0.1, means: 'share of the students who are there at the busiest moment' },
  'api-per-hour': { value: 150, means: 'API requests a student makes in an hour: progress, catalogue, leases' },
  'mb-per-request': { value: 1, means: 'MB a media request brings' },
  'cdn-hits': { value: 0.95, means: 'share of media requests that a CDN answers by itself' },
  'api-per-core': { value: 800, means: 'API requests a second and core, database included' },
  'media-mbit-per-core': { value: 3000, means: 'Mbit/s of media a core sends by itself' },
  'lone-server-students': { value: 2000, means: 'students up to whom one server without a second one will do' },
  'server-cores': { value: 2, means: 'cores of one server' },
  'uplink-mbit': { value: 1000, means: 'Mbit/s a server sends at most' },
  'server-price': { value: 20, means: 'a server, a month' },
  'database-price': { value: 60, means: 'a PostgreSQL with a standby, a month' },
  'replica-price': { value: 60, means: 'a read replica, a month' },
  'redis-price': { value: 15, means: 'a Redis, a month' },
  'balancer-price': { value: 20, means: 'a load balancer, a month' },
  'storage-per-gb': { value: 0.023, means: 'a GB in object storage, a month' },
  'requests-per-10000': { value: 0.004, means: '10,000 reads of object storage' },
  'cdn-per-gb': { value: 0.085, means: 'a GB from the CDN; 0 where traffic is free' },
  'cdn-per-10000': { value: 0.01, means: '10,000 requests to the CDN; 0 where they are free' },
  'egress-per-gb': { value: 0.01, means: 'a GB from a server, beyond what comes with it' },
  'egress-included-gb': { value: 2000, means: 'GB a month that come with a server' },
};

/** @typedef {Record<keyof typeof parameters, number>} Given */

export const defaults = /** @type {Given} */ (Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value])));

const monthSeconds = 30 * 24 * 3600;

/**
 * Quantities and money of one month.
 * @param {Given} given
 */
export function costOf(given) {
  const p = given;
  const fetchedGb = (p.students * p.hours * p['mb-per-hour']) / 1000;
  const storedGb = (p['lesson-hours'] * p['stored-mb-per-hour']) / 1000;
  const mediaRequests = (fetchedGb * 1000) / p['mb-per-request'];
  const there = Math.ceil(p.students * p['peak-share']);
  // Everyone who is there fetches as fast as it plays; who takes lessons home waits for the others.
  const peakMbit = (there * p['mb-per-hour'] * 8) / 3600;
  const peakApi = (there * p['api-per-hour']) / 3600;
  const perServer = { api: p['api-per-core'] * p['server-cores'], mbit: Math.min(p['uplink-mbit'], p['media-mbit-per-core'] * p['server-cores']) };
  const one = peakApi / perServer.api + peakMbit / perServer.mbit;
  const isSmall = one <= 0.5 && p.students <= p['lone-server-students'];
  const quantities = { fetchedGb, storedGb, mediaRequests, peakMbit, peakApi, averageMbit: (fetchedGb * 8000) / monthSeconds };
  if (isSmall) {
    const beyond = Math.max(0, fetchedGb - p['egress-included-gb']);
    const prices = { servers: p['server-price'], traffic: beyond * p['egress-per-gb'] };
    return { ...quantities, shape: 'one server, SQLite and a folder', servers: 1, replicas: 0, prices, ...sum(prices, p.students) };
  }
  const throughServers = 1 - p['cdn-hits'];
  // At half load, so that one may fail.
  const servers = Math.max(2, Math.ceil(2 * (peakApi / perServer.api + (peakMbit * throughServers) / perServer.mbit)));
  const replicas = Math.ceil(Math.max(0, peakApi / 2000 - 1));
  const prices = {
    servers: servers * p['server-price'] + p['balancer-price'],
    database: p['database-price'] + replicas * p['replica-price'] + p['redis-price'],
    storage: storedGb * p['storage-per-gb'] + ((mediaRequests * throughServers) / 10_000) * p['requests-per-10000'],
    traffic: fetchedGb * p['cdn-per-gb'] + (mediaRequests / 10_000) * p['cdn-per-10000'],
  };
  return { ...quantities, shape: 'servers on PostgreSQL, object storage, CDN', servers, replicas, prices, ...sum(prices, p.students) };
}

function sum(prices, students) {
  const total = Object.values(prices).reduce((all, price) => all + price, 0);
  return { total, perStudent: total / students };
}

const sizes = [100, 1000, 10_000, 1_000_000];

function print(given) {
  const all = (given.students > 0 ? [given.students] : sizes).map((students) => ({ students, ...costOf({ ...given, students }) }));
  const rows = [
    ['students', ({ students }) => count(students)],
    ['shape', ({ shape }) => shape],
    ['servers / replicas', ({ servers, replicas }) => `${servers} / ${replicas}`],
    ['fetched, GB a month', ({ fetchedGb }) => count(fetchedGb)],
    ['stored, GB', ({ storedGb }) => count(storedGb)],
    ['busiest moment, Mbit/s', ({ peakMbit }) => count(peakMbit)],
    ['busiest moment, API a second', ({ peakApi }) => count(peakApi)],
    ...['servers', 'database', 'storage', 'traffic'].map((name) => [`${name}, a month`, ({ prices }) => money(prices[name] ?? 0)]),
    ['together, a month', ({ total }) => money(total)],
    ['a student, a month', ({ perStudent }) => perStudent.toFixed(4)],
  ];
  console.log(`| ${rows[0][0]} | ${all.map(rows[0][1]).join(' | ')} |\n|---|${all.map(() => '---|').join('')}`);
  for (const [name, of] of rows.slice(1)) console.log(`| ${name} | ${all.map(of).join(' | ')} |`);
}

const count = (value) => Math.ceil(value).toLocaleString('en');
const money = (value) => value.toFixed(value < 10 ? 2 : 0);

function run(argv) {
  const options = Object.fromEntries([...Object.keys(parameters).map((name) => [name, { type: 'string' }]), ['help', { type: 'boolean' }]]);
  const { values } = parseArgs({ args: argv, options });
  if (values.help) {
    for (const [name, { value, means }] of Object.entries(parameters)) console.log(`  --${name.padEnd(22)} ${String(value).padStart(6)}  ${means}`);
    return;
  }
  const given = { ...defaults };
  for (const [name, text] of Object.entries(values)) {
    const value = Number(text);
    if (text === '' || !Number.isFinite(value) || value < 0) throw new Error(`--${name} ${text} is not a number from 0 up`);
    given[name] = value;
  }
  print(given);
}

if (import.meta.main) run(process.argv.slice(2));
