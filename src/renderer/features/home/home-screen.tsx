import { BookOpen, CloudOff, RefreshCw } from 'lucide-react';
import { useEffect } from 'react';
import type { CatalogView } from '../../../shared/contracts/catalog.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { IconButton } from '../../components/icon-button.tsx';
import { Problem } from '../../components/problem.tsx';
import { ScreenPage } from '../../components/screen-page.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { playsHere } from '../../stores/plays-here.ts';
import { useAccounts, useCatalog, useConnection, useDownloads, useNavigation, useProgress } from '../../stores/stores.ts';
import { ContinueCard } from './continue-card.tsx';
import { CourseGrid } from './course-grid.tsx';
import { HomeSkeleton } from './home-skeleton.tsx';
import { lessonsHere, lessonToContinue } from './home-model.ts';
import { LessonTiles } from './lesson-tiles.tsx';
import './home.css';

/** Where to go on, then the courses; without a connection, what works now comes first. */
export function HomeScreen() {
  const text = useText();
  const view = useCatalog((catalog) => catalog.view);
  const refresh = useCatalog((catalog) => catalog.refresh);
  const refreshing = useCatalog((catalog) => catalog.refreshing);
  const status = useConnection((connection) => connection.state.status);
  const offline = status === 'offline';
  // A look at the server when one comes home. At a start that waits for word of the line: the library comes first.
  useEffect(() => {
    if (status === 'online') void refresh();
  }, [status, refresh]);
  return (
    <ScreenPage
      title={text('home.title')}
      actions={
        offline ? null : (
          <IconButton label={text(refreshing ? 'home.refreshing' : 'home.refresh')} isDisabled={refreshing} onPress={() => void refresh()}>
            <RefreshCw size={18} aria-hidden="true" />
          </IconButton>
        )
      }
    >
      {view && !isFirstLook(view, refreshing || status === 'checking') ? <Library view={view} offline={offline} /> : <HomeSkeleton />}
    </ScreenPage>
  );
}

function Library({ view, offline }: { view: CatalogView; offline: boolean }) {
  const text = useText();
  const failure = useCatalog((catalog) => catalog.failure);
  const words = failure && !offline ? errorWords(text, failure.code, failure.details) : null;
  if (view.courses.length === 0) return words ? <Problem {...words} /> : <NoCourses offline={offline} />;
  return (
    <>
      {words ? <Problem tone="wait" {...words} /> : null}
      <Continue view={view} offline={offline} />
      {offline ? <WorksNow view={view} /> : null}
      <section>
        <h2>{text('home.courses')}</h2>
        <CourseGrid courses={view.courses} />
      </section>
    </>
  );
}

function Continue({ view, offline }: { view: CatalogView; offline: boolean }) {
  const text = useText();
  const progress = useProgress((state) => state.lessons);
  const loaded = useProgress((state) => state.loaded);
  const downloads = useDownloads((state) => state.byLesson);
  const student = useAccounts((accounts) => accounts.state?.student ?? null);
  const entry = lessonToContinue(view, progress, (lessonId) => !offline || playsHere(downloads.get(lessonId)));
  if (entry) return <ContinueCard entry={entry} isHere={playsHere(downloads.get(entry.lesson.id))} />;
  if (!loaded || progress.size > 0) return null;
  return (
    <section className="home-welcome">
      <h2>{text('home.welcome', { name: student?.name ?? '' })}</h2>
      <p>{text('home.welcomeBody')}</p>
    </section>
  );
}

function WorksNow({ view }: { view: CatalogView }) {
  const text = useText();
  const progress = useProgress((state) => state.lessons);
  const downloads = useDownloads((state) => state.byLesson);
  const go = useNavigation((navigation) => navigation.go);
  const here = lessonsHere(view, progress, downloads);
  if (here.length === 0) {
    return <EmptyState icon={<CloudOff size={28} />} title={text('home.nothingHere')} body={text('home.nothingHereBody')} />;
  }
  return (
    <section>
      <h2>{text('home.worksNow')}</h2>
      <LessonTiles lessons={here} onOpen={(lessonId) => go({ screen: 'lesson', lessonId })} />
    </section>
  );
}

function NoCourses({ offline }: { offline: boolean }) {
  const text = useText();
  const refresh = useCatalog((catalog) => catalog.refresh);
  const title = text(offline ? 'home.noCoursesOffline' : 'home.noCourses');
  const body = text(offline ? 'home.noCoursesOfflineBody' : 'home.noCoursesBody');
  return (
    <EmptyState icon={<BookOpen size={28} />} title={title} body={body}>
      {offline ? null : <Button onPress={() => void refresh()}>{text('home.refresh')}</Button>}
    </EmptyState>
  );
}

/** Nothing was ever seen and the first answer is on its way: a known layout, not yet an empty library. */
function isFirstLook(view: CatalogView, refreshing: boolean): boolean {
  return refreshing && view.refreshedAt === null && view.courses.length === 0;
}
