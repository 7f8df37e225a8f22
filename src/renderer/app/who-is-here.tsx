import { Frame } from './frame.tsx';
import { StudentSession } from './student-session.tsx';
import { useActivity } from './use-activity.ts';
import { SignIn } from '../features/sign-in/sign-in.tsx';
import { ChooseStudent } from '../features/students/choose-student.tsx';
import { LockScreen } from '../features/students/lock-screen.tsx';
import { useAccounts, useLink } from '../stores/stores.ts';

/** The student's own app, or the way to it. */
export function WhoIsHere() {
  useActivity();
  const state = useAccounts((accounts) => accounts.state);
  const entering = useAccounts((accounts) => accounts.entering);
  const enter = useAccounts((accounts) => accounts.enter);
  const forgetLink = useLink((links) => links.done);
  if (!state) return null;
  if (entering) {
    const back = () => {
      forgetLink();
      enter(null);
    };
    const again = state.students.find(({ accountId }) => accountId === entering.again) ?? null;
    return <SignIn key={again?.accountId ?? ''} again={again} onBack={back} />;
  }
  if (!state.student) return state.students.length > 0 ? <ChooseStudent state={state} /> : <SignIn again={null} />;
  const away = state.locked ? state.students.find(({ accountId }) => accountId === state.accountId) : undefined;
  return (
    <StudentSession key={state.accountId} account={state.accountId ?? ''}>
      {away ? <LockScreen student={away} /> : <Frame student={state.student} />}
    </StudentSession>
  );
}
