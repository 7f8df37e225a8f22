import { Skeleton } from '../../components/skeleton.tsx';

export function HomeSkeleton() {
  return (
    <div className="course-grid" aria-busy="true">
      {[0, 1, 2].map((place) => (
        <div key={place} className="course-card">
          <Skeleton shape="poster" />
          <Skeleton shape="title" />
          <Skeleton />
        </div>
      ))}
    </div>
  );
}
