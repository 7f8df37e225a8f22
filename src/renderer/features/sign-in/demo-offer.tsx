import { Button } from '../../components/button.tsx';
import { useText } from '../../i18n/text.ts';

interface DemoOfferProps {
  readonly demo: { readonly email: string; readonly password: string };
  readonly onFill: () => void;
}

/** The demo student's credentials, in the open because there is nothing behind them to guard. */
export function DemoOffer({ demo, onFill }: DemoOfferProps) {
  const text = useText();
  return (
    <section className="sign-in-demo" aria-label={text('signIn.demoTitle')}>
      <div>
        <p className="sign-in-demo-title">{text('signIn.demoTitle')}</p>
        <p>{text('signIn.demoBody')}</p>
        <dl>
          <div>
            <dt>{text('signIn.email')}</dt>
            <dd dir="ltr">{demo.email}</dd>
          </div>
          <div>
            <dt>{text('signIn.password')}</dt>
            <dd dir="ltr">{demo.password}</dd>
          </div>
        </dl>
      </div>
      <Button onPress={onFill}>{text('signIn.demoFill')}</Button>
    </section>
  );
}
