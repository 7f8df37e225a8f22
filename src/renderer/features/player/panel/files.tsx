import { FileDown, FileText, Image, Presentation, File } from 'lucide-react';
import { useState } from 'react';
import type { AttachmentView } from '../../../../shared/contracts/playback.ts';
import { isTeachifyError } from '../../../../shared/errors.ts';
import { Button } from '../../../components/button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { useAppStores, useNotices } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { usePlayer } from '../player-context.ts';

const pictures = { pdf: FileText, slides: Presentation, picture: Image, other: File } as const;

/** What the teacher attached: to be saved where the student says, with or without a line. */
export function Files() {
  const text = useText();
  const { source } = usePlayer();
  return (
    <div className="files-panel">
      <ul className="files">
        {source.attachments.map((file) => (
          <Line key={file.attachmentId} file={file} mediaId={source.mediaId} />
        ))}
      </ul>
      <p className="files-word">{text('files.help')}</p>
    </div>
  );
}

function Line({ file: { attachmentId, name, kind, bytes }, mediaId }: { file: AttachmentView; mediaId: string }) {
  const text = useText();
  const format = useFormat();
  const { save, saving } = useSaveFile(mediaId, attachmentId);
  const Picture = pictures[kind];
  return (
    <li className="file">
      <Picture size={20} aria-hidden="true" />
      <div className="file-facts">
        <bdi className="file-name">{name}</bdi>
        <span className="file-kind">{text('files.facts', { kind: text(`files.kind.${kind}`), size: format.bytes(bytes) })}</span>
      </div>
      <Button icon={<FileDown size={16} aria-hidden="true" />} isPending={saving} aria-label={text('files.saveNamed', { file: name })} onPress={save}>
        {text(saving ? 'files.getting' : 'files.save')}
      </Button>
    </li>
  );
}

function useSaveFile(mediaId: string, attachmentId: string): { save: () => void; saving: boolean } {
  const text = useText();
  const { remote } = useAppStores();
  const attempt = useAttempt();
  const show = useNotices((notices) => notices.show);
  const [saving, setSaving] = useState(false);
  const save = () => {
    setSaving(true);
    attempt(async () => {
      const copyId = await remote
        .call('playback.saveAttachment', { mediaId, attachmentId })
        .then((saved) => saved.copyId)
        .catch((error: unknown) => {
          if (!isTeachifyError(error, 'not_on_this_computer')) throw error;
          show({ tone: 'danger', title: text('files.absent'), body: text('files.absentBody') });
          return null;
        })
        .finally(() => setSaving(false));
      if (copyId === null) return;
      const run = () => attempt(() => remote.call('playback.showCopy', { copyId }));
      show({ tone: 'plain', title: text('files.saved'), body: text('files.savedBody'), action: { label: text('files.show'), run } });
    });
  };
  return { save, saving };
}
