import { expect, type Page } from '@playwright/test';

/** Three times as long as nobody stirs before they hide, and longer than a press takes on a busy machine. */
const awakeMs = 10_000;

/**
 * The player's controls show themselves, wherever the pointer rested, and stay for a while: they hide when it rests for three
 * seconds, in which a busy machine may not come to press one.
 */
export async function wakeControls(page: Page): Promise<void> {
  const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  await page.mouse.move(width / 3, height / 3);
  await page.mouse.move(width / 3 + 8, height / 3 + 8);
  await page.evaluate((forMs) => {
    const until = performance.now() + forMs;
    const stir = () => {
      document.dispatchEvent(new Event('focusin'));
      if (performance.now() < until) setTimeout(stir, 500);
    };
    stir();
  }, awakeMs);
  await expect(page.locator('.player-idle')).not.toBeAttached();
}
