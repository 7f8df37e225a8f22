import { Search as SearchIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { FoundLesson, SaidLine } from '../../../shared/contracts/transcripts.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScreenPage } from '../../components/screen-page.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useNavigation } from '../../stores/stores.ts';
import { useSearch } from './use-search.ts';
import './search.css';

/** What was said, in every lesson on this computer; a line opens its lesson at that moment. */
export function SearchScreen({ words: remembered }: { words: string }) {
  const text = useText();
  const [words, setWords] = useState(remembered);
  const replace = useNavigation((navigation) => navigation.replace);
  const result = useSearch(words);
  const wanted = words.trim() !== '';
  const change = (value: string) => {
    setWords(value);
    // So that the way back from a lesson leads to what was found.
    replace({ screen: 'search', words: value });
  };
  return (
    <ScreenPage title={text('search.title')}>
      <div className="search-field">
        <TextField type="search" label={text('search.label')} value={words} onChange={change} />
        <p className="soft search-count" role="status">
          {result && wanted && result.searched > 0 ? text('search.found', { lessons: result.lessons.length, searched: result.searched }) : ''}
        </p>
      </div>
      {result?.searched === 0 ? <EmptyState icon={<SearchIcon size={28} />} title={text('search.nothingHere')} body={text('search.nothingHereBody')} /> : null}
      {!wanted && result && result.searched > 0 ? <p className="soft">{text('search.hint', { searched: result.searched })}</p> : null}
      {wanted ? <Results lessons={result?.lessons ?? []} /> : null}
    </ScreenPage>
  );
}

function Results({ lessons }: { lessons: readonly FoundLesson[] }) {
  const text = useText();
  return (
    <ol className="search-results">
      {lessons.map((lesson) => (
        <li key={`${lesson.lessonId} ${lesson.language}`} className="search-lesson">
          <h2 className="from-school">{lesson.lessonTitle}</h2>
          <p className="meta">
            <span className="from-school">{lesson.courseTitle}</span>
            <span>{text('search.times', { count: lesson.count })}</span>
          </p>
          <ul className="search-lines">
            {lesson.lines.map((line) => (
              <li key={line.startMs}>
                <Line lesson={lesson} line={line} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

function Line({ lesson: { lessonId, language }, line: { startMs, parts } }: { lesson: FoundLesson; line: SaidLine }) {
  const format = useFormat();
  const go = useNavigation((navigation) => navigation.go);
  return (
    <Button className="search-line" onPress={() => go({ screen: 'lesson', lessonId, atMs: startMs })}>
      <span className="search-time numbers">{format.clock(startMs)}</span>
      <span lang={language} dir="auto">
        {parts.map(({ text: words, found }, index) => (found ? <mark key={index}>{words}</mark> : words))}
      </span>
    </Button>
  );
}
