import { StrictMode, useEffect, type ReactNode } from 'react';
import { ErrorBoundary } from './error-boundary.tsx';
import { Frame } from './frame.tsx';
import { Notices } from './notices.tsx';
import { StudentSession } from './student-session.tsx';
import { useTheme } from './use-theme.ts';
import { SignIn } from '../features/sign-in/sign-in.tsx';
import { StartupProblem } from '../features/startup-problem/startup-problem.tsx';
import { LanguageProvider } from '../i18n/language-provider.tsx';
import { chooseLocale } from '../i18n/locales.ts';
import { AppStoresContext, startFeeds, useAccounts, useAppStores, useSettings, type AppStores } from '../stores/stores.ts';

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
  useEffect(() => startFeeds([stores.accounts, stores.connection, stores.settings]), [stores]);
  const loaded = useSettings((state) => state.loaded);
  // The theme and language are known a few milliseconds from now; showing another first would flash.
  if (!loaded) return null;
  return (
    <Dressed>
      <SignedInOrNot />
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

function SignedInOrNot() {
  const state = useAccounts((accounts) => accounts.state);
  if (!state) return null;
  if (!state.student) return <SignIn />;
  return (
    <StudentSession key={state.student.id}>
      <Frame student={state.student} />
    </StudentSession>
  );
}
