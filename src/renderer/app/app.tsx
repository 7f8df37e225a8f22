import { StrictMode, useLayoutEffect, type ReactNode } from 'react';
import type { WireError } from '../../shared/errors.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Notices } from './notices.tsx';
import { useTheme } from './use-theme.ts';
import { WhoIsHere } from './who-is-here.tsx';
import { StartupProblem } from '../features/startup-problem/startup-problem.tsx';
import { LanguageProvider } from '../i18n/language-provider.tsx';
import { chooseLocale } from '../i18n/locales.ts';
import { AppStoresContext, startFeeds, useAppStores, useSettings, type AppStores } from '../stores/stores.ts';

export function App({ stores }: { stores: AppStores }) {
  return (
    <StrictMode>
      <AppStoresContext value={stores}>
        {stores.shell.startupProblem ? (
          <Stopped stores={stores} problem={stores.shell.startupProblem} />
        ) : (
          <Running stores={stores} />
        )}
      </AppStoresContext>
    </StrictMode>
  );
}

function Running({ stores }: { stores: AppStores }) {
  // Before the first picture: what is known already is in it.
  useLayoutEffect(() => startFeeds([stores.accounts, stores.connection, stores.settings, stores.link]), [stores]);
  const loaded = useSettings((state) => state.loaded);
  // The theme and language are known a few milliseconds from now; showing another first would flash.
  if (!loaded) return null;
  return (
    <Dressed>
      <WhoIsHere />
      <Notices />
    </Dressed>
  );
}

function Stopped({ stores, problem }: { stores: AppStores; problem: WireError }) {
  useLayoutEffect(() => startFeeds([stores.settings]), [stores]);
  const loaded = useSettings((state) => state.loaded);
  if (!loaded) return null;
  return (
    <Dressed>
      <StartupProblem problem={problem} />
    </Dressed>
  );
}

/** The student's language and theme around everything that is shown. */
function Dressed({ children }: { children: ReactNode }) {
  const { shell } = useAppStores();
  const theme = useSettings((state) => state.settings.theme);
  const language = useSettings((state) => state.settings.language);
  useTheme(theme);
  return (
    <LanguageProvider locale={chooseLocale(language, shell.locale)} systemTag={shell.locale}>
      <ErrorBoundary>{children}</ErrorBoundary>
    </LanguageProvider>
  );
}
