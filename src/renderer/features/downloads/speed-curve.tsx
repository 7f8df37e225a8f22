const width = 160;
const height = 32;

/** The last minute's speed as a line; nothing is drawn before there are two samples. */
export function SpeedCurve({ speeds, label }: { speeds: readonly number[]; label: string }) {
  const top = Math.max(...speeds, 1);
  const step = width / Math.max(1, speeds.length - 1);
  const points = speeds.map((speed, index) => `${(index * step).toFixed(1)},${(height - 2 - (speed / top) * (height - 4)).toFixed(1)}`);
  return (
    <svg className="speed-curve" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {points.length > 1 ? (
        <>
          <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
          <polyline points={points.join(' ')} />
        </>
      ) : null}
    </svg>
  );
}
