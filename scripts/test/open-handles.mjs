// Every test file runs under this: once its last test is done, no socket, server, timer or process
// that keeps the process alive may be left. What is on its way out gets a moment to go.
import { afterAll } from "vitest";

const watched = new Set([
  "TCPServerWrap",
  "TCPSocketWrap",
  "TLSWrap",
  "UDPWrap",
  "ProcessWrap",
  "Timeout",
]);
const patience = 2_000;
/** Ms between two looks. */
const pause = 5;

// A file has its own process (vitest.config.ts), so whatever is open, this file opened.
function openHandles() {
  return process.getActiveResourcesInfo().filter((kind) => watched.has(kind));
}

afterAll(async () => {
  // The timer of this wait is unref'd, so it is not among the handles it waits for.
  const until = performance.now() + patience;
  // A process that was held up has its looks, too: what was due meanwhile happens between them.
  let looks = patience / pause;
  while (openHandles().length > 0 && (performance.now() < until || looks > 0)) {
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
    looks -= 1;
  }
  const left = openHandles();
  if (left.length > 0) {
    throw new Error(`This file leaves open: ${left.join(", ")}. Close it, also when a test fails.`);
  }
});
