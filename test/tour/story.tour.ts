import { test } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAlbum } from '../harness/album.ts';
import { tellStory } from '../harness/story.ts';
import { openWorld, type World } from '../harness/world.ts';

let world: World;

test.beforeAll(async () => {
  const school = process.env['TEACHIFY_DEMO_SCHOOL'];
  if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no encoded school; npm run tour sets it');
  world = await openWorld({ school });
});

test.afterAll(() => world?.close());

test('how a lesson survives', async () => {
  await tellStory({ world, album: await openAlbum('out/tour'), linger: (seconds) => sleep(seconds * 1000) });
});
