import { useSettings } from '../../stores/stores.ts';
import { usePlayerState } from './player-context.ts';
import { useCues } from './use-cues.ts';

/** The words being said, drawn by us so that they keep clear of the controls. Screen readers have the transcript. */
export function CaptionLine() {
  const language = usePlayerState((state) => state.captionLanguage);
  return language === null ? null : <ShownCaption language={language} />;
}

function ShownCaption({ language }: { language: string }) {
  const cues = useCues(language);
  const size = useSettings((state) => state.settings.captionSize);
  const said = usePlayerState(({ positionMs }) => (typeof cues === 'string' ? '' : (cues.find(({ startMs, endMs }) => startMs <= positionMs && positionMs < endMs)?.text ?? '')));
  return (
    <p className={`player-caption player-caption-${size}`} lang={language} dir="auto" aria-hidden="true">
      {said === '' ? null : <span>{said}</span>}
    </p>
  );
}
