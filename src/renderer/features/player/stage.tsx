import { startTransition, useEffect, useRef, useState, type Ref } from 'react';
import type { LessonView } from '../../../shared/contracts/catalog.ts';
import { useText } from '../../i18n/text.ts';
import { useSettings } from '../../stores/stores.ts';
import { CaptionLine } from './caption-line.tsx';
import { chooseCaptions } from './choose-captions.ts';
import { ControlBar } from './controls/control-bar.tsx';
import { Overlays } from './overlays/overlays.tsx';
import { SidePanel } from './panel/side-panel.tsx';
import { usePlayer, usePlayerState } from './player-context.ts';
import { TopBar } from './top-bar.tsx';
import { useControlsVisible } from './use-controls-visible.ts';
import type { FullScreen } from './use-full-screen.ts';
import { useKeepAwake } from './use-keep-awake.ts';
import { usePlayerKeys } from './use-player-keys.ts';

interface StageProps {
  readonly ref: Ref<HTMLVideoElement>;
  readonly fullScreen: FullScreen;
  readonly resumedAtMs: number;
  readonly hereMs: number | null;
  readonly next: LessonView | null;
  readonly canPlayNext: boolean;
  readonly onNext: () => void;
  readonly onOpenAgain: () => void;
  readonly onShowShortcuts: () => void;
}

/** The picture, what lies over it, and the panel beside it. */
export function Stage({ ref, fullScreen, resumedAtMs, hereMs, next, canPlayNext, onNext, onOpenAgain, onShowShortcuts }: StageProps) {
  const text = useText();
  const parts = usePlayer();
  const { source, playback, video } = parts;
  const root = useRef<HTMLElement>(null);
  const [rootElement, setRootElement] = useState<HTMLElement | null>(null);
  const [panelOpen, setPanelOpen] = useState(() => window.innerWidth >= 1200);
  const visible = useControlsVisible(rootElement);
  const captionLanguage = usePlayerState((state) => state.captionLanguage);
  const usualCaptions = useSettings((state) => chooseCaptions(source, state.settings.captionLanguage));
  const actions = {
    toggleFullScreen: () => fullScreen.set(!fullScreen.on),
    togglePictureInPicture: () => void togglePictureInPicture(video),
    toggleCaptions: () => playback?.chooseCaptions(captionLanguage === null ? usualCaptions : null),
    next: next ? onNext : null,
  };
  usePlayerKeys(parts, actions);
  useKeepAwake();
  // So that the keys work at once, and a screen reader begins here.
  useEffect(() => root.current?.focus(), []);
  const showPanel = panelOpen && !fullScreen.on;
  // The picture first: all around it is drawn while its first segment is on the way.
  const [dressed, setDressed] = useState(false);
  const begun = playback !== null;
  useEffect(() => {
    if (begun) startTransition(() => setDressed(true));
  }, [begun]);
  return (
    <main
      ref={(element) => {
        root.current = element;
        setRootElement(element);
      }}
      className={`player on-stage ${visible ? '' : 'player-idle'} ${showPanel ? 'player-with-panel' : ''}`}
      aria-label={text('player.label')}
      tabIndex={-1}
    >
      <div className="player-stage">
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the tracks below are as many as the lesson has */}
        <video ref={ref} className="player-video" aria-label={text('player.video', { lesson: source.title })} playsInline onClick={() => playback?.toggle()}>
          {source.captions.map(({ language, label, url }) => (
            <track key={language} kind="captions" srcLang={language} label={label} src={url} />
          ))}
        </video>
        {dressed ? (
          <>
            <CaptionLine />
            <Overlays resumedAtMs={resumedAtMs} hereMs={hereMs} next={next} canPlayNext={canPlayNext} onNext={onNext} onOpenAgain={onOpenAgain} />
            <TopBar panelOpen={showPanel} onTogglePanel={() => setPanelOpen(!panelOpen)} onShowShortcuts={onShowShortcuts} />
            <ControlBar actions={actions} fullScreen={fullScreen.on} />
          </>
        ) : null}
      </div>
      {showPanel && dressed ? <SidePanel onClose={() => setPanelOpen(false)} /> : null}
      {showPanel && !dressed ? <div className="player-panel" /> : null}
    </main>
  );
}

async function togglePictureInPicture(video: HTMLVideoElement | null): Promise<void> {
  if (!video || !document.pictureInPictureEnabled) return;
  if (document.pictureInPictureElement) await document.exitPictureInPicture();
  else if (video.readyState >= HTMLMediaElement.HAVE_METADATA) await video.requestPictureInPicture();
}
