import { TextField } from './text-field.tsx';

interface PinFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string;
  /** False below another field, which has the cursor. */
  readonly isFirst?: boolean;
}

/** Main reads it to the letter; this is for slips of the hand. */
export function isPin(typed: string): boolean {
  return /^\d{4,12}$/.test(typed);
}

/** Shown when a student asked for it, or when it is all there is to do: the cursor is in it at once. */
export function PinField({ label, value, onChange, error, isFirst = true }: PinFieldProps) {
  return (
    <TextField
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it is what the student just asked for, or all there is to do
      autoFocus={isFirst}
      label={label}
      type="password"
      inputMode="numeric"
      autoComplete="off"
      maxLength={12}
      direction="ltr"
      value={value}
      onChange={onChange}
      {...(error === undefined ? {} : { error })}
    />
  );
}
