import { Keyboard, Lock, LogOut, UserPlus, UsersRound } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { Student } from '../../shared/api/auth.ts';
import type { AccountsState } from '../../shared/contracts/accounts.ts';
import { Avatar } from '../components/avatar.tsx';
import { Menu, type Choice } from '../components/menu.tsx';
import { useText, type Text } from '../i18n/text.ts';
import { useAccounts, useNotices, useProgress } from '../stores/stores.ts';
import { useAttempt } from '../stores/use-attempt.ts';

interface StudentMenuProps {
  readonly student: Student;
  readonly onShowShortcuts: () => void;
}

/** More would be a list to read instead of a menu to press. */
const offeredAtOnce = 5;

/** Who is here, who else may be, and the way out. */
export function StudentMenu({ student, onShowShortcuts }: StudentMenuProps) {
  const text = useText();
  const attempt = useAttempt();
  const accounts = useAccounts((state) => state);
  const leave = useSignOut(student);
  const act: Readonly<Record<string, () => void>> = {
    shortcuts: onShowShortcuts,
    add: () => accounts.enter({ again: null }),
    others: () => attempt(accounts.stepAside),
    lock: () => attempt(accounts.lock),
    'sign-out': leave,
  };
  return (
    <Menu
      label={student.name}
      title={student.email}
      placement="top start"
      choices={choicesOf(text, accounts.state)}
      onChoose={(id) => (act[id] ? act[id]() : attempt(() => accounts.choose(id, null)))}
    >
      <AriaButton className="side-bar-button" aria-label={text('nav.student', { name: student.name })}>
        <Avatar id={student.id} name={student.name} size="small" />
        <span className="side-bar-words">{student.name}</span>
      </AriaButton>
    </Menu>
  );
}

function choicesOf(text: Text, state: AccountsState | null): Choice[] {
  const others = (state?.students ?? []).filter(({ accountId }) => accountId !== state?.accountId);
  const icon = (Icon: typeof Lock) => <Icon size={16} aria-hidden="true" />;
  const seats: Choice[] = state?.shared
    ? [
        { id: 'others', label: text('students.switch'), icon: icon(UsersRound) },
        { id: 'lock', label: text('nav.lock'), note: text('nav.lockNote'), icon: icon(Lock) },
      ]
    : [
        ...others.slice(0, offeredAtOnce).map(({ accountId, id, name, school }) => ({ id: accountId, label: name, note: school, icon: <Avatar id={id} name={name} size="small" /> })),
        ...(others.length > offeredAtOnce ? [{ id: 'others', label: text('students.others'), icon: icon(UsersRound) }] : []),
        { id: 'add', label: text('students.add'), icon: icon(UserPlus) },
      ];
  return [
    ...seats,
    { id: 'shortcuts', label: text('nav.shortcuts'), icon: icon(Keyboard) },
    { id: 'sign-out', label: text('nav.signOut'), note: text('nav.signOutSafe'), icon: icon(LogOut) },
  ];
}

/** Says what stays behind, hidden. */
function useSignOut({ name }: Student): () => void {
  const text = useText();
  const attempt = useAttempt();
  const signOut = useAccounts((accounts) => accounts.signOut);
  const show = useNotices((notices) => notices.show);
  const unsent = useProgress(({ outbox }) => (outbox?.waiting ?? 0) + (outbox?.parked ?? 0));
  return () =>
    attempt(async () => {
      await signOut();
      show({ tone: 'plain', title: text('nav.signedOut', { name }), body: text('nav.signedOutKept', { count: unsent }) }, 12_000);
    });
}
