/// <reference lib="dom" />
// In the monitor's page: puts in what comes. While its reader reads the picture, the picture holds still.

interface Frame {
  readonly status: string;
  readonly pieces: Readonly<Record<string, string>>;
}

const frames = new EventSource("/frames");
const status = document.querySelector("#status");
const hold = document.querySelector<HTMLInputElement>("#hold");
const picture = document.querySelector("#picture");

/** A status is said aloud when it is put in, so it is put in when it is another one. */
function say(text: string): void {
  if (status !== null && status.textContent !== text) status.textContent = text;
}

function isBeingRead(): boolean {
  return picture?.matches(":hover, :focus-within") ?? false;
}

frames.addEventListener("message", ({ data }: MessageEvent<string>) => {
  const { status, pieces } = JSON.parse(data) as Frame;
  say(status);
  if (hold?.checked === true) return;
  for (const [id, html] of Object.entries(pieces)) {
    const place = document.querySelector(`#${id}`);
    if (place === null || (place === picture && isBeingRead())) continue;
    // It comes from the monitor's own server, which has escaped all that is not its own.
    place.innerHTML = html;
  }
  document.dispatchEvent(new Event("drawn"));
});
frames.addEventListener("error", () =>
  say("The monitor itself does not answer. Is it still running?"),
);
