import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { TextField } from '../../../components/text-field.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { usePlayer, usePlayerState } from '../player-context.ts';
import { useCues, type Cue } from '../use-cues.ts';

/** What is said, following the picture; a click jumps there, and words can be searched. */
export function Transcript() {
  const text = useText();
  const { source } = usePlayer();
  const chosen = usePlayerState((state) => state.captionLanguage);
  const language = chosen ?? source.captions[0]?.language ?? null;
  const cues = useCues(language);
  if (cues === 'loading') return <p className="player-panel-word">{text('player.transcriptLoading')}</p>;
  if (cues === 'failed') return <p className="player-panel-word">{text('player.transcriptLater')}</p>;
  if (cues.length === 0) return <p className="player-panel-word">{text('player.transcriptEmpty')}</p>;
  return <Lines cues={cues} language={language ?? ''} />;
}

function Lines({ cues, language }: { cues: readonly Cue[]; language: string }) {
  const text = useText();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim().toLocaleLowerCase(language));
  const shown = wanted === '' ? cues : cues.filter((cue) => cue.text.toLocaleLowerCase(language).includes(wanted));
  const now = usePlayerState(({ positionMs }) => cues.findLastIndex(({ startMs }) => startMs <= positionMs));
  return (
    <>
      <div className="transcript-search">
        <TextField type="search" label={text('player.transcriptSearch')} value={search} onChange={setSearch} />
        <p role="status">{wanted === '' ? '' : text('player.transcriptFound', { count: shown.length })}</p>
      </div>
      <ol className="transcript" lang={language}>
        {shown.map((cue) => (
          <Line key={cue.startMs} cue={cue} current={cue === cues[now]} follow={wanted === ''} />
        ))}
      </ol>
    </>
  );
}

function Line({ cue, current, follow }: { cue: Cue; current: boolean; follow: boolean }) {
  const format = useFormat();
  const { playback } = usePlayer();
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // Not under the hand of someone who reads elsewhere.
    if (current && follow && !line.current?.parentElement?.matches(':hover, :focus-within')) line.current?.scrollIntoView({ block: 'nearest' });
  }, [current, follow]);
  return (
    <li ref={line}>
      <Button className="transcript-line" {...(current ? { 'aria-current': 'true' as const } : {})} onPress={() => playback?.seekTo(cue.startMs)}>
        <span className="transcript-time numbers">{format.clock(cue.startMs)}</span>
        <span dir="auto">{cue.text}</span>
      </Button>
    </li>
  );
}
