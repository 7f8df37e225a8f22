import type { KnownStudent } from '../../../shared/contracts/accounts.ts';
import { Avatar } from '../../components/avatar.tsx';
import { Button } from '../../components/button.tsx';
import { useText } from '../../i18n/text.ts';
import { useAccounts } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { PinForm } from './pin-form.tsx';
import './students.css';

/** All that is shown while the student is away. */
export function LockScreen({ student }: { student: KnownStudent }) {
  const text = useText();
  const attempt = useAttempt();
  const stepAside = useAccounts((accounts) => accounts.stepAside);
  return (
    <main className="students">
      <div className="students-sheet">
        <Avatar id={student.id} name={student.name} size="large" />
        <h1>{text('students.welcome', { name: student.name })}</h1>
        <p className="soft">{text('students.away')}</p>
        <PinForm student={student} />
        <Button look="quiet" onPress={() => attempt(stepAside)}>
          {text('students.others')}
        </Button>
      </div>
    </main>
  );
}
