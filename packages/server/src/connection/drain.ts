// Telling many connections to go, spread over time, so that they do not all come back at once.

/** What can be told to go, when what it has in hand is done. */
export interface Drainable {
  drain(): void;
}

/** Tells each at a random moment within `spread` ms. Resolves when all have been told, or `allGone` does. */
export async function drainAll(
  connections: Iterable<Drainable>,
  spread: number,
  allGone: Promise<void>,
): Promise<void> {
  const order = [...connections];
  if (spread === 0) {
    for (const connection of order) connection.drain();
    return;
  }
  const timers: NodeJS.Timeout[] = [];
  const told = order.map(
    (connection) =>
      new Promise<void>((resolve) => {
        const tell = (): void => {
          connection.drain();
          resolve();
        };
        timers.push(setTimeout(tell, Math.random() * spread));
      }),
  );
  await Promise.race([Promise.all(told), allGone]);
  for (const timer of timers) clearTimeout(timer);
}
