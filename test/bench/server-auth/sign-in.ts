// A class that signs in at one moment from one address. Arguments: address, students, password. Says how long it took until the
// last was in, and one access token each.
import { schoolClient } from '../../harness/school-client.ts';

const [url = '', students = '', password = ''] = process.argv.slice(2);
const client = schoolClient(url);
await client.ask('/healthz');
const began = performance.now();
const tokens = await Promise.all(
  Array.from({ length: Number(students) }, async (_, seat) => {
    const answer = await client.post('/api/auth/token', { email: `seat-${seat}@school.test`, password, device_id: `computer-${seat}` });
    if (answer.status !== 200) throw new Error(`Seat ${seat} was answered ${answer.status}: ${answer.text}`);
    return answer.json<{ access_token: string }>().access_token;
  }),
);
console.log(JSON.stringify({ ms: performance.now() - began, tokens }));
