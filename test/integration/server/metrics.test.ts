import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';

let server: SchoolServer;
let student: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('both');
});
afterAll(() => server.close());

const count = (page: string, labels: string) => Number(page.split('\n').find((line) => line.startsWith(`teachify_http_request_duration_seconds_count{${labels}}`))?.split(' ')[1] ?? 0);

/** An answer is counted just after its last byte, so the page may come a moment too early. */
async function pageWith(labels: string, atLeast: number): Promise<string> {
  return expect
    .poll(async () => (await server.anyone.get('/metrics')).text())
    .toSatisfy((page: string) => count(page, labels) >= atLeast)
    .then(async () => (await server.anyone.get('/metrics')).text());
}

it('whoever watches the server sees how often and how long each route answered', async () => {
  await (await student.get(endpoints.lesson('making-tea'))).arrayBuffer();
  await (await student.get(endpoints.lesson('drinking-tea'))).arrayBuffer();
  const page = await pageWith('method="GET",route="/api/lessons/:lessonId",status="200"', 2);
  expect(page).toContain('process_resident_memory_bytes');
  expect((await server.anyone.get('/metrics')).headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
});

it('strangers who guess addresses add one row, and nothing of a person or a token is told', async () => {
  for (let guess = 0; guess < 5; guess += 1) await (await student.get(`/guess-${guess}?token=secret`)).arrayBuffer();
  const page = await pageWith('method="GET",route="none",status="404"', 5);
  for (const word of ['guess-', 'secret', 'making-tea', student.tokens?.accessToken ?? 'no token']) expect(page).not.toContain(word);
});
