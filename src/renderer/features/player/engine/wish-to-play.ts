/** Whether the student wants it to run. */
export interface Wish {
  readonly toPlay: () => boolean;
  /** Said by the student: what the element tells while it has failed is nobody's wish. */
  readonly say: (toPlay: boolean) => void;
}

/** Hears it from the element, where that knows: a failure pauses too, and so does taking the source off. */
export function followWish(video: HTMLVideoElement, signal: AbortSignal): Wish {
  let playing = true;
  video.addEventListener('play', () => (playing = true), { signal });
  video.addEventListener('pause', () => (playing &&= video.error !== null || video.readyState === HTMLMediaElement.HAVE_NOTHING), { signal });
  return { toPlay: () => playing, say: (toPlay) => (playing = toPlay) };
}
