import { StrictMode, useLayoutEffect, type ReactNode } from 'react';
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
          <Dressed>
            <StartupProblem problem={stores.shell.startupProblem} />
          </Dressed>
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
