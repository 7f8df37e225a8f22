import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStage, type Stage } from '../../harness/screens/stage.ts';
import { findLayoutFaults } from '../../harness/screens/layout-check.ts';
import type { Scene } from '../../harness/screens/scene.ts';
import { scenes } from '../../harness/screens/scenes.ts';
import { dressings, type Dressing } from '../../harness/screens/dressings.ts';

const pictures = join(import.meta.dirname, '../../../test-results/screens');
let stage: Stage;

test.beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  stage = await openStage();
});
test.afterAll(async () => stage.close());

test('the measuring finds what it is there to find', async () => {
  await stage.resize(900, 600);
  await stage.page.goto('about:blank');
  await stage.page.evaluate(() => {
    document.body.innerHTML = `
      <p style="width: 60px; overflow: hidden; white-space: nowrap">a sentence cut off at its end</p>
      <p style="position: absolute; top: 200px; left: 860px; white-space: nowrap">beyond the window</p>
      <p style="position: absolute; top: 300px; left: 0">one on</p><p style="position: absolute; top: 302px; left: 4px">the other</p>
      <p style="position: absolute; top: 400px; left: 0">under something</p><div style="position: absolute; top: 400px; left: 0; width: 300px; height: 60px"></div>
      <button style="position: absolute; top: 500px; width: 20px; height: 20px; padding: 0">x</button>`;
  });
  const faults = await stage.page.evaluate(findLayoutFaults);
  expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(['clipped', 'outside', 'overlaps', 'covered', 'small-target']));
});

for (const scene of scenes) {
  for (const dressing of dressings.filter(({ id }) => scene.dressings.includes(id))) {
    test(`${scene.id}, ${dressing.id}: reads whole and axe finds nothing`, async () => {
      const before = stage.troubles.length;
      await play(scene, dressing);
      await writeFile(join(pictures, `${scene.id}-${dressing.id}.png`), await stage.picture());
      const faults = await stage.page.evaluate(findLayoutFaults);
      expect(faults.map(({ fault, text, detail }) => `${fault}: "${text}" ${detail}`)).toEqual([]);
      const { violations } = await new AxeBuilder({ page: stage.page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`)).toEqual([]);
      expect(stage.troubles.slice(before)).toEqual([]);
    });
  }
}

async function play(scene: Scene, { width, height, zoom, words, settings }: Dressing): Promise<void> {
  await stage.resize(width, height, zoom);
  const { answers, absent = [] } = scene.set(words, settings);
  await stage.show(answers, { absent });
  await scene.play?.(stage);
  await stage.page.getByRole('heading', { level: 1 }).waitFor();
  await stage.quiet();
  await stage.page.waitForFunction(() => document.getAnimations().every(({ playState, effect }) => playState !== 'running' || effect?.getTiming().iterations === Infinity));
}
