import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../build/demo-school/script.ts';
import { drawSlide, loadFonts, type Palette } from '../../../build/demo-school/slides.ts';

const material = join(import.meta.dirname, '../../../resources/demo-school');

interface School {
  courses: { id: string; palette: Palette; lessons: { id: string; plain?: boolean }[] }[];
  people: { id: string; courses: string[] }[];
  demoPerson: string;
}

const school = JSON.parse(readFileSync(join(material, 'school.json'), 'utf8')) as School;
const lessons = school.courses.flatMap(({ palette, lessons: own }) => own.map((lesson) => ({ ...lesson, palette })));
const scriptOf = (id: string) => parseScript(readFileSync(join(material, 'lessons', `${id}.md`), 'utf8'));
/** espeak-ng at 150 words a minute, and a pause after each sentence. */
const minutesOf = (id: string) => {
  const steps = scriptOf(id).scenes.flatMap((scene) => scene.steps);
  return steps.reduce((sum, { say }) => sum + say.split(' ').length, 0) / 150 + (steps.length * 0.45) / 60;
};

describe('the demo school', () => {
  it('has two or three courses, at least six short lessons, one of ten minutes, and one plain film', () => {
    expect(school.courses.length).toBeGreaterThanOrEqual(2);
    const ladders = lessons.filter(({ plain }) => !plain);
    expect(ladders.length).toBeGreaterThanOrEqual(6);
    expect(lessons.length - ladders.length).toBe(1);
    expect(ladders.filter(({ id }) => minutesOf(id) >= 9.5)).toHaveLength(1);
  });

  it('lets the demo student into every course', () => {
    const student = school.people.find(({ id }) => id === school.demoPerson);
    expect(student?.courses.toSorted()).toEqual(school.courses.map(({ id }) => id).toSorted());
  });

  it('teaches the same thing nowhere twice', () => {
    const said = lessons.flatMap(({ id }) => scriptOf(id).scenes.flatMap((scene) => scene.steps.map(({ say }) => say)));
    expect(new Set(said).size).toBe(said.length);
  });
});

describe.each(lessons)('lesson $id', ({ id, palette }) => {
  it('changes what is seen at least every half minute', () => {
    for (const { steps } of scriptOf(id).scenes) {
      let words = 0;
      for (const { say, show } of steps) {
        words = show ? 0 : words + say.split(' ').length;
        expect(words).toBeLessThan(75);
      }
    }
  });

  it('draws every slide, each another picture', () => {
    loadFonts();
    const { title, scenes } = scriptOf(id);
    const pictures = scenes.slice(0, 2).map((scene) => drawSlide(title, scene, scene.steps.length, palette).toString('base64'));
    expect(new Set(pictures).size).toBe(pictures.length);
  });
});
