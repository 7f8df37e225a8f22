/** Folder of the demo school, encoded once for everything that shows it. */
export function encodedDemoSchool(): string {
  const school = process.env['TEACHIFY_DEMO_SCHOOL'];
  if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no encoded school; npm test, npm run tour and npm run bench set it');
  return school;
}
