/** What a store follows: main announces changes, and answers once with how things stand. */
interface Source<Value> {
  readonly listen: (apply: (value: Value) => void) => () => void;
  readonly load: () => Promise<Value>;
  readonly apply: (value: Value) => void;
  readonly failed?: (error: unknown) => void;
}

/**
 * Listens first and asks second, so that no change falls between; an announcement that comes before the answer is the newer.
 * Gives back the function that stops following.
 */
export function follow<Value>({ listen, load, apply, failed }: Source<Value>): () => void {
  let following = true;
  let announced = false;
  const stopListening = listen((value) => {
    announced = true;
    apply(value);
  });
  load().then(
    (value) => {
      if (following && !announced) apply(value);
    },
    (error: unknown) => {
      if (following) failed?.(error);
    },
  );
  return () => {
    following = false;
    stopListening();
  };
}
