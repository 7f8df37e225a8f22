import fc from 'fast-check';

// The same cases in every run, so that what fails fails for whoever changed something; `npm run bench -- fuzz` looks for others.
fc.configureGlobal({ seed: Number(process.env['TEACHIFY_FUZZ_SEED'] ?? 20_251) });

export { fc };
