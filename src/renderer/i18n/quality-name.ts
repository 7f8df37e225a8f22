import { useCallback } from 'react';
import { sparing, type Quality } from '../../shared/models/quality.ts';
import { useText } from './text.ts';

/** What a quality is called. */
export function useQualityName(): (quality: Quality) => string {
  const text = useText();
  return useCallback((quality) => (quality === 'original' ? text('player.original') : quality === sparing ? text('player.saver') : quality), [text]);
}
