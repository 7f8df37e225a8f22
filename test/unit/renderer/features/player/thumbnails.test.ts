import { expect, it } from 'vitest';
import { readThumbnails, thumbnailAt } from '../../../../../src/renderer/features/player/thumbnails.ts';
import { languageName } from '../../../../../src/renderer/features/player/language-name.ts';

const list = 'app://teachify/media/abc/thumbnails/list.vtt';

it('previews are parts of pictures beside their list, by the moment', () => {
  const vtt = 'WEBVTT\r\n\r\n00:00.000 --> 00:10.000\r\nsprite.jpg#xywh=0,0,160,90\r\n\r\nsecond\r\n01:00:10.500 --> 01:00:20.000\r\nsprite-2.jpg#xywh=pixel:160,90,160,90\r\n';
  const thumbnails = readThumbnails(vtt, list);
  expect(thumbnails).toEqual([
    { startMs: 0, url: 'app://teachify/media/abc/thumbnails/sprite.jpg', x: 0, y: 0, width: 160, height: 90 },
    { startMs: 3_610_500, url: 'app://teachify/media/abc/thumbnails/sprite-2.jpg', x: 160, y: 90, width: 160, height: 90 },
  ]);
  expect(thumbnailAt(thumbnails, 9999)?.startMs).toBe(0);
  expect(thumbnailAt(thumbnails, 4_000_000)?.startMs).toBe(3_610_500);
  expect(thumbnailAt([], 0)).toBeUndefined();
});

it.each(['https://elsewhere.example/x.jpg#xywh=0,0,1,1', '../../secret#xywh=0,0,1,1', 'x.jpg', 'x.jpg#xywh=0,0,0,0', 'x.jpg#t=1'])('%s is no preview', (words) => {
  expect(readThumbnails(`WEBVTT\n\n00:00.000 --> 00:01.000\n${words}\n`, list)).toEqual([]);
});

it('languages are called what those who speak them call them', () => {
  expect(languageName('ar')).toBe('العربية');
  expect(languageName('de')).toBe('Deutsch');
  expect(languageName('???')).toBe('???');
});
