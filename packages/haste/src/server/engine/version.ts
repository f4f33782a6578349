// Which moment of the database's history a page shows.

/** A moment of the history: nothing committed later is in what is shown, all until then is. */
export interface Version {
  /** Names the history; a new one begins when the source has lost its place in the old one. */
  readonly epoch: string;
  readonly position: bigint;
}

/** As clients get it and send it back: opaque to them. */
export function versionText({ epoch, position }: Version): string {
  return `${epoch}/${position}`;
}

/** The version of a text, or null if it is none. */
export function parseVersion(text: string): Version | null {
  const slash = text.lastIndexOf("/");
  const position = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,20}$/u.test(position)) return null;
  return { epoch: text.slice(0, slash), position: BigInt(position) };
}

/** The later of two of one history; of two histories the first argument. */
export function later(a: Version, b: Version): Version {
  return a.epoch === b.epoch && b.position > a.position ? b : a;
}
