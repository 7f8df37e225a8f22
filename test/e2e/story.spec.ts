import { test } from '@playwright/test';
import { openAlbum } from '../harness/album.ts';
import { tellStory } from '../harness/story.ts';
import { openWorld, type World } from '../harness/world.ts';

let world: World;

test.beforeAll(async () => {
  world = await openWorld();
  // All the while, every third answer to what was watched is lost after the server took it.
  world.line.dropAnswers({ every: 3, path: /\/progress\/batches/ });
});

test.afterAll(() => world?.close());

test('a lesson survives a bad line, a power cut and a lost server, and so does every minute watched', async () => {
  test.setTimeout(420_000);
  await tellStory({ world, album: await openAlbum('test-results/story'), linger: async () => {} });
});
