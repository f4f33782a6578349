// The table at the end: what was done, and what it came to. Checks that did not hold come after it.
import type { Paint } from "../../terminal/paint.ts";
import { padEnd, wrap } from "../../terminal/width.ts";
import type { DemoResult } from "../result.ts";
import { duration, grouped, tally } from "../words.ts";

const FIRST = 18;

/** The rows of the table: what, and how it came out. */
function resultRows(result: DemoResult): readonly (readonly [what: string, outcome: string])[] {
  const { took, feed, audit, haste, sockets, checksum } = result;
  const equal = checksum.source === checksum.received;
  const kernel = sockets.kernel === null ? "" : `, kernel ${sockets.kernel}`;
  const timeWait =
    sockets.timeWait === null ? "" : ` (and ${sockets.timeWait} in TIME-WAIT, as TCP asks)`;
  return [
    ["read", `${grouped(result.rows)} flights in ${duration(took.reading)}`],
    [
      "pulled",
      `${grouped(result.pages)} pages, ${(result.bytes / 1e6).toFixed(1)} MB in ${duration(took.pulling)}: ${grouped(result.rowsPerSecond)} rows/s, ${result.megabytesPerSecond.toFixed(1)} MB/s`,
    ],
    [
      "checksum",
      `${equal ? "equal" : "different"}: sha256 ${checksum.received.slice(0, 16)}… over all fields`,
    ],
    [
      "feed",
      `${grouped(feed.received)} changes: ${feed.missing} missing, ${feed.twice} twice, ${feed.wrong} wrong; ${grouped(feed.caughtUp)} caught up`,
    ],
    ["pages meanwhile", `${grouped(audit.checked)} compared with the feed: ${audit.wrong} wrong`],
    ["pushes", `${grouped(result.pushes.made)} made: ${tally(result.pushes.byOutcome)}`],
    ["ends, client", tally(result.endsByReason)],
    ["ends, server", tally(result.serverEndsByReason)],
    [
      "live pages",
      `${grouped(haste.pages)} on ${grouped(haste.rows)} flights in ${haste.database}, ${grouped(haste.changes)} changes: ${grouped(haste.differences)} rows differ`,
    ],
    [
      "sockets left",
      `${result.socketsLeft}: client ${sockets.client}, server ${sockets.server}, relay ${sockets.relay}, process ${sockets.process}${kernel}${timeWait}`,
    ],
  ];
}

export function resultTable(result: DemoResult, width: number, paint: Paint): string[] {
  const rule = paint("dim", "─".repeat(Math.max(1, width)));
  const rows = resultRows(result).flatMap(([what, outcome]) =>
    wrap(outcome, width - FIRST).map(
      (line, index) => padEnd(index === 0 ? paint("bold", what) : "", FIRST) + line,
    ),
  );
  return [rule, ...rows, rule, ...failures(result, width, paint)];
}

function failures({ checks, recovered }: DemoResult, width: number, paint: Paint): string[] {
  const inside = Object.values(recovered).flatMap((one) => one.checks);
  return [...checks, ...inside]
    .filter(({ held }) => !held)
    .flatMap(({ what, found }) => wrap(`✘ ${what}. Found: ${found}`, width, / /))
    .map((line) => paint("red", line));
}
