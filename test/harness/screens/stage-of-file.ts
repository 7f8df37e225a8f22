import { expect, test } from '@playwright/test';
import { openStage, type Stage } from './stage.ts';

/** One stage for all tests of a file, there from the first one on; none of them may throw, nor try what the policy forbids. */
export function stageOfFile(): Stage {
  const opened: Partial<Stage> = {};
  test.beforeAll(async () => {
    Object.assign(opened, await openStage());
  });
  test.afterAll(() => opened.close?.());
  test.afterEach(() => expect(opened.troubles).toEqual([]));
  return opened as Stage;
}
