const started = Date.now();

/** Prints one sentence about what set-up is doing, with the seconds since it began. */
export function say(sentence) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
  process.stdout.write(`[set-up ${seconds} s] ${sentence}\n`);
}

/** Ends the program with a sentence a person can act on, and no stack trace. */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}
