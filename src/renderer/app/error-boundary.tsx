import { Component, type ReactNode } from 'react';
import { TriangleAlert } from 'lucide-react';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { useText } from '../i18n/text.ts';

interface Props {
  readonly children: ReactNode;
}

/** A bug in drawing must not leave a blank window: it says so and offers to begin again. The error itself goes to the log. */
export class ErrorBoundary extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Broken again={() => this.setState({ broken: false })} /> : this.props.children;
  }
}

function Broken({ again }: { again: () => void }) {
  const text = useText();
  return (
    <div role="alert">
      <EmptyState icon={<TriangleAlert size={28} />} title={text('failure.unexpected')} body={text('failure.unexpectedBody')}>
        <Button look="primary" onPress={again}>
          {text('failure.reload')}
        </Button>
      </EmptyState>
    </div>
  );
}
