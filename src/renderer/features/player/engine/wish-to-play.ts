/** Whether the student wants it to run: a failure pauses too, and so does taking the source off, which is nobody's wish. */
export function followWish(video: HTMLVideoElement, signal: AbortSignal): () => boolean {
  let playing = true;
  video.addEventListener('play', () => (playing = true), { signal });
  video.addEventListener('pause', () => (playing &&= video.error !== null || video.readyState === HTMLMediaElement.HAVE_NOTHING), { signal });
  return () => playing;
}
