import { expect, test } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchApp, type RunningApp } from '../harness/app.ts';
import { startCourseServer, type CourseServer } from '../harness/course-server.ts';
import { encodedDemoSchool } from '../harness/demo-school.ts';
import { openKeyring } from '../harness/keyring.ts';
import { openSchoolNetwork, type SchoolNetwork } from '../harness/school-network.ts';
import { studentAt } from '../harness/student.ts';

// The system's own settings: a proxy by script, and an authority that only the school's computers trust.
let server: CourseServer;
let network: SchoolNetwork;
let keyring: Awaited<ReturnType<typeof openKeyring>>;
let running: RunningApp | null = null;
const folders: string[] = [];

test.beforeAll(async () => {
  server = await startCourseServer({ school: encodedDemoSchool() });
  network = await openSchoolNetwork(server.url);
  keyring = await openKeyring();
});
test.afterEach(async () => {
  await running?.close();
  running = null;
});
test.afterAll(async () => {
  await network?.close();
  await server?.close();
  await keyring?.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function sitDown(env: Readonly<Record<string, string>>): Promise<RunningApp> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'teachify-school-network-'));
  folders.push(dataFolder);
  running = await launchApp({ dataFolder, serverUrl: network.schoolUrl, env: { ...keyring?.env, ...env }, args: [...(keyring?.flags ?? []), network.flag] });
  return running;
}

test("sign-in, library and a lesson's bytes go by the proxy that the system's script names, past the filter's own authority", async () => {
  const { window } = await sitDown({ TEACHIFY_EXTRA_CA_FILE: network.authorityFile });
  const student = studentAt(window);
  await student.signInAsDemo();
  await student.openCourse('How the internet survives a bad line');
  await window.getByRole('button', { name: /^Download What a packet is, 480p/ }).click();
  await expect(window.getByRole('button', { name: /^What a packet is: on this computer/ })).toBeVisible({ timeout: 60_000 });
  expect(new Set(network.asked)).toEqual(new Set(['school.test:443']));
});

test('an authority that nobody vouches for is refused with a sentence, and nothing offers to go on', async () => {
  const { window } = await sitDown({});
  await window.getByLabel('E-mail').fill('somebody@school.test');
  await window.getByLabel('Password').fill('a password');
  await window.getByRole('button', { name: 'Sign in', exact: true }).click();
  const alert = window.getByRole('alert');
  await expect(alert).toContainText('The connection to the school is not safe');
  await expect(alert.getByRole('button')).toHaveCount(0);
});
