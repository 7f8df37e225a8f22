import { useState } from 'react';
import { Database, LockKeyhole } from 'lucide-react';
import { isTeachifyError, type TeachifyError, type WireError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { useAppStores } from '../../stores/stores.ts';
import './startup-problem.css';

/** The only screen when the app could not start as it should: what happened, what is safe, and the way out. */
export function StartupProblem({ problem }: { problem: WireError }) {
  const text = useText();
  const { remote } = useAppStores();
  const [repair, setRepair] = useState<'offered' | 'running' | 'done'>('offered');
  const [failure, setFailure] = useState<TeachifyError | null>(null);
  const words = errorWords(text, problem.code, problem.details);
  const attempt = async (run: () => Promise<unknown>) => {
    setFailure(null);
    try {
      await run();
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
      setRepair('offered');
    }
  };
  const runRepair = async () => {
    setRepair('running');
    await remote.call('shell.repairDatabase');
    setRepair('done');
  };
  const inUse = problem.code === 'data_folder_in_use';
  return (
    <main className="startup-problem">
      <EmptyState level={1} icon={inUse ? <LockKeyhole size={28} /> : <Database size={28} />} title={words.title} body={words.body}>
        {failure ? <Problem urgent {...errorWords(text, failure.code, failure.details)} /> : null}
        <div className="startup-problem-actions">
          {inUse ? null : (
            <Button look="primary" isDisabled={repair !== 'offered'} onPress={() => void attempt(runRepair)}>
              {text(repair === 'running' ? 'startup.repairing' : repair === 'done' ? 'startup.repaired' : 'startup.repair')}
            </Button>
          )}
          <Button onPress={() => void attempt(() => remote.call('shell.showFolder', { folder: 'data' }))}>{text('startup.showFolder')}</Button>
        </div>
        <details className="startup-problem-details">
          <summary>{text('startup.details')}</summary>
          <p dir="ltr">
            {problem.code}: {problem.message}
          </p>
        </details>
      </EmptyState>
    </main>
  );
}
