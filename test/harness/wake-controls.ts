import { expect, type Page } from '@playwright/test';

/** The player's controls show themselves, wherever the pointer rested: it has to move for that, and they hide when it rests for some seconds. */
export async function wakeControls(page: Page): Promise<void> {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await page.mouse.move(width / 3, height / 3);
  await page.mouse.move(width / 3 + 8, height / 3 + 8);
  await expect(page.locator('.player-idle')).not.toBeAttached();
}
