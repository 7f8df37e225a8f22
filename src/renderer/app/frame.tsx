import { useEffect, useState } from 'react';
import type { Student } from '../../shared/api/auth.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { Screen } from './screen.tsx';
import { ShortcutsSheet } from './shortcuts-sheet.tsx';
import { SideBar } from './side-bar.tsx';
import { useConnectionNotice } from './use-connection-notice.ts';
import { useFollowedLink } from './use-link.ts';
import { useGlobalKeys } from './use-global-keys.ts';
import { ScrollContext } from '../components/scroll-context.ts';
import { Player } from '../features/player/player.tsx';
import { routeKey } from '../stores/navigation-store.ts';
import { useNavigation } from '../stores/stores.ts';
import { useText } from '../i18n/text.ts';
import { useScrollMemory } from './use-scroll-memory.ts';
import './frame.css';

/** Side bar, banner and the screen one is on; the player takes the whole room. */
export function Frame({ student }: { student: Student }) {
  const text = useText();
  const route = useNavigation((navigation) => navigation.route);
  const [shortcutsOpen, setShortcutsOpen] = useState(false);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  useGlobalKeys(() => setShortcutsOpen(true));
  useConnectionNotice();
  useFollowedLink();
  useScrollMemory(scroller, routeKey(route));
  useEffect(() => {
    document.title = text('app.name');
  }, [text]);

  const sheet = <ShortcutsSheet isOpen={shortcutsOpen} onOpenChange={setShortcutsOpen} />;
  if (route.screen === 'lesson') {
    return (
      <>
        <Player lessonId={route.lessonId} atMs={route.atMs ?? null} onShowShortcuts={() => setShortcutsOpen(true)} />
        {sheet}
      </>
    );
  }
  return (
    <div className="frame">
      <a className="frame-skip" href="#content">
        {text('nav.skip')}
      </a>
      <SideBar student={student} onShowShortcuts={() => setShortcutsOpen(true)} />
      <div className="frame-room">
        <OfflineBanner />
        <main id="content" className="frame-content" ref={setScroller} tabIndex={-1}>
          <ScrollContext value={scroller}>
            <ErrorBoundary key={routeKey(route)}>
              <Screen route={route} />
            </ErrorBoundary>
          </ScrollContext>
        </main>
      </div>
      {sheet}
    </div>
  );
}
