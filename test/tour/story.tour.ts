import { test } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAlbum } from '../harness/album.ts';
import { tellStory } from '../harness/story.ts';
import { openWorld, type World } from '../harness/world.ts';

let world: World;

test.beforeAll(async () => {
  world = await openWorld();
});

test.afterAll(() => world?.close());

test('how a lesson survives', async () => {
  await tellStory({ world, album: await openAlbum('out/tour'), linger: (seconds) => sleep(seconds * 1000) });
});
