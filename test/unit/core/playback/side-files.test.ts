import { expect, it } from 'vitest';
import { sideFileType, soundsOf, thumbnailsOf } from '../../../../src/core/playback/side-files.ts';
import type { LessonContent } from '../../../../src/core/content/ports.ts';
import type { Rendition, SideFile } from '../../../../src/shared/models/manifest.ts';

const file = { sha256: 'a'.repeat(64), bytes: 1, keyId: null };
const side = (role: SideFile['role'], name: string, mimeType: string): SideFile => ({ role, name, mimeType, language: null, file });
const sound = (id: string, language: string | null) => ({ id, kind: 'audio', quality: null, language }) as unknown as Rendition;
const lesson = (renditions: Rendition[], sideFiles: SideFile[]) => ({ manifest: { renditions, sideFiles } }) as unknown as LessonContent;

it('the player is given pictures and WebVTT, never a page or a script', () => {
  expect(sideFileType(side('thumbnails', 'sprite.jpg', 'image/jpeg'))).toBe('image/jpeg');
  expect(sideFileType(side('thumbnails', 'list.vtt', 'text/vtt; charset=utf-8'))).toMatch(/^text\/vtt/);
  for (const none of ['text/html', 'constructor', '__proto__', 'toString']) expect(sideFileType(side('thumbnails', 'x', none))).toBeUndefined();
  expect(sideFileType(side('thumbnails', 'x.svg', 'image/svg+xml'))).toBeUndefined();
  expect(sideFileType(side('captions', 'x', 'text/html'))).toMatch(/^text\/vtt/);
});

it('a choice of sound is offered only when there is one', () => {
  expect(soundsOf(lesson([sound('en', 'en')], []))).toEqual([]);
  expect(soundsOf(lesson([sound('en', 'en'), sound('hi', 'hi'), sound('music', null)], [])).map(({ language }) => language)).toEqual(['en', 'hi']);
});

it('previews are known by their list', () => {
  const sideFiles = [side('captions', 'en.vtt', 'text/vtt'), side('thumbnails', 'sprite.jpg', 'image/jpeg'), side('thumbnails', 'list.vtt', 'text/vtt')];
  expect(thumbnailsOf(lesson([], sideFiles), (name) => `/${name}`)).toBe('/list.vtt');
  expect(thumbnailsOf(lesson([], []), (name) => name)).toBeNull();
});
