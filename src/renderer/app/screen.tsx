import { assertNever } from '../../shared/errors.ts';
import { ActivityScreen } from '../features/activity/activity-screen.tsx';
import { CourseScreen } from '../features/course/course-screen.tsx';
import { DownloadsScreen } from '../features/downloads/downloads-screen.tsx';
import { HomeScreen } from '../features/home/home-screen.tsx';
import { SearchScreen } from '../features/search/search-screen.tsx';
import { SettingsScreen } from '../features/settings/settings-screen.tsx';
import type { Route } from '../stores/navigation-store.ts';

export function Screen({ route }: { route: Exclude<Route, { screen: 'lesson' }> }) {
  switch (route.screen) {
    case 'home':
      return <HomeScreen />;
    case 'course':
      return <CourseScreen key={route.courseId} courseId={route.courseId} />;
    case 'downloads':
      return <DownloadsScreen />;
    case 'activity':
      return <ActivityScreen />;
    case 'search':
      return <SearchScreen words={route.words} />;
    case 'settings':
      return <SettingsScreen />;
    default:
      return assertNever(route);
  }
}
