import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { AccountsState, KnownStudent } from '../../../shared/contracts/accounts.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Button } from '../../components/button.tsx';
import { useText } from '../../i18n/text.ts';
import { useAccounts } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { PinForm } from './pin-form.tsx';
import './students.css';

/** Who of this computer's students sits down. On a shared one, each proves it. */
export function ChooseStudent({ state }: { state: AccountsState }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const student = state.students.find(({ accountId }) => accountId === chosen);
  return (
    <main className="students">
      {student ? <Prove student={student} onBack={() => setChosen(null)} /> : <Everybody state={state} onChoose={setChosen} />}
    </main>
  );
}

function Everybody({ state: { students, shared }, onChoose }: { state: AccountsState; onChoose: (accountId: string) => void }) {
  const text = useText();
  const attempt = useAttempt();
  const choose = useAccounts((accounts) => accounts.choose);
  const enter = useAccounts((accounts) => accounts.enter);
  const sitDown = ({ accountId }: KnownStudent) => (shared ? onChoose(accountId) : attempt(() => choose(accountId, null)));
  return (
    <div className="students-sheet students-sheet-wide">
      <h1>{text('students.title')}</h1>
      <p className="soft">{text('students.intro')}</p>
      <ul className="students-list" aria-label={text('students.list')}>
        {students
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map((student) => (
            <li key={student.accountId}>
              <AriaButton className="students-choice" onPress={() => sitDown(student)}>
                <Avatar id={student.id} name={student.name} />
                <span className="students-choice-words">
                  <span>{student.name}</span>
                  <span className="students-school">{student.school}</span>
                </span>
              </AriaButton>
            </li>
          ))}
      </ul>
      <Button icon={<UserPlus size={18} aria-hidden="true" />} onPress={() => enter({ again: null })}>
        {text('students.add')}
      </Button>
    </div>
  );
}

function Prove({ student, onBack }: { student: KnownStudent; onBack: () => void }) {
  const text = useText();
  return (
    <div className="students-sheet">
      <Avatar id={student.id} name={student.name} size="large" />
      <h1>{text('students.welcome', { name: student.name })}</h1>
      <PinForm student={student} />
      <Button look="quiet" onPress={onBack}>
        {text('students.others')}
      </Button>
    </div>
  );
}
