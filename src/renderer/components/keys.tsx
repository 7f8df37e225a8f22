import { Fragment } from 'react';
import './keys.css';

/** Keys of the keyboard that do the same, or opposite, things. */
export function Keys({ keys, between }: { keys: readonly string[]; between: string }) {
  return (
    <span className="keys" dir="ltr">
      {keys.map((key, index) => (
        <Fragment key={key}>
          {index > 0 ? <span className="unseen"> {between} </span> : null}
          <kbd>{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
