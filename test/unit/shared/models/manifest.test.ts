import { describe, expect, it } from 'vitest';
import { bytesOfQuality, filesOfQuality, manifestSchema, offersOf, type Manifest } from '../../../../src/shared/models/manifest.ts';

const file = (bytes: number, keyId: string | null = 'k') => ({ sha256: 'a'.repeat(64), bytes, keyId });
const picture = (quality: string, bytes: number): Manifest['renditions'][number] => ({
  id: quality,
  kind: 'video',
  codecs: 'avc1.64001f',
  quality,
  width: 1280,
  height: 720,
  frameRate: 12,
  language: null,
  averageBandwidth: 1000,
  bandwidth: 2000,
  file: file(bytes),
  pieceTable: file(44, null),
});

const manifest: Manifest = {
  format: 'teachify-manifest/1',
  lessonId: 'tides',
  revision: 1,
  timelineId: 'tides-1',
  durationMs: 60_000,
  renditions: [
    picture('720p', 9000),
    picture('360p', 3000),
    { ...picture('720p', 500), id: 'audio', kind: 'audio', quality: null, width: null, height: null, frameRate: null, language: 'en' },
  ],
  sideFiles: [{ role: 'captions', name: 'captions.en.vtt', mimeType: 'text/vtt', language: 'en', file: file(70) }],
  chapters: [],
};

describe('a manifest', () => {
  it('counts picture, sound, side files and piece tables for a quality', () => {
    expect(bytesOfQuality(manifest, '360p')).toBe(3000 + 44 + 500 + 44 + 70);
  });

  it('names the one picture and all sound of a quality', () => {
    expect(filesOfQuality(manifest, '720p').renditions.map(({ id }) => id)).toEqual(['720p', 'audio']);
  });

  const saving = { ...picture('saver', 200), kind: 'audio' as const, id: 'audio_saver', width: null, height: null, frameRate: null };
  const withSaving = { ...manifest, renditions: [...manifest.renditions, saving] };
  const idsOf = (one: Manifest, quality: string) => filesOfQuality(one, quality).renditions.map(({ id }) => id);

  it('has the sound of few bits for those alone who ask for it, with the smallest picture, or with one made for it', () => {
    expect(offersOf(withSaving).map(({ quality }) => quality)).toEqual(['720p', '360p', 'saver']);
    expect(idsOf(withSaving, '360p')).toEqual(['360p', 'audio']);
    expect(idsOf(withSaving, 'saver')).toEqual(['360p', 'audio_saver']);
    const own = { ...withSaving, renditions: [...withSaving.renditions, { ...picture('saver', 100), id: 'saver' }] };
    expect(idsOf(own, 'saver')).toEqual(['saver', 'audio_saver']);
    expect(offersOf(manifest).map(({ quality }) => quality)).toEqual(['720p', '360p']);
  });

  it('of sound alone is taken home whole, or sparingly', () => {
    const heard = { ...manifest, renditions: withSaving.renditions.filter(({ kind }) => kind === 'audio') };
    expect(offersOf(heard)).toEqual([{ quality: 'original', bytes: 500 + 44 + 70 }, { quality: 'saver', bytes: 200 + 44 + 70 }]);
  });

  it.each<[string, object]>([
    ['another format', { format: 'teachify-manifest/2' }],
    ['no rendition', { renditions: [] }],
    ['a hash that is a path', { sideFiles: [{ ...manifest.sideFiles[0], file: { ...file(1), sha256: '../../etc/passwd' } }] }],
    ['a negative duration', { durationMs: -1 }],
  ])('refuses %s', (_, change) => {
    expect(manifestSchema.safeParse({ ...manifest, ...change }).success).toBe(false);
    expect(manifestSchema.safeParse(manifest).success).toBe(true);
  });
});
