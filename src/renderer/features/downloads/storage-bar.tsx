import type { StorageView } from '../../../shared/contracts/downloads.ts';
import { Skeleton } from '../../components/skeleton.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads } from '../../stores/stores.ts';
import { storageParts } from './storage-parts.ts';

const shades = 5;

/** The room lessons take, course by course, and what is left. */
export function StorageBar() {
  const text = useText();
  const storage = useDownloads((state) => state.storage);
  return (
    <section>
      <h2>{text('downloads.storage')}</h2>
      {storage ? <Storage storage={storage} /> : <Skeleton />}
    </section>
  );
}

function Storage({ storage }: { storage: StorageView }) {
  const text = useText();
  const format = useFormat();
  const used = storage.lessonBytes + storage.cacheBytes;
  const whole = used + storage.freeBytes;
  const parts = storageParts(storage).map((part, index) => ({
    ...part,
    name: part.kind === 'course' ? part.title : text(part.kind === 'others' ? 'downloads.storageOthers' : 'downloads.storageCache'),
    look: part.kind === 'course' ? `shade-${index % shades}` : `shade-${part.kind}`,
  }));
  const summary = text('downloads.storageUsed', { used: format.bytes(used), free: format.bytes(storage.freeBytes) });
  return (
    <div className="storage">
      <p className="soft">{summary}</p>
      <p className="soft numbers">{text(storage.queuedBytes > 0 ? 'downloads.storageQueued' : 'downloads.storageReserved', { queued: format.bytes(storage.queuedBytes), reserved: format.bytes(storage.reservedBytes) })}</p>
      <div className="storage-bar" role="img" aria-label={summary}>
        {parts.map(({ id, bytes, look }) => (
          <span key={id} className={look} style={{ flexGrow: bytes / whole, flexShrink: 0, flexBasis: 3 }} />
        ))}
        <span className="shade-free" style={{ flexGrow: storage.freeBytes / whole }} />
      </div>
      <ul className="storage-key">
        {parts.map(({ id, name, bytes, look }) => (
          <li key={id}>
            <span className={`storage-swatch ${look}`} aria-hidden="true" />
            <span>{name}</span>
            <span className="soft numbers">{format.bytes(bytes)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
