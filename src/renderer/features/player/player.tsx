import { useState } from 'react';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import { playsHere } from '../../stores/plays-here.ts';
import { useCatalog, useConnection, useDownloads, useNavigation, useSettings } from '../../stores/stores.ts';
import { chooseCaptions } from './choose-captions.ts';
import { PlayerContext } from './player-context.ts';
import { createPlayerStore } from './player-store.ts';
import { OpeningScreen } from './overlays/opening-screen.tsx';
import { CannotOpen } from './overlays/cannot-open.tsx';
import { Stage } from './stage.tsx';
import { useLessonNotes } from './use-lesson-notes.ts';
import { useMediaSession } from './use-media-session.ts';
import { useOpenedLesson } from './use-opened-lesson.ts';
import { usePlayback } from './use-playback.ts';
import type { LessonView } from '../../../shared/contracts/catalog.ts';
import { useFullScreen, type FullScreen } from './use-full-screen.ts';
import './player.css';

interface PlayerProps {
  readonly lessonId: string;
  /** A moment to begin at; null for where the student was. */
  readonly atMs: number | null;
  readonly onShowShortcuts: () => void;
}

/** One player for every lesson and every line; what it is in stays from lesson to lesson. */
export function Player(props: PlayerProps) {
  const fullScreen = useFullScreen();
  return <LessonPlayer key={props.lessonId} {...props} fullScreen={fullScreen} />;
}

interface LessonPlayerProps extends PlayerProps {
  readonly fullScreen: FullScreen;
}

/** The lesson is opened, and where its bytes come from is not its business. */
function LessonPlayer({ lessonId, atMs, fullScreen, onShowShortcuts }: LessonPlayerProps) {
  const [beginMs, setBeginMs] = useState(atMs);
  const { opened, again } = useOpenedLesson(lessonId);
  const lesson = useLesson(lessonId);
  // Opened anew after a failure, it goes on where the student was by then.
  const openAgain = () => {
    setBeginMs(null);
    again();
  };
  if (opened.status === 'open') {
    return <OpenPlayer key={opened.source.mediaId} source={opened.source} beginMs={beginMs} fullScreen={fullScreen} onShowShortcuts={onShowShortcuts} onOpenAgain={openAgain} />;
  }
  if (opened.status === 'failed') return <CannotOpen lesson={lesson} error={opened.error} onRetry={again} />;
  return <OpeningScreen title={lesson?.title ?? ''} />;
}

interface OpenPlayerProps {
  readonly source: PlaybackSource;
  readonly beginMs: number | null;
  readonly fullScreen: FullScreen;
  readonly onShowShortcuts: () => void;
  readonly onOpenAgain: () => void;
}

/** Closer to the end than this, one means to watch it again, not the last seconds. */
const endIsNearMs = 10_000;

function OpenPlayer({ source, beginMs, fullScreen, onShowShortcuts, onOpenAgain }: OpenPlayerProps) {
  const settings = useSettings((state) => state.settings);
  const resumeMs = source.resumeMs < source.durationMs - endIsNearMs ? source.resumeMs : 0;
  const startMs = beginMs ?? resumeMs;
  const [store] = useState(() =>
    createPlayerStore({
      // It begins by itself.
      playing: true,
      positionMs: startMs,
      resumed: beginMs === null && startMs > 0,
      volume: settings.volume,
      muted: settings.muted,
      playbackRate: settings.playbackRate,
      // A lesson taken home plays as it was taken, unless the student picks another quality here.
      wish: source.downloadedQuality === null ? settings.streamQuality : 'auto',
      soundLanguage: (source.sounds.find(({ language }) => language === settings.soundLanguage) ?? source.sounds[0])?.language ?? null,
      captionLanguage: settings.captions ? chooseCaptions(source, settings.captionLanguage) : null,
    }),
  );
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const playback = usePlayback(video, source, startMs, store);
  const { next, canPlayNext } = useNextLesson(source.nextLessonId);
  const replace = useNavigation((navigation) => navigation.replace);
  const notes = useLessonNotes(source);
  const playNext = () => next && replace({ screen: 'lesson', lessonId: next.id });
  useMediaSession(source, playback, next && canPlayNext ? playNext : null);
  return (
    <PlayerContext value={{ source, store, playback, notes, video }}>
      <Stage
        ref={setVideo}
        fullScreen={fullScreen}
        resumedAtMs={startMs}
        hereMs={source.hereMs}
        next={next}
        canPlayNext={canPlayNext}
        onNext={playNext}
        onOpenAgain={onOpenAgain}
        onShowShortcuts={onShowShortcuts}
      />
    </PlayerContext>
  );
}

function useLesson(lessonId: string | null): LessonView | null {
  return useCatalog(({ view }) => view?.courses.flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId) ?? null);
}

function useNextLesson(lessonId: string | null): { next: LessonView | null; canPlayNext: boolean } {
  const next = useLesson(lessonId);
  const offline = useConnection((connection) => connection.state.status === 'offline');
  const here = useDownloads(({ byLesson }) => next !== null && playsHere(byLesson.get(next.id)));
  return { next, canPlayNext: next !== null && (!offline || here) };
}
