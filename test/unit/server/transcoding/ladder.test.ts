import { expect, it } from 'vitest';
import { ladderFor as ladder, sparingRung } from '../../../../src/server/transcoding/ladder.ts';
import { fc } from '../../../harness/same-cases.ts';

const standard = { brightness: 'standard' } as const;
const ladderFor = (video: { width: number; height: number; frameRate: number | null }) => ladder({ ...video, ...standard });

const shapes = (width: number, height: number) => ladderFor({ width, height, frameRate: 25 }).map((rung) => `${rung.quality} ${rung.width}x${rung.height}`);

it.each([
  [1920, 1080, ['360p 640x360', '480p 852x480', '720p 1280x720']],
  [3840, 2160, ['360p 640x360', '480p 852x480', '720p 1280x720']],
  [1280, 720, ['360p 640x360', '480p 852x480', '720p 1280x720']],
  [1080, 1920, ['360p 360x640', '480p 480x852', '720p 720x1280']],
  [854, 480, ['360p 640x360', '480p 854x480']],
  [640, 480, ['360p 480x360', '480p 640x480']],
  [320, 240, ['240p 320x240']],
  [321, 241, ['240p 318x240']],
  [1366, 768, ['360p 640x360', '480p 852x480', '720p 1280x720']],
])('%d x %d becomes %j', (width, height, expected) => {
  expect(shapes(width, height)).toEqual(expected);
});

it.each([
  [25, 25],
  [30, 30],
  [60, 30],
  [50, 25],
  [59.94, 29.97],
  [120, 30],
  [10, 10],
  [null, 30],
])('%s frames a second become %d', (frameRate, expected) => {
  expect(ladderFor({ width: 640, height: 360, frameRate })[0]?.frameRate).toBeCloseTo(expected, 3);
});

it('no picture is upscaled, has an odd side or runs faster than 30 frames, whatever comes in', () => {
  const size = fc.integer({ min: 32, max: 8000 });
  fc.assert(
    fc.property(size, size, fc.double({ min: 1, max: 240, noNaN: true }), (width, height, frameRate) => {
      const saving = sparingRung({ width, height, frameRate, ...standard });
      for (const rung of [...ladderFor({ width, height, frameRate }), ...(saving ? [saving] : [])]) {
        expect(rung.width).toBeLessThanOrEqual(width);
        expect(rung.height).toBeLessThanOrEqual(height);
        expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
        expect(rung.frameRate).toBeLessThanOrEqual(30.04);
      }
    }),
  );
});
